"""What the record counts, as the samples that `/metrics` would show: the same names and labels, over any window.

So an objective means the same whether Prometheus or the store answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from sereno.promql.catalogue import TARGET_LABELS
from sereno.promql.query import Matcher
from sereno.slo.witness import satisfies


class Distribution(msgspec.Struct, frozen=True):
    """Counts of one histogram: of all values, their sum, and of those up to each edge."""

    count: int
    sum: float
    up_to: Mapping[Decimal, int]


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """The calls of a window that share model, operation and status.

    Attributes:
        model: the value of the `model` label (other names than the first hundred are `other`).
        durations: by the name of the histogram, in seconds.
    """

    model: str
    operation: str
    status: str
    calls: int
    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    cost_usd: float = 0.0
    cost_known: int = 0
    durations: Mapping[str, Distribution] = msgspec.field(default_factory=dict)


_Sample = tuple[Mapping[str, str], float]


def _requests(cell: Cell) -> Iterator[_Sample]:
    yield {"model": cell.model, "operation": cell.operation, "status": cell.status}, cell.calls


def _tokens(cell: Cell) -> Iterator[_Sample]:
    yield {"type": "prompt", "model": cell.model}, cell.input_tokens
    yield {"type": "completion", "model": cell.model}, cell.output_tokens


def _by_model(value: Callable[[Cell], float]) -> Callable[[Cell], Iterator[_Sample]]:
    def samples(cell: Cell) -> Iterator[_Sample]:
        yield {"model": cell.model}, value(cell)

    return samples


_COUNTERS: Mapping[str, Callable[[Cell], Iterator[_Sample]]] = {
    "llm_requests_total": _requests,
    "llm_tokens_used_total": _tokens,
    "llm_cached_tokens_total": _by_model(lambda cell: cell.cached_input_tokens),
    "llm_cost_usd_total": _by_model(lambda cell: cell.cost_usd),
    "ollama_model_costs_sum": _by_model(lambda cell: cell.cost_usd),
    "ollama_model_costs_count": _by_model(lambda cell: cell.cost_known),
}
HISTOGRAMS = (
    "llm_request_duration_seconds",
    "llm_time_to_first_token_seconds",
    "llm_time_per_output_token_seconds",
)


class NotRecordedError(ValueError):
    """The record does not hold this metric; only Prometheus can answer."""


def increase(cells: Sequence[Cell], metric: str, matchers: Sequence[Matcher], edge: Decimal | None = None) -> float:
    """By how much a counter grew, summed over the series that meet the conditions.

    Args:
        cells: the window's calls.
        metric: a counter, or a histogram's `_count` or `_sum`, or its `_bucket` with an edge.
        matchers: conditions; those on `job` and `instance` are met, for there is one target: this record.
        edge: upper edge of the bucket.

    Raises:
        NotRecordedError: the record does not hold it.
    """
    own = [matcher for matcher in matchers if matcher.label not in TARGET_LABELS]
    samples = _COUNTERS.get(metric) or _histogram(metric, edge)
    return sum(value for cell in cells for labels, value in samples(cell) if _met(labels, own))


def _met(labels: Mapping[str, str], matchers: Sequence[Matcher]) -> bool:
    return all(satisfies(labels.get(matcher.label, ""), (matcher,)) for matcher in matchers)


def _histogram(metric: str, edge: Decimal | None) -> Callable[[Cell], Iterator[_Sample]]:
    name, _, part = metric.rpartition("_")
    if name not in HISTOGRAMS or part not in {"count", "sum", "bucket"}:
        raise NotRecordedError(f"the record does not count {metric}; ask Prometheus")

    def samples(cell: Cell) -> Iterator[_Sample]:
        found = cell.durations.get(name)
        if found is None:
            return
        if part == "bucket" and (edge is None or edge not in found.up_to):
            raise NotRecordedError(f"the record has no bucket of {name} that ends at {edge}; ask Prometheus")
        value = found.up_to[edge] if part == "bucket" and edge is not None else getattr(found, part)
        yield {"model": cell.model, "operation": cell.operation}, value

    return samples
