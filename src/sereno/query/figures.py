"""Sums of calls → the figures people read: rates, means, percentiles. Unknown is null, zero is counted.

`error_rate` is error / (success + error): aborted calls, in which the client left, are neither. Means divide by
the calls in which the figure was known. Percentiles come from histogram buckets (off by less than 9 %).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sereno.stats.histograms import Histogram
from sereno.store.base import Totals


class Percentiles(msgspec.Struct, frozen=True):
    """A distribution of seconds; null when no value is known."""

    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    mean: float | None
    count: int


class TokenMeans(msgspec.Struct, frozen=True):
    """Mean tokens a call, over the calls in which they are known."""

    input: float | None
    output: float | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of calls adds up to; times in seconds, cost in US dollars.

    Attributes:
        error_rate: 0–1, null without a finished call.
        total_cost: sum over the calls with a known price; null if no price is known.
        priced_messages: number of those calls.
        tokens_per_second: output tokens per second of generation: over the calls whose server told its time; where none
            did, one by the mean time per output token.
        energy_joules: of the `measured_messages` calls whose energy is known; null where there is none.
        joules_per_output_token: over the same calls.
    """

    total_messages: int
    success: int
    error: int
    aborted: int
    error_rate: float | None
    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int | None
    avg_tokens: TokenMeans
    total_cost: float | None
    priced_messages: int
    tokens_per_second: float | None
    tool_calls: int
    energy_joules: float | None
    measured_messages: int
    joules_per_output_token: float | None
    latency: Percentiles
    ttft: Percentiles
    time_per_output_token: Percentiles


def ratio(part: float, whole: float) -> float | None:
    """Part of a whole, None when the whole is nothing.

    >>> ratio(1, 4), ratio(0, 0)
    (0.25, None)
    """
    return part / whole if whole else None


def known(total: float, calls_known: int, calls: int) -> float | None:
    """A sum, None when there were calls but the figure is known of none of them."""
    return total if calls_known or not calls else None


def percentiles(histogram: Histogram | None) -> Percentiles:
    """Percentiles and mean of a distribution."""
    if histogram is None or not histogram.count:
        return Percentiles(None, None, None, None, None, 0)
    p50, p90, p95, p99 = (histogram.quantile(q) for q in (0.5, 0.9, 0.95, 0.99))
    return Percentiles(p50, p90, p95, p99, histogram.mean, histogram.count)


def generation_speed(t: Totals) -> float | None:
    """Output tokens per second, as the model servers told it, else as the gateway saw answers come."""
    told = ratio(t.eval_tokens, t.eval_seconds)
    if told is not None or t.tpot is None:
        return told
    return ratio(1.0, t.tpot.mean or 0.0)


def figures(t: Totals) -> Figures:
    """The figures of sums."""
    return Figures(
        total_messages=t.calls,
        success=t.success,
        error=t.error,
        aborted=t.aborted,
        error_rate=ratio(t.error, t.success + t.error),
        input_tokens=t.input_tokens if t.input_known or not t.calls else None,
        output_tokens=t.output_tokens if t.output_known or not t.calls else None,
        cached_input_tokens=t.cached_input_tokens if t.input_known or not t.calls else None,
        avg_tokens=TokenMeans(ratio(t.input_tokens, t.input_known), ratio(t.output_tokens, t.output_known)),
        total_cost=known(t.cost_usd, t.cost_known, t.calls),
        priced_messages=t.cost_known,
        tokens_per_second=generation_speed(t),
        tool_calls=t.tool_calls,
        energy_joules=t.energy_joules if t.energy_known else None,
        measured_messages=t.energy_known,
        joules_per_output_token=ratio(t.energy_joules, t.energy_tokens),
        latency=percentiles(t.latency),
        ttft=percentiles(t.ttft),
        time_per_output_token=percentiles(t.tpot),
    )


def merged(parts: Iterable[Totals]) -> Totals:
    """The sum of sums."""
    out: dict[str, float] = {}
    distributions: dict[str, Histogram] = {}
    for part in parts:
        for name in Totals.__struct_fields__:
            value = getattr(part, name)
            if isinstance(value, Histogram):
                mine = distributions.get(name)
                if mine is None:
                    mine = distributions[name] = Histogram.empty(value.edges)
                mine.merge(value)
            elif value is not None:
                out[name] = out.get(name, 0) + value
    return Totals(**out, **distributions)  # type: ignore[arg-type]  # names and types are Totals' own
