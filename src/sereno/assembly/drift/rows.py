"""Whole rows of two sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sereno.assembly.drift.source import Source
from sereno.drift.multivariate import Multivariate, chosen, multivariate
from sereno.drift.reference import Reference

LEAST_COLUMNS = 2
SEED = 0


def compared_rows(before: Source, now: Source, reference: Reference) -> Multivariate | None:
    """Compare samples of the rows of two sources, the same for the same sources; None where there is too little."""
    kinds = {one.name: one.kind for one in reference.features if one.name in now.columns(0, 0)}
    rng = np.random.default_rng(SEED)
    rows = chosen(before.rows, now.rows, rng)
    if rows is None or len(kinds) < LEAST_COLUMNS:
        return None
    names = list(kinds)
    return multivariate(
        _taken(before, rows.taught, names), _taken(before, rows.reference, names), _taken(now, rows.current, names),
        kinds, rng,
    )  # fmt: skip


def _taken(source: Source, rows: NDArray[np.int64], names: Sequence[str]) -> dict[str, list[Any]]:
    table = source.table.select(names).take(rows)
    return {name: table.column(name).to_pylist() for name in names}
