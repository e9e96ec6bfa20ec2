"""Between a `Call` and a row of the table `calls`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from sereno.calls import Call, Identity, Operation, Protocol, Status, Timing, Usage, id_text
from sereno.store.sql.dialect import Asking

PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
STATUSES: tuple[Status, ...] = get_args(Status)
"""A row holds the index in these; their order is part of the schema."""
PROTOCOL_CODE = {name: code for code, name in enumerate(PROTOCOLS)}
OPERATION_CODE = {name: code for code, name in enumerate(OPERATIONS)}
STATUS_CODE = {name: code for code, name in enumerate(STATUSES)}
OTHER = OPERATION_CODE["other"]

COLUMNS = (
    "seq", "id", "started_at", "ended_at", "total", "protocol", "operation", "status", "route", "path", "method",
    "upstream", "request_model", "model", "http_status", "error_type", "error_message", "finish_reason", "stream",
    "input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens", "ttft", "tpot", "load", "prompt_eval",
    "eval", "longest_gap", "user", "session", "key", "client", "agent", "chunks", "tool_calls", "images",
    "request_bytes", "response_bytes", "truncated", "decode_error", "conversation", "parent_conversation", "cost_usd",
    "cost_source", "energy_joules", "category", "trace_id", "span_id", "internal", "cache_write_tokens",
    "cache_write_hour_tokens", "part", "tokens",
)  # fmt: skip
DERIVED = 2
"""The last so many columns follow from the others; a `Call` is read without them."""
Numbers = Mapping[str | None, int | None]
"""Text → number, None → None."""
PART = 21600
"""Seconds of `part`."""
SELECTED = ", ".join(f"c.{column}" for column in COLUMNS[:-DERIVED])


def part_of(started_at: float) -> int:
    """The quarter of a day in which a call started."""
    return int(started_at // PART)


def tokens_of(usage: Usage) -> int | None:
    """Input and output tokens together, None where both are unknown; a count below nothing adds nothing."""
    if usage.input_tokens is None and usage.output_tokens is None:
        return None
    return max(0, usage.input_tokens or 0) + max(0, usage.output_tokens or 0)


def row_of(call: Call, seq: int, identifier: bytes, names: Numbers, sessions: Numbers) -> tuple[Any, ...]:
    """The values of a new row, in the order of `COLUMNS`."""
    usage, timing, who = call.usage, call.timing, call.identity
    return (
        seq, identifier, call.started_at, call.started_at + timing.total, timing.total,
        PROTOCOL_CODE[call.protocol], OPERATION_CODE[call.operation], STATUS_CODE[call.status], names[call.route],
        None if call.path == call.route else call.path, names[call.method], names[call.upstream],
        names[call.request_model], names[call.model], call.http_status, names[call.error_type], call.error_message,
        names[call.finish_reason], call.stream, usage.input_tokens, usage.cached_input_tokens, usage.output_tokens,
        usage.reasoning_tokens, timing.time_to_first_chunk, timing.time_per_output_token, timing.load,
        timing.prompt_eval, timing.eval, timing.longest_gap, names[who.user], sessions[who.session], names[who.key],
        names[who.client], names[who.agent], call.chunks, call.tool_calls, call.images, call.request_bytes,
        call.response_bytes, call.truncated, call.decode_error, call.conversation, call.parent_conversation,
        call.cost_usd, names[call.cost_source], call.energy_joules, names[call.category], call.trace_id, call.span_id,
        names[call.internal or None], usage.cache_write_tokens, usage.cache_write_hour_tokens,
        part_of(call.started_at), tokens_of(usage),
    )  # fmt: skip


def call_of(row: Sequence[Any], asking: Asking, prompt: str, response: str) -> Call:
    """The call of a row that was selected by `SELECTED`, with the texts given beside it."""
    (
        _, identifier, started_at, _, total, protocol, operation, status, route, path, method, upstream, request_model,
        model, http_status, error_type, error_message, finish_reason, stream, input_tokens, cached, output_tokens,
        reasoning, ttft, tpot, load, prompt_eval, evaluated, gap, user, session, key, client, agent, chunks, tool_calls,
        images, request_bytes, response_bytes, truncated, decode_error, conversation, parent, cost, cost_source, energy,
        category, trace_id, span_id, internal, written, written_hour,
    ) = row  # fmt: skip

    def t(number: int | None) -> str | None:
        return asking.names.text(asking.connection, number)

    route_text = t(route) or ""
    return Call(
        id=id_text(identifier),
        started_at=started_at,
        protocol=PROTOCOLS[protocol],
        operation=OPERATIONS[operation],
        route=route_text,
        path=route_text if path is None else path,
        method=t(method) or "",
        upstream=t(upstream) or "",
        request_model=t(request_model),
        model=t(model),
        status=STATUSES[status],
        http_status=http_status,
        error_type=t(error_type),
        error_message=error_message,
        finish_reason=t(finish_reason),
        stream=bool(stream),
        usage=Usage(input_tokens, cached, output_tokens, reasoning, written, written_hour),
        timing=Timing(total, ttft, tpot, load, prompt_eval, evaluated, gap),
        identity=Identity(t(user), asking.sessions.text(asking.connection, session), t(key), t(client), t(agent)),
        chunks=chunks,
        tool_calls=tool_calls,
        images=images,
        request_bytes=request_bytes,
        response_bytes=response_bytes,
        truncated=bool(truncated),
        decode_error=decode_error,
        prompt=prompt,
        response=response,
        conversation=conversation,
        parent_conversation=parent,
        cost_usd=cost,
        cost_source=t(cost_source),
        energy_joules=energy,
        category=t(category),
        trace_id=trace_id,
        span_id=span_id,
        internal=t(internal) or "",
    )
