"""Models on a radar: their scores from 0 to 1, the meaning of every axis in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from sereno.query.scores import Scores
from sereno.web.charts import Chart, Series, Tone

AXES: tuple[str, ...] = Scores.__struct_fields__
MOST = 6
"""Polygons that can still be told apart."""
TONES: tuple[Tone, ...] = tuple(tone for tone in get_args(Tone) if tone.startswith("s"))


def radar(models: Sequence[tuple[str, Scores]], t: Mapping[str, str]) -> Chart:
    """The figure; it names the axes on which no model was measured.

    Args:
        models: names with their scores, at most `MOST`.
        t: texts of the reader's language.
    """
    unknown = [t[f"axis_{axis}"] for axis in AXES if all(getattr(scores, axis) is None for _, scores in models)]
    missing = f" {t['not_measured'].replace('{axes}', ', '.join(unknown))}" if unknown else ""
    return Chart(
        kind="radar", id="radar", title=t["radar"], description=t["radar_text"] + missing, unit="ratio",
        x=tuple(t[f"axis_{axis}"] for axis in AXES),
        series=tuple(
            Series(name=name, values=tuple(getattr(scores, axis) for axis in AXES), tone=tone)
            for (name, scores), tone in zip(models, TONES, strict=False)
        ),
        notes=tuple(t[f"axis_{axis}_text"] for axis in AXES), empty=t["radar_empty"],
    )  # fmt: skip
