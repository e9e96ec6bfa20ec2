"""Figures: what a page says of one, checked; its data as a table. The browser draws it (browser/charts.ts).

A figure is data, not a drawing: the page carries it as JSON and as a table, so it can be read without script and
without sight. Unknown is None: a gap in a line and a dash in the table, never 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment
from markupsafe import Markup

from sereno.web.radar_drawing import VIEW, Radar, drawn
from sereno.web.sparklines import sparkline

Kind = Literal["lines", "area", "stacked", "bars", "histogram", "radar"]
Unit = Literal["seconds", "count", "per_second", "dollars", "ratio", "bytes", "tokens", "tokens_per_second"]
Tone = Literal["accent", "good", "warn", "bad", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"]

_ID = re.compile(r"[a-z][a-z0-9-]{0,63}", re.ASCII)
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_DIGITS = 4
_CORNERS = 3
_UNKNOWN = "–"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One line, one set of bars, or one polygon.

    Attributes:
        name: what it is, in the page's language; may be text from the network.
        values: one a position of `x`, in the chart's unit; None where unknown.
        tone: which colour of the theme.
    """

    name: str
    values: tuple[float | None, ...]
    tone: Tone = "accent"


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """A level worth seeing: a line across the plot, in the chart's unit."""

    name: str
    value: float
    tone: Tone = "bad"


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """One figure.

    Attributes:
        kind: `lines`, `area` and `stacked` (areas on one another) join points; `bars` and `histogram` stand on
            positions, several series of `bars` on one another; `radar` has an axis a position.
        id: unique on the page; letters a-z, digits, hyphens.
        title: short; in the page's language, as all texts here.
        description: one sentence; what it shows.
        unit: of all values. `ratio` is a share of 1 (a radar's axes go from 0 to 1).
        x: positions: epoch seconds, ascending, or names of categories.
        series: what is drawn.
        thresholds: levels.
        links: for each position an address of this site that it leads to, or None; empty: no position leads anywhere.
        notes: for each position what it means (a radar's axis), or empty.
        empty: what to say, and to do, where no value is known.
        tz: IANA time zone in which epoch seconds are shown.
        instants: whether values are of those moments, not of the intervals that begin there.

    Raises:
        ValueError: something above does not hold.
    """

    kind: Kind
    id: str
    title: str
    unit: Unit
    x: tuple[float, ...] | tuple[str, ...]
    series: tuple[Series, ...]
    description: str = ""
    thresholds: tuple[Threshold, ...] = ()
    links: tuple[str | None, ...] = ()
    notes: tuple[str, ...] = ()
    empty: str = ""
    tz: str = "UTC"
    instants: bool = False

    def __post_init__(self) -> None:
        for name, value, known in (("kind", self.kind, get_args(Kind)), ("unit", self.unit, get_args(Unit))):
            if value not in known:
                raise ValueError(f"chart {self.id!r}: {name} is {value!r}, expected one of {', '.join(known)}")
        if not _ID.fullmatch(self.id):
            raise ValueError(f"chart id {self.id!r}: expected a-z, then up to 63 of a-z, 0-9 and hyphens")
        for what, found in (
            *((f"series {series.name!r}", series.values) for series in self.series),
            *((name, part) for name, part in (("links", self.links), ("notes", self.notes)) if part),
        ):
            if len(found) != len(self.x):
                raise ValueError(f"chart {self.id!r}: {what} has {len(found)} values for {len(self.x)} positions")
        numbers = [value for series in self.series for value in series.values if value is not None]
        if not all(map(math.isfinite, [*numbers, *(level.value for level in self.thresholds), *self.times])):
            raise ValueError(f"chart {self.id!r}: a number is not finite; unknown is None")
        if any(later <= earlier for earlier, later in zip(self.times, self.times[1:], strict=False)):
            raise ValueError(f"chart {self.id!r}: its times do not ascend")
        if self.kind == "radar" and self.known and (len(self.x) < _CORNERS or self.times):
            raise ValueError(f"chart {self.id!r}: a radar has {_CORNERS} named axes or more")
        for link in self.links:
            if link is not None and (not link.startswith("/") or link.startswith(("//", "/\\"))):
                raise ValueError(f"chart {self.id!r}: link {link!r} leaves this site; expected a path")

    @property
    def times(self) -> tuple[float, ...]:
        """Epoch seconds of the positions; empty where they are categories."""
        return tuple(at for at in self.x if not isinstance(at, str))

    @property
    def known(self) -> bool:
        """Whether there is a value to draw."""
        return any(value is not None for series in self.series for value in series.values)

    def spec(self) -> Markup:
        """The figure as JSON that is safe inside `<script type="application/json">` (HTML §4.12.1.3)."""
        return script_json(self)


