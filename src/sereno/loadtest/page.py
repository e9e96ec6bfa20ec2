"""The report as one HTML page that needs nothing else: no script, no foreign host, plots as SVG in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from sereno.loadtest.figure_text import amount, clock, duration
from sereno.loadtest.findings import QUANTILES
from sereno.loadtest.plot import Axis, Line, by_quantile, in_time, plot
from sereno.loadtest.report import Figures, Report
from sereno.loadtest.texts import Language, texts


class Drawing(NamedTuple):
    """A plot as the page shows it: its SVG, its legend and its values as a table."""

    title: str
    svg: Markup
    lines: Sequence[Line]
    position: str
    rows: Sequence[Sequence[str]]


def page(report: Report, language: Language = "en") -> str:
    """The page; what came from the network is escaped."""
    t = texts(language)
    return _template().render(
        report=report,
        language=language,
        t=t,
        time=duration,
        number=amount,
        quantiles=[name.replace("p999", "p99.9") for name in QUANTILES],
        summary=summary(report, t),
        times=times(report, t),
        plots=_drawings(report, t),
    )


def summary(report: Report, t: dict[str, str]) -> list[tuple[str, str]]:
    """The figures of a run as (name, text)."""
    load = report.load
    stages = ", ".join(
        f"{clock(seconds)}: {amount(start)}" + (f" – {amount(end)}" if end != start else "")
        for seconds, start, end in load.stages
    )
    kind = t[load.model] + (f"; {t[load.pattern]}" if load.pattern else "")
    rate = f"{report.succeeded / report.requests:.2%}" if report.requests else "–"
    return [
        (t["started"], report.started_at),
        (t["took"], clock(report.seconds)),
        (t["load"], f"{kind} ({stages})"),
        (t["model"], ", ".join(report.models) or report.model or t["unknown"]),
        (t["requests"], amount(report.requests)),
        (t["succeeded"], f"{amount(report.succeeded)} ({rate})"),
        (t["failed"], amount(report.failed)),
        *([(t["timed_out"], amount(report.timed_out))] if report.timed_out else []),
        *([(t["cut"], amount(report.cut))] if report.cut else []),
        (t["users"], amount(report.users)),
        (t["sessions"], amount(report.sessions)),
        (t["throughput"], amount(report.throughput)),
        (t["tokens"], f"{amount(report.input_tokens)} / {amount(report.output_tokens)}"),
        (t["speed"], amount(report.output_tokens_per_second)),
    ]


def times(report: Report, t: dict[str, str]) -> list[tuple[str, Figures]]:
    """The distributions of a run as (name, `Figures`); those without a value are left out, latency never."""
    names = ("latency", "service", "first_chunk", "per_token", "gaps", "delay")
    return [(t[name], getattr(report, name)) for name in names if name == "latency" or getattr(report, name).count]


def _drawings(report: Report, t: dict[str, str]) -> list[Drawing]:
    moments = report.moments
    axis = in_time([one.at for one in moments], max(report.seconds, report.slice), clock)
    positions = [clock(one.at) for one in moments]
    width = report.slice
    rates = (
        Line(t["due"], "b", [one.due / width for one in moments]),
        Line(t["succeeded"], "a", [one.succeeded / width for one in moments]),
        Line(t["failed"], "bad", [one.failed / width for one in moments]),
    )
    spread = (Line("p50", "a", [one.p50 for one in moments]), Line("p99", "b", [one.p99 for one in moments]))
    busy = (Line(t["in_flight"], "a", [one.in_flight for one in moments]),)
    curve = (Line(t["latency"], "a", [value for _, value in report.curve]),)
    quantiles = [q for q, _ in report.curve]
    none = t["no_values"]
    return [
        _drawing(t["curve"], by_quantile(quantiles), curve, "", [f"{100 * q:g} %" for q in quantiles], duration, none),
        _drawing(t["latency_over_time"], axis, spread, t["at"], positions, duration, none),
        _drawing(t["rate_over_time"], axis, rates, t["at"], positions, amount, none),
        _drawing(t["busy_over_time"], axis, busy, t["at"], positions, amount, none),
    ]


def _drawing(
    title: str, axis: Axis, lines: Sequence[Line], position: str, positions: Sequence[str],
    show: Callable[[float | None], str], none: str,
) -> Drawing:  # fmt: skip
    values = zip(positions, *(line.values for line in lines), strict=True)
    rows = [(where, *(show(value) for value in row)) for where, *row in values]
    svg = Markup(plot(title, axis, lines, show, none))  # noqa: S704 - plot escapes its texts
    return Drawing(title, svg, lines, position, rows)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(files("sereno.loadtest").joinpath("page.html").read_text("utf-8"))
