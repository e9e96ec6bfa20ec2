"""Quality: what checks find in answers, what people say, evaluation runs and judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sereno.conventions import INTERVALS
from sereno.quality.checks import CHECKS
from sereno.quality.rates import Rate
from sereno.query.fields import FILTERS
from sereno.query.quality import DAY, QUALITY_DEFINITION
from sereno.query.quality_summary import QualitySummary, quality_summary
from sereno.query.times import parse_time
from sereno.store.ledger.quality_checks import HOUR
from sereno.web.charts import Chart, Series, Tone
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.span import span_of

MOST_POINTS = 62
_TONES: Mapping[str, Tone] = {
    "empty": "s1", "truncated": "s2", "refusal": "s3", "repetition": "s4", "language": "s5", "json": "s6",
}  # fmt: skip


class QualityContent(QualitySummary, frozen=True, kw_only=True):
    """Quality in the range; epoch seconds. `times` are the starts of the chart's intervals."""

    start: float
    end: float
    times: tuple[float, ...]


def gather(ask: Ask) -> QualityContent:
    """Ask the ledger."""
    span, _ = span_of(ask, DAY)
    name = next((n for n, s in INTERVALS.items() if s >= HOUR and span.seconds / s <= MOST_POINTS), "1d")
    times = span.starts(name, "UTC")
    ledger = ask.view.ledger
    if ledger is None:
        nothing = QualitySummary(models=(), checks={}, checks_by_time=(), evaluations=(), judges=(),
                                 quality_definition=QUALITY_DEFINITION)  # fmt: skip
        return _content(nothing, span.start, span.end, times)
    model = ask.resolved().model
    with ledger.read() as connection:
        found = quality_summary(
            connection, start=span.start, end=span.end, now=ask.now, interval=INTERVALS[name], model=model
        )
    return _content(found, span.start, span.end, times)


def _content(found: QualitySummary, start: float, end: float, times: tuple[float, ...]) -> QualityContent:
    known = {name: getattr(found, name) for name in QualitySummary.__struct_fields__}
    return QualityContent(**known, start=start, end=end, times=times)


def shape(content: QualityContent, look: Look) -> Mapping[str, Any]:
    """The course of the checks, sums over models, moments of runs."""
    t = look.t
    by_time = {parse_time(point.time, 0.0): point.checks for point in content.checks_by_time}
    held = [check for check in CHECKS if check in content.checks]
    lines = tuple(
        Series(
            name=t[f"quality_{check}"],
            values=tuple(_value(by_time.get(at, {}).get(check)) for at in content.times),
            tone=_TONES[check],
        )
        for check in held
    )
    chart = Chart(
        kind="lines", id="quality-checks", title=t["quality_course"], description=t["quality_course_text"],
        unit="ratio", x=content.times, tz=look.shown.tz, series=lines, empty=t["quality_course_none"],
    )  # fmt: skip
    up, down = sum(row.up for row in content.models), sum(row.down for row in content.models)
    return {
        "charts": {"checks": chart},
        "held": held,
        "checked": max((rate.n for rate in content.checks.values()), default=0),
        "up": up,
        "thumbs": up + down,
        "run_at": [parse_time(run.at, 0.0) for run in content.evaluations],
        "judge_at": [parse_time(judge.at, 0.0) for judge in content.judges],
        "due_at": [parse_time(plan.due, 0.0) for plan in content.plans],
        "succeeded_at": [plan.succeeded and parse_time(plan.succeeded, 0.0) for plan in content.plans],
    }


def _value(rate: Rate | None) -> float | None:
    return None if rate is None else rate.value


def table(content: QualityContent) -> Table:
    """One row a model."""
    columns = ["model", "quality", "quality_low", "quality_high", "quality_n", "up", "down", "correct", "incorrect"]
    for check in CHECKS:
        columns += [f"{check}_failed", f"{check}_checked", f"{check}_low", f"{check}_high"]
    rows = []
    for row in content.models:
        score = row.quality
        cells: list[Any] = [row.model, *(() if score is None else (score.value, score.low, score.high, score.n))]
        cells += [None] * (5 - len(cells))
        cells += [row.up, row.down, row.correct, row.incorrect]
        for check in CHECKS:
            found = row.checks.get(check)
            cells += [None] * 4 if found is None else [int(found.hits), found.n, found.low, found.high]
        rows.append(cells)
    return Table(columns, rows)


PAGES: tuple[Page, ...] = (
    Page(
        name="quality", path="/quality", template="quality.html", section="quality",
        fields=tuple(f for f in FILTERS if f.name in {"model", "start_time", "end_time"}), usual_start="24h",
        gather=gather, shape=shape, table=table,
    ),
)  # fmt: skip
