"""Two models side by side: every figure with its difference, both distributions, a prompt that both answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.query.differences import FigureDifference, differences
from sereno.query.fields import FILTERS, Field
from sereno.query.model_sums import ModelSums, model_sums
from sereno.query.models import resolve_model
from sereno.query.problems import not_found
from sereno.query.quality import known_quality
from sereno.query.scores import DEFINITIONS
from sereno.query.times import parse_time
from sereno.store.base import Totals
from sereno.web.apart import Better, Side, better, interval_text
from sereno.web.changes import signed
from sereno.web.charts import Unit
from sereno.web.common_prompt import CommonPrompt, common_prompt
from sereno.web.distributions import Distribution, distribution, overlaid
from sereno.web.model_rows import ModelRow, model_rows, places
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.radar import AXES, radar
from sereno.web.span import span_of

WEEK = 7 * 86400.0
PICKED = Field(name="compare", kind="name", help="A model to compare; may be given several times.", maximum=256,
               many=100, example="llama3.2")  # fmt: skip
FIRST = Field(name="a", kind="name", help="The first model.", maximum=256, example="llama3.2")
SECOND = Field(name="b", kind="name", help="The second model.", maximum=256, example="qwen3:0.6b")
FIELDS = (FIRST, SECOND, PICKED, *(f for f in FILTERS if f.name in ("start_time", "end_time")))

MEASURES: tuple[tuple[str, Unit, Better | None], ...] = (
    ("calls", "count", None),
    ("error_rate", "ratio", "less"),
    ("latency_p50", "seconds", "less"),
    ("latency_p95", "seconds", "less"),
    ("latency_p99", "seconds", "less"),
    ("ttft_p50", "seconds", "less"),
    ("ttft_p95", "seconds", "less"),
    ("tokens_per_second", "tokens_per_second", "more"),
    ("mean_input_tokens", "tokens", None),
    ("mean_output_tokens", "tokens", None),
    ("cost_usd", "dollars", None),
    ("cost_per_1000_calls", "dollars", "less"),
    ("cost_per_1000_tokens", "dollars", "less"),
)
"""What is compared: name, unit, and which of two is the better one (None: neither)."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of both models.

    Attributes:
        measure, unit: as in `MEASURES`.
        a, b: null where unknown.
        change: b / a − 1, 0 where they are equal; null where either is unknown or a alone is 0.
        low, high: 95 % interval of b − a, null where the figure has none (sums of costs tell no spread) or values are
            too few to bound it.
        better: `a` or `b`; null where neither is: chance alone may have made the difference, or its spread is unknown.
    """

    measure: str
    unit: Unit
    a: float | None
    b: float | None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    better: Side | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; times are epoch seconds or seconds, costs US dollars.

    Attributes:
        start, end: the range.
        choices: every model there is.
        a, b: the models; null until two different ones are chosen.
        same: whether the same one was chosen twice.
        left_out: boxes ticked beyond two.
        lines: figure by figure.
        latency, ttft: distributions of a, then b, over the same steps.
        prompt: a recent prompt that both answered.
        score_definitions: what each score means.
    """

    start: float
    end: float
    choices: list[str]
    a: ModelRow | None = None
    b: ModelRow | None = None
    asked: tuple[str | None, str | None] = (None, None)
    same: bool = False
    left_out: int = 0
    lines: list[Line] = []
    latency: Distribution = Distribution((), ())
    ttft: Distribution = Distribution((), ())
    prompt: CommonPrompt | None = None
    score_definitions: Mapping[str, str]


def gather(ask: Ask) -> Comparison:
    """Ask the store for sums by model, and for a prompt that both answered.

    Raises:
        Problem: there is no such model.
    """
    store = ask.view.store
    span, query = span_of(ask, WEEK)
    called = store.models()
    installed = places(ask.view.upstreams(), called)
    known = sorted({*called, *installed})
    a, b = _asked(ask, known)
    picked = () if FIRST.name in ask.values.given else ask.values.get(PICKED) or ()
    found = Comparison(
        start=span.start,
        end=span.end,
        choices=known,
        asked=(a, b),
        same=a is not None and a == b,
        left_out=max(0, len(picked) - 2),
        score_definitions=DEFINITIONS,
    )
    if a is None or b is None or a == b:
        return found
    sums: dict[str | None, ModelSums] = {name: ModelSums(name, Totals(), Totals()) for name in (a, b)}
    sums |= {found.model: found for found in model_sums(store, query)}
    quality = known_quality(ask.view.ledger, ask.now)
    rows = {row.model: row for row in model_rows(list(sums.values()), installed, quality=quality)}
    apart = {one.measure: one for one in differences(sums[a].whole, sums[b].whole)}
    latency, ttft = ([getattr(sums[name].whole, kind) for name in (a, b)] for kind in ("latency", "ttft"))
    return msgspec.structs.replace(
        found,
        a=rows[a],
        b=rows[b],
        lines=[_line(measure, rows[a], rows[b], apart) for measure in MEASURES],
        latency=distribution(*latency),
        ttft=distribution(*ttft),
        prompt=common_prompt(store, query, a, b),
    )


