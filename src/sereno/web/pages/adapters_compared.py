"""Two versions side by side: settings that differ, overlaid losses, quality and live figures before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sereno.query.adapters import AdapterComparison, AdapterDetail, adapter_comparison, adapter_list
from sereno.query.fields import Field
from sereno.store.ledger import lora_figures
from sereno.store.ledger.lora_figures import Figure
from sereno.web.adapter_series import adapter_charts
from sereno.web.apart import Better, Side, better, interval_text
from sereno.web.charts import Unit
from sereno.web.loss_curves import loss_charts
from sereno.web.page import Ask, Look, Page, Table

FIRST = Field(name="a", kind="name", help="The version before.", maximum=64, example="faq-v1")
SECOND = Field(name="b", kind="name", help="The version after.", maximum=64, example="faq-v2")
MONTH = 30 * 86400.0

MEASURES: tuple[tuple[str, Unit | Literal["plain"], Better | None], ...] = (
    ("quality", "ratio", "more"),
    ("training_loss", "plain", "less"),
    ("validation_loss", "plain", "less"),
    ("requests", "count", None),
    ("error_rate", "ratio", "less"),
    ("latency_p50", "seconds", "less"),
    ("latency_p95_seconds", "seconds", "less"),
    ("ttft_p95", "seconds", "less"),
    ("tokens_per_second", "tokens_per_second", "more"),
)
"""What is compared: name, unit, and which of two is the better one (None: neither)."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of both.

    Attributes:
        low, high: 95 % interval of b − a, null where the figure has none or values are too few to bound it.
        better: `a` or `b`; null where neither is: chance alone may have made the difference, or none is known.
    """

    measure: str
    unit: str
    a: float | None
    b: float | None
    low: float | None = None
    high: float | None = None
    better: Side | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions.

    Attributes:
        choices: every version there is.
        comparison: null until two are chosen.
        lines: figure by figure.
        figures: window by window of the last 30 days, of a and of b.
    """

    choices: list[str]
    asked: tuple[str, str]
    comparison: AdapterComparison | None = None
    lines: list[Line] = []
    figures: tuple[list[Figure], list[Figure]] = ([], [])


def gather(ask: Ask) -> Compared:
    """Ask ledger and store.

    Raises:
        Problem: 404, there is no such version.
    """
    ledger = ask.view.ledger
    a, b = ask.values.get(FIRST) or "", ask.values.get(SECOND) or ""
    choices = [] if ledger is None else [row.version for row in adapter_list(ledger)]
    if ledger is None or not a or not b:
        return Compared(choices=choices, asked=(a, b))
    found = adapter_comparison(ledger, ask.view.store, a, b, ask.now)
    with ledger.read() as connection:
        left, right = (lora_figures.figures(connection, version, since=ask.now - MONTH) for version in (a, b))
    return Compared(
        choices=choices,
        asked=(a, b),
        comparison=found,
        lines=[_line(measure, found) for measure in MEASURES],
        figures=(left, right),
    )


def _line(measure: tuple[str, Unit | Literal["plain"], Better | None], found: AdapterComparison) -> Line:
    name, unit, best = measure
    apart = {one.measure.removesuffix("_seconds"): one for one in found.differences}.get(name.removesuffix("_seconds"))
    line = Line(measure=name, unit=unit, a=_figure(name, found.a), b=_figure(name, found.b))
    if apart is None:
        return line
    return msgspec.structs.replace(line, low=apart.low, high=apart.high, better=better(best, apart))


def _figure(name: str, of: AdapterDetail) -> float | None:
    live = of.live
    found: Mapping[str, float | None] = {
        "quality": None if of.quality is None else of.quality.value,
        "training_loss": of.training_loss,
        "validation_loss": of.validation_loss,
        "requests": None if live is None else live.total_messages,
        "error_rate": None if live is None else live.error_rate,
        "latency_p50": None if live is None else live.latency.p50,
        "latency_p95_seconds": None if live is None else live.latency.p95,
        "ttft_p95": None if live is None else live.ttft.p95,
        "tokens_per_second": None if live is None else live.tokens_per_second,
    }
    return found[name]


def shape(content: Compared, look: Look) -> Mapping[str, Any]:
    """Curves of both."""
    found = content.comparison
    if found is None:
        return {"charts": None, "changes": [], "apart": []}
    versions = (found.a.version, found.b.version)
    return {
        "charts": loss_charts([(side.version, side.training) for side in (found.a, found.b)], look.t)
        | adapter_charts(list(zip(versions, content.figures, strict=True)), look.t, look.shown.tz),
        "changes": [(one.name, _text(one.a), _text(one.b)) for one in found.changes],
        "apart": [interval_text(line.low, line.high, line.unit, look) for line in content.lines],
    }


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def table(content: Compared) -> Table:
    """One row a figure, then one a setting that differs."""
    a, b = content.asked
    rows: list[list[Any]] = [[one.measure, one.a, one.b, one.low, one.high, one.better] for one in content.lines]
    if content.comparison is not None:
        rows += [[one.name, _text(one.a), _text(one.b), None, None, None] for one in content.comparison.changes]
    return Table(("name", f"a: {a}", f"b: {b}", "low", "high", "better"), rows)


PAGE = Page(name="adapters_compared", path="/lora/compare", template="adapters_compared.html", section="lora",
            fields=(FIRST, SECOND), gather=gather, shape=shape, table=table)  # fmt: skip