def script_json(value: Any) -> Markup:
    """A value as JSON that is safe inside `<script type="application/json">` (HTML §4.12.1.3)."""
    return Markup(msgspec.json.encode(value).decode().translate(_ESCAPES))  # noqa: S704  # no "<" is left


def add_to(environment: Environment) -> None:
    """Give templates what the macros of `charts.html` call."""
    environment.globals.update(
        chart_heads=heads,
        chart_rows=rows,
        chart_number=number,
        radar_of=drawn_radar,
        radar_view=VIEW,
        sparkline_of=sparkline,
    )


def drawn_radar(chart: Chart) -> Radar:
    """The drawing of a chart of kind `radar`: ratios fill it at 1, other units at the greatest value."""
    values = [value for series in chart.series for value in series.values if value is not None]
    full = 1.0 if chart.unit == "ratio" else max([value for value in values if value > 0], default=1.0)
    shapes = [(series.name, series.tone, series.values) for series in chart.series]
    return drawn([str(name) for name in chart.x], chart.notes, shapes, full)


def heads(chart: Chart, t: Mapping[str, str]) -> list[str]:
    """Heads of the table: the position's, then each series with its unit."""
    first = f"{t['chart_time']} ({chart.tz})" if chart.times else t["chart_position"]
    unit = t[f"chart_unit_{chart.unit}"]
    return [first, *(f"{series.name} ({unit})" if unit else series.name for series in chart.series)]


def rows(chart: Chart, t: Mapping[str, str]) -> list[tuple[str, str | None, list[str]]]:
    """Rows of the table: the position, its link, the values."""
    names = [moment(at, chart.tz) for at in chart.times] or [str(name) for name in chart.x]
    links = chart.links or (None,) * len(names)
    return [
        (name, link, [number(value, chart.unit, t["chart_decimal"]) for value in values])
        for name, link, *values in zip(names, links, *(series.values for series in chart.series), strict=True)
    ]


def moment(at: float, tz: str) -> str:
    """Epoch seconds as date and time of day of a zone.

    >>> moment(0.0, "UTC"), moment(1.5, "Europe/Madrid")
    ('1970-01-01 00:00', '1970-01-01 01:00:01')
    """
    text = f"{datetime.fromtimestamp(at, ZoneInfo(tz)):%Y-%m-%d %H:%M:%S}"
    return text.removesuffix(":00") if at % 60 == 0 else text


def number(value: float | None, unit: Unit, decimal: str = ".") -> str:
    """A value as a table shows it: four significant digits, never an exponent, a ratio in per cent.

    >>> number(1234567.8, "count"), number(0.000012345, "dollars"), number(0.1234, "ratio", ",")
    ('1,234,568', '0.00001234', '12,34')
    >>> number(None, "seconds"), number(0.0, "seconds")
    ('–', '0')
    """
    if value is None:
        return _UNKNOWN
    if unit == "ratio":
        value *= 100
    places = 0 if value == 0 else max(0, min(15, _DIGITS - 1 - math.floor(math.log10(abs(value)))))
    text = f"{value:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if decimal == "." else text.translate({ord(","): ".", ord("."): decimal})
