"""Performance without labels, of two sources."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.assembly.drift.arrow import floats_of
from sereno.assembly.drift.source import Source
from sereno.drift.performance import PerformanceChunk, estimate, fit
from sereno.errors import ConfigError


def chunks_of(
    reference: Source, current: Source, score: str, prediction: str | None, label: str, size: int
) -> Sequence[PerformanceChunk]:
    """Calibrate on the reference, estimate the current rows chunk by chunk.

    Args:
        reference: with scores and labels.
        current: with scores; labels may be missing, one by one or as a column.
        score: name of the column.
        prediction: likewise, or None.
        label: likewise.
        size: rows a chunk.

    Raises:
        ConfigError: a column is missing or holds something else, or the reference is too small to calibrate.
    """
    source = reference
    try:
        calibration = fit(floats_of(reference.table, score), floats_of(reference.table, label))
        source = current
        return list(
            estimate(
                calibration,
                floats_of(current.table, score),
                size,
                None if prediction is None else floats_of(current.table, prediction),
                floats_of(current.table, label) if label in current.table.column_names else None,
            )
        )
    except ValueError as error:
        raise ConfigError(f"{source.name}: {error}") from error
