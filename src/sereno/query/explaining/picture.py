"""A picture of a chart, for models that can see: PNG by matplotlib (extra `explain`)."""

from __future__ import annotations

import io
from datetime import UTC
from importlib.util import find_spec
from itertools import cycle
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from sereno.explain.frame import Chart
from sereno.explain.narrate.prompt import Image
from sereno.query.explaining.drawn import Line, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (8.0, 4.5)
"""Inches; at `DPI` 800 × 450 pixels, which small models take without cutting the picture up."""
DPI = 100
MOST_BARS = 24
_LONGEST = 40
_LARGEST = 1e100
"""Values beyond it are drawn at it: matplotlib computes squares of differences."""
_YEARS = (-2_208_988_800.0, 7_258_118_400.0)
"""Epoch seconds that are told as dates: the years 1900 to 2199."""
_COLOURS = (
    "#1f77b4", "#d95f02", "#1b9e77", "#7570b3", "#e7298a", "#66a61e", "#a6761d", "#666666", "#e6ab02", "#17becf",
    "#8c564b", "#bc80bd",
)  # fmt: skip


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw(chart: Chart) -> Image:
    """The chart as a picture: at most a dozen series, thinned; their thresholds and events; or bars of categories.

    Labels are drawn as they are: no markup of theirs is followed, and letters the font lacks become `?`.
    matplotlib is not thread-safe: one picture at a time.

    Raises:
        ImportError: matplotlib is not installed.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  half a second, for models that see

    figure = Figure(figsize=SIZE, dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    if chart.title:
        axes.set_title(_plain(chart.title), parse_math=False)
    if lines := [line for line in drawn(chart) if any(value is not None for value in line.values)]:
        _lines(axes, lines, chart)
        for text in figure.legend(loc="outside lower center", ncols=3, fontsize="small", frameon=False).get_texts():
            text.set_parse_math(False)
    elif chart.categories:
        _bars(axes, chart)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return Image("image/png", picture.getvalue())


def _lines(axes: Axes, lines: list[Line], chart: Chart) -> None:
    moments = [at for line in lines for at in line.times]
    dated = _YEARS[0] < min(moments) and max(moments) < _YEARS[1]
    for line, colour in zip(lines, cycle(_COLOURS), strict=False):
        values = np.array([np.nan if value is None else value for value in line.values])
        alone = np.isfinite(values).sum() == 1
        axes.plot(
            [_days(at) for at in line.times] if dated else np.clip(line.times, -_LARGEST, _LARGEST),
            np.clip(values, -_LARGEST, _LARGEST),
            color=colour, linewidth=1.3, marker="o" if alone else None, label=_label(line.name, line.unit),
        )  # fmt: skip
    if dated:
        axes.xaxis_date(tz=ZoneInfo(chart.tz) if chart.tz else UTC)
    low, high = axes.get_xlim()
    for event in chart.events:
        if dated and _YEARS[0] < event.at < _YEARS[1] and low <= _days(event.at) <= high:
            axes.axvline(_days(event.at), color="#555555", linestyle=":", linewidth=1.0)
    for threshold in chart.thresholds:
        axes.axhline(
            float(np.clip(threshold.value, -_LARGEST, _LARGEST)), color="#c0392b", linestyle="--", linewidth=1.0
        )


def _bars(axes: Axes, chart: Chart) -> None:
    figure = chart.categories[0]
    values = np.nan_to_num(np.clip(figure.values, -_LARGEST, _LARGEST))
    order = np.argsort(-np.abs(values), kind="stable")[:MOST_BARS]
    axes.barh(range(len(order)), values[order], color=_COLOURS[0])
    axes.set_yticks(range(len(order)), [_plain(figure.names[index]) for index in order], parse_math=False)
    axes.invert_yaxis()
    axes.set_xlabel(_label(figure.name, figure.unit), parse_math=False)


def _days(at: float) -> float:
    """Epoch seconds as matplotlib counts days: since 1970."""
    return at / 86_400.0


def _label(name: str, unit: str) -> str:
    return _plain(f"{name} ({unit})" if unit else name)


def _plain(given: str) -> str:
    """A text of somebody else on one line, in letters that the font has."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415  see `draw`

    line = " ".join(given.split())
    line = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    font = get_font(findfont("DejaVu Sans"))
    shown = "".join(letter if font.get_char_index(ord(letter)) else "?" for letter in line)
    return shown if shown[:1] not in {"", "_"} else f" {shown}"  # legends leave out what begins with _, or is empty
