"""The kinds of panel, as data."""

from __future__ import annotations

from typing import Literal

import msgspec

from sereno.dashboards.meaning import NO_TRAFFIC, PLAIN, Steps, Word

Unit = Literal[
    "none", "short", "reqps", "cps", "ops", "s", "d", "percent", "percentunit", "currencyUSD", "bytes", "decbytes",
    "Bps", "binBps", "hertz", "watt", "celsius", "rotmhz", "joule", "dateTimeFromNow", "dateTimeAsLocal", "bool",
    "string",
]  # fmt: skip
"""Grafana's unit ids that our panels use."""


class Query(msgspec.Struct, frozen=True):
    """One PromQL query of a panel.

    Attributes:
        expr: may use Grafana's `$job`, `$__rate_interval`, `$__range` …
        legend: name of each series, `{{label}}` stands for its value.
        exemplars: ask for the traces behind a histogram.
    """

    expr: str
    legend: str = ""
    exemplars: bool = False


class Sql(msgspec.Struct, frozen=True):
    """One SQL query of a panel, asked of the PostgreSQL that is Sereno's store.

    Attributes:
        text: may use Grafana's `$__timeFilter(…)`, `$__timeFrom()`, `$__timeTo()` and the dashboard's choices. Over
            time it gives `time`, rising, and numbers; a text column `metric` names the series.
        names: what people read for a column, where that is another than its own name.
    """

    text: str
    names: tuple[tuple[str, str], ...] = ()


class Panel(msgspec.Struct, frozen=True):
    """What all kinds share.

    Attributes:
        title: unique on its dashboard; its id is made of it.
        text: what is shown, from which metrics, and what to do about it.
        queries: what is asked of Prometheus.
        unit: of every value.
        steps: colours.
        words: values shown as a word.
        width: columns of 24.
        height: rows of 30 pixels.
        decimals: None leaves it to Grafana.
        low: lower end of the axis.
        high: upper end of the axis.
        empty: what stands there when no query finds a sample.
        key: the title its id is made of, where that is another (a translation).
        sql: what is asked of PostgreSQL, by a panel that asks nothing of Prometheus.
    """

    title: str
    text: str
    queries: tuple[Query, ...] = ()
    unit: Unit = "short"
    steps: Steps = PLAIN
    words: tuple[Word, ...] = ()
    width: int = 12
    height: int = 8
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    empty: str = NO_TRAFFIC
    key: str = ""
    sql: tuple[Sql, ...] = ()


class Tile(Panel, frozen=True):
    """One figure, with its course behind it if `spark`.

    Attributes:
        field: column of texts that is shown instead of a figure (SQL).
    """

    width: int = 4
    height: int = 4
    spark: bool = True
    field: str = ""


class Gauge(Panel, frozen=True):
    """One figure on a scale."""

    width: int = 6
    height: int = 6


class Series(Panel, frozen=True):
    """Figures over time.

    Attributes:
        stacked: areas on top of each other.
        lines: draw the thresholds as lines.
        right: a second axis for series whose name matches this pattern, with its own unit.
    """

    stacked: bool = False
    lines: bool = False
    right: tuple[str, Unit] | None = None


class Bars(Panel, frozen=True):
    """The latest figure of each series as a bar."""


class BarChart(Panel, frozen=True):
    """Bars side by side, one for each row of its SQL, whose first column names it."""


class Pie(Panel, frozen=True):
    """Shares of a whole."""

    width: int = 8


class Heat(Panel, frozen=True):
    """A histogram over time; its query sums buckets by `le`."""


class Timeline(Panel, frozen=True):
    """States over time, a row each."""


class Column(msgspec.Struct, frozen=True):
    """A column of a table.

    Attributes:
        name: its heading.
        unit: of its values.
        steps: colours of its cells, if they are more than `PLAIN`.
        words: values shown as a word.
        link: address that a click leads to; may use `${__value.text}` and `${__data.fields.model}`.
        decimals: None leaves it to Grafana.
        field: SQL column, where that is another than the heading.
    """

    name: str
    unit: Unit = "short"
    steps: Steps = PLAIN
    words: tuple[Word, ...] = ()
    link: str = ""
    decimals: int | None = None
    field: str = ""


class Table(Panel, frozen=True):
    """Queries joined by their labels, the newest value of each a column; or the rows of one SQL query.

    Attributes:
        keys: label columns, in order; other labels are left out.
        columns: a value column for each query, in the order of the queries.
        sort: heading of the column that is sorted by, falling.
    """

    keys: tuple[Column, ...] = ()
    columns: tuple[Column, ...] = ()
    sort: str = ""


class Alerts(Panel, frozen=True):
    """Grafana's list of alerts: of its own rules and of the data sources that have any."""


class History(Panel, frozen=True):
    """Grafana's list of annotations.

    Attributes:
        tags: those that are shown.
    """

    tags: tuple[str, ...] = ()


class Note(Panel, frozen=True):
    """Words in Markdown; `text` is shown."""


Kind = Tile | Gauge | Series | Bars | BarChart | Pie | Heat | Timeline | Table | Alerts | History | Note
