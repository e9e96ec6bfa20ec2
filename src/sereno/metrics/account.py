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
from operator import add

from sereno.calls import Call, Timing
from sereno.conventions import COST_EDGES, DURATION_EDGES, TPOT_EDGES, TTFT_EDGES
from sereno.metrics.increments import MICRO, Increments
from sereno.metrics.rollups import (
    DAY,
    FIGURES,
    HOUR,
    MINUTE,
    ROLLUPS,
    TRAFFIC,
    Cell,
    Key,
)
from sereno.metrics.slots import LATENCY, TPOT, TTFT, histogram
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
    count = increments.count
    tables = [increments.cells[rollup.name] for rollup in ROLLUPS]
    for call in calls:
        if call.decode_error is not None:
            count("sereno_decode_failures_total", (call.protocol,))
        if call.internal:
            count("sereno_internal_requests_total", (call.status,))
            continue
        if call.operation == "other":
            count("sereno_other_requests_total", (call.route, call.status))
            continue
        figures, slots = _figures(call), _slots(call.timing)
        for table, key in zip(tables, _keys(call), strict=True):
            cell = table.get(key)
            if cell is None:
                table[key] = Cell([*figures], dict.fromkeys(slots, 1))
                continue
            cell.figures = list(map(add, cell.figures, figures))
            mine = cell.slots
            for slot in slots:
                mine[slot] = mine.get(slot, 0) + 1
        _single(call, label(call.model), increments)
    _from_cells(increments, label)
    return increments


def _keys(call: Call) -> tuple[Key, ...]:
    """The cells that a call is in: one of each roll-up, in the order of `ROLLUPS`, at their finest level."""
    second = int(call.started_at + call.timing.total)
    hour, who = second - second % HOUR, call.identity
    model, operation, status = call.model, call.operation, call.status
    return (
        (second - second % MINUTE, model, operation, status),
        (hour, call.category, model, operation, status),
        (hour, call.upstream, call.cost_source, call.error_type, model, operation, status),
        (hour, who.user, who.key),
        (hour, who.user, who.key, who.client, model, operation, status),
        (second - second % DAY, who.user, call.category, model, operation, status),
    )


def _figures(call: Call) -> tuple[int, ...]:
    """What a call adds to its cells, in the order of `rollups.FIGURES`."""
    tokens, timing, status = call.usage, call.timing, call.status
    sent, got, evaluated = tokens.input_tokens, tokens.output_tokens, timing.eval
    told = evaluated is not None and got is not None
    cost, energy = call.cost_usd, call.energy_joules
    measured = energy is not None
    return (
        1, status == "success", status == "error", status == "aborted",
        sent or 0, sent is not None, tokens.cached_input_tokens or 0, got or 0, got is not None,
        0 if cost is None else round(cost * NANO), cost is not None,
        round((evaluated or 0.0) * NANO) if told else 0, (got or 0) if told else 0, call.tool_calls,
        cost is None and (sent is not None or got is not None),
        round((energy or 0.0) * MICRO), measured, (got or 0) if measured else 0,
        round(timing.total * NANO), round((timing.time_to_first_chunk or 0.0) * NANO),
        round((timing.time_per_output_token or 0.0) * NANO),
    )  # fmt: skip


def _slots(timing: Timing) -> list[int]:
    """Where a call's durations are counted: for each that is known its exact slot and its logarithmic one."""
    total, first, each = timing.total, timing.time_to_first_chunk, timing.time_per_output_token
    slots = [LATENCY.exact + bisect_left(LATENCY.edges, total), LATENCY.sparse + bisect_left(BOUNDS, total)]
    if first is not None:
        slots += (TTFT.exact + bisect_left(TTFT.edges, first), TTFT.sparse + bisect_left(BOUNDS, first))
    if each is not None:
        slots += (TPOT.exact + bisect_left(TPOT.edges, each), TPOT.sparse + bisect_left(BOUNDS, each))
    return slots


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
    for (_, name_of_model, operation, status), cell in increments.cells[TRAFFIC.name].items():
        model, sums = label(name_of_model), dict(zip(FIGURES, cell.figures, strict=True))
        increments.count("llm_requests_total", (model, status, operation), sums["calls"])
        for name, kind in (("prompt", "input"), ("completion", "output")):
            if sums[f"{kind}_known"]:
                increments.count("llm_tokens_used_total", (name, model), sums[f"{kind}_tokens"])
        if sums["cached_input_tokens"]:
            increments.count("llm_cached_tokens_total", (model,), sums["cached_input_tokens"])
        if sums["cost_known"]:
            increments.count("llm_cost_usd_total", (model,), sums["cost_nanos"] / NANO)
        if status == "success" and sums["cost_known"] < sums["calls"]:
            increments.count("llm_unpriced_requests_total", (model,), sums["calls"] - sums["cost_known"])
        if sums["eval_nanos"]:
            increments.count("llm_generation_seconds_total", (model,), sums["eval_nanos"] / NANO)
            increments.count("llm_generation_tokens_total", (model,), sums["eval_tokens"])
        if sums["energy_known"]:
            increments.count("llm_energy_joules_total", (model,), sums["energy_micros"] / MICRO)
        labels = (model, operation)
        for name, where, nanos in (
            ("llm_request_duration_seconds", LATENCY, sums["latency_nanos"]),
            ("llm_time_to_first_token_seconds", TTFT, sums["ttft_nanos"]),
            ("llm_time_per_output_token_seconds", TPOT, sums["tpot_nanos"]),
        ):
            part = histogram(cell.slots, where, nanos)
            if part.count:
                mine = increments.histograms.setdefault((name, labels), Histogram.empty(where.edges))
                mine.merge(part)


assert (LATENCY.edges, TTFT.edges, TPOT.edges) == (DURATION_EDGES, TTFT_EDGES, TPOT_EDGES)
