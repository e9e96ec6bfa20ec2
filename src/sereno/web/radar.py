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
    """The figure; an axis on which no model was measured says so in its name.

    Args:
        models: names with their scores, at most `MOST`.
        t: texts of the reader's language.
    """
    return Chart(
        kind="radar", id="radar", title=t["radar"], description=t["radar_text"], unit="ratio",
        x=tuple(axis_name(axis, [scores for _, scores in models], t) for axis in AXES),
        series=tuple(
            Series(name=name, values=tuple(getattr(scores, axis) for axis in AXES), tone=tone)
            for (name, scores), tone in zip(models, TONES, strict=False)
        ),
        notes=tuple(t[f"axis_{axis}_text"] for axis in AXES), empty=t["radar_empty"],
    )  # fmt: skip


def axis_name(axis: str, scores: Sequence[Scores], t: Mapping[str, str]) -> str:
    """The axis in the reader's language, marked where nothing was measured."""
    measured = any(getattr(found, axis) is not None for found in scores)
    return t[f"axis_{axis}"] if measured else f"{t[f'axis_{axis}']} ({t['not_measured']})"