def _asked(ask: Ask, known: list[str]) -> tuple[str | None, str | None]:
    """The two models, by their canonical names; from the boxes ticked on the page of models where neither is named."""
    names = [ask.values.get(FIRST), ask.values.get(SECOND)]
    picked = ask.values.get(PICKED) or ()
    if picked and not any(names):
        names = [*picked, None][:2]  # the page says that there were more
    resolved = [None if name is None else resolve_model(name, known) for name in names]
    for name in resolved:
        if name is not None and name not in known:
            raise not_found(f"No call and no model server names a model {name[:100]!r}; /sereno/models lists them all.")
    return resolved[0], resolved[1]


def _line(
    measure: tuple[str, Unit, Better | None], a: ModelRow, b: ModelRow, apart: Mapping[str, FigureDifference]
) -> Line:
    name, unit, best = measure
    left, right = _figure(name, a), _figure(name, b)
    line = Line(measure=name, unit=unit, a=left, b=right)
    if left is None or right is None:
        return line
    change = right / left - 1 if left else 0.0 if left == right else None
    line = msgspec.structs.replace(line, change=change)
    if name not in apart:
        return line
    known = apart[name]
    return msgspec.structs.replace(line, low=known.low, high=known.high, better=better(best, known))


def _figure(name: str, row: ModelRow) -> float | None:
    f = row.figures
    found: Mapping[str, float | None] = {
        "calls": f.total_messages,
        "error_rate": f.error_rate,
        "latency_p50": f.latency.p50,
        "latency_p95": f.latency.p95,
        "latency_p99": f.latency.p99,
        "ttft_p50": f.ttft.p50,
        "ttft_p95": f.ttft.p95,
        "tokens_per_second": f.tokens_per_second,
        "mean_input_tokens": f.avg_tokens.input,
        "mean_output_tokens": f.avg_tokens.output,
        "cost_usd": f.total_cost if f.total_messages else None,
        "cost_per_1000_calls": row.cost_per_1000_calls,
        "cost_per_1000_tokens": row.cost_per_1000_tokens,
    }
    return found[name]


def shape(content: Comparison, look: Look) -> Mapping[str, Any]:
    """The figures of both."""
    if content.a is None or content.b is None:
        return {"charts": None, "axes": AXES}
    names = (content.a.model or "", content.b.model or "")
    answers = (content.prompt.a, content.prompt.b) if content.prompt else ()
    return {
        "axes": AXES,
        "apart": [interval_text(li.low, li.high, li.unit, look) for li in content.lines],
        "moved": [None if li.change is None else signed(li.change, look.shown) for li in content.lines],
        "started": [parse_time(answer.timestamp, 0.0) for answer in answers],
        "charts": {
            "radar": radar([(names[0], content.a.scores), (names[1], content.b.scores)], look.t),
            "latency": overlaid(content.latency, names, "latency", look.t, look.shown),
            "ttft": overlaid(content.ttft, names, "ttft", look.t, look.shown),
        },
    }


def table(content: Comparison) -> Table:
    """One row a figure."""
    a, b = content.asked
    columns = ("measure", "unit", f"a: {a or ''}", f"b: {b or ''}", "change", "low", "high", "better")
    rows: list[list[Any]] = [
        [li.measure, li.unit, li.a, li.b, li.change, li.low, li.high, li.better] for li in content.lines
    ]
    return Table(columns, rows)


PAGES: tuple[Page, ...] = (
    Page(
        name="compare", path="/models/compare", template="compare.html", section="models", fields=FIELDS,
        usual_start="7d", gather=gather, shape=shape, table=table,
    ),
)  # fmt: skip
