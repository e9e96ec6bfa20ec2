"""The one truth: what calls count (design §7).

Counters, roll-ups, API, pages and objectives read only what this function says, so they agree. The rules:

- LLM requests are chat, text_completion and embeddings that Sereno did not make itself. All of them, whatever their
  status, are in `llm_requests_total`, in the duration histogram and in the roll-ups, so the counts of these agree.
- `aborted` is a status of its own: neither success nor error.
- Everything else is one of `sereno_other_requests_total{route}` and `sereno_internal_requests_total`.
- What is unknown is not counted: a missing token count, price or time adds to no sum.
- A body that could not be read counts as a decode failure, beside whatever else the call counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from sereno.calls import Call
from sereno.conventions import COST_EDGES, DURATION_EDGES, TPOT_EDGES, TTFT_EDGES
from sereno.metrics.increments import Increments
from sereno.metrics.rollups import HOUR, MINUTE, Sums, TrafficCell, TrafficKey, UsageCell, UsageKey
from sereno.metrics.slots import LATENCY, TPOT, TTFT, Range, histogram
from sereno.stats.histograms import BOUNDS, NANO, Histogram

FINISH_REASONS = frozenset({
    "stop", "length", "load", "unload", "tool_calls", "function_call", "content_filter",
    "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal",
    "completed", "incomplete", "failed", "cancelled", "max_output_tokens",
})  # fmt: skip
"""Finish reasons that may be a label; a server may say anything, so the rest is `other`."""


def account(call: Call, label: Callable[[str | None], str]) -> Increments:
    """What one call counts.

    Args:
        call: the call.
        label: the bounded `model` label of a canonical model name.
    """
    return account_all((call,), label)


def account_all(calls: Iterable[Call], label: Callable[[str | None], str]) -> Increments:
    """What many calls count: the sum of `account` over them, made in one pass.

    Durations and costs are observed once, into the roll-up cell; the Prometheus histograms that have the same
    dimensions are sums of cells.
    """
    increments = Increments()
    traffic, usage, count = increments.traffic, increments.usage, increments.count
    for call in calls:
        if call.decode_error is not None:
            count("sereno_decode_failures_total", (call.protocol,))
        if call.internal:
            count("sereno_internal_requests_total", (call.status,))
            continue
        if call.operation == "other":
            count("sereno_other_requests_total", (call.route, call.status))
            continue
        timing = call.timing
        second = int(call.started_at + timing.total)
        key = TrafficKey(second - second % MINUTE, call.model, call.operation, call.status)
        cell = traffic.get(key)
        if cell is None:
            cell = traffic[key] = TrafficCell()
        who = UsageKey(second - second % HOUR, call.identity.user, call.model, call.category)
        used = usage.get(who)
        if used is None:
            used = usage[who] = UsageCell()
        _add(call, cell.sums, used.sums)
        slots = cell.slots
        cell.latency_nanos += _observe(slots, LATENCY, timing.total)
        if timing.time_to_first_chunk is not None:
            cell.ttft_nanos += _observe(slots, TTFT, timing.time_to_first_chunk)
        if timing.time_per_output_token is not None:
            cell.tpot_nanos += _observe(slots, TPOT, timing.time_per_output_token)
        _single(call, label(call.model), increments)
    _from_cells(increments, label)
    return increments


def _add(call: Call, first: Sums, second: Sums) -> None:
    """Add a call's figures to the sums of both of its cells."""
    tokens = call.usage
    sent, got, evaluated = tokens.input_tokens, tokens.output_tokens, call.timing.eval
    cost = None if call.cost_usd is None else round(call.cost_usd * NANO)
    for sums in (first, second):
        sums.calls += 1
        if call.status == "success":
            sums.success += 1
        elif call.status == "error":
            sums.error += 1
        else:
            sums.aborted += 1
        if sent is not None:
            sums.input_tokens += sent
            sums.input_known += 1
        if tokens.cached_input_tokens is not None:
            sums.cached_input_tokens += tokens.cached_input_tokens
        if got is not None:
            sums.output_tokens += got
            sums.output_known += 1
            if evaluated is not None:
                sums.eval_nanos += round(evaluated * NANO)
                sums.eval_tokens += got
        if cost is not None:
            sums.cost_nanos += cost
            sums.cost_known += 1
        sums.tool_calls += call.tool_calls


def _observe(slots: dict[int, int], where: Range, value: float) -> int:
    """Count a duration in its slots; returns it in billionths of a second."""
    slot = where.exact + bisect_left(where.edges, value)
    slots[slot] = slots.get(slot, 0) + 1
    slot = where.sparse + bisect_left(BOUNDS, value)
    slots[slot] = slots.get(slot, 0) + 1
    return round(value * NANO)


def _single(call: Call, model: str, increments: Increments) -> None:
    """Count what has dimensions that no roll-up keeps."""
    count, observe = increments.count, increments.observe
    if call.cost_usd is not None:
        observe("ollama_model_costs", (model,), call.cost_usd, COST_EDGES)
    if call.timing.load is not None:
        observe("llm_load_duration_seconds", (model,), call.timing.load, DURATION_EDGES)
    if call.finish_reason is not None:
        reason = call.finish_reason if call.finish_reason in FINISH_REASONS else "other"
        count("llm_finish_reasons_total", (model, reason))
    if call.status == "error":
        count("llm_errors_total", (model, call.error_type or "unknown"))
    if call.protocol == "ollama":
        count("ollama_requests_total", (call.status, model))
        observe("ollama_request_duration_seconds", (model,), call.timing.total, DURATION_EDGES)


def _from_cells(increments: Increments, label: Callable[[str | None], str]) -> None:
    """Fill the metrics whose dimensions the traffic cells have: sums over time."""
    for key, cell in increments.traffic.items():
        model, sums = label(key.model), cell.sums
        increments.count("llm_requests_total", (model, key.status, key.operation), sums.calls)
        for name, amount, known in (
            ("prompt", sums.input_tokens, sums.input_known),
            ("completion", sums.output_tokens, sums.output_known),
        ):
            if known:
                increments.count("llm_tokens_used_total", (name, model), amount)
        if sums.cached_input_tokens:
            increments.count("llm_cached_tokens_total", (model,), sums.cached_input_tokens)
        if sums.cost_known:
            increments.count("llm_cost_usd_total", (model,), sums.cost_nanos / NANO)
        if key.status == "success" and sums.cost_known < sums.calls:
            increments.count("llm_unpriced_requests_total", (model,), sums.calls - sums.cost_known)
        labels = (model, key.operation)
        for name, where, nanos in (
            ("llm_request_duration_seconds", LATENCY, cell.latency_nanos),
            ("llm_time_to_first_token_seconds", TTFT, cell.ttft_nanos),
            ("llm_time_per_output_token_seconds", TPOT, cell.tpot_nanos),
        ):
            part = histogram(cell.slots, where, nanos)
            if part.count:
                mine = increments.histograms.setdefault((name, labels), Histogram.empty(where.edges))
                mine.merge(part)


assert (LATENCY.edges, TTFT.edges, TPOT.edges) == (DURATION_EDGES, TTFT_EDGES, TPOT_EDGES)
