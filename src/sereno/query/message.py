"""A call as the API tells it: the message of design §8, and the detail with bodies.

Unknown is null. `tokens_per_second` is generation speed: output tokens by the model server's own generation
time where it reported one, else the rate after the first chunk; null where neither is known.
"""

from __future__ import annotations

import msgspec

from sereno.calls import Call, Timing
from sereno.conventions import PREVIEW_CHARACTERS
from sereno.query.times import rfc3339


class CallMessage(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One call in lists, exports and live events; times in seconds, cost in US dollars."""

    id: str
    timestamp: str
    model: str | None
    user: str | None
    session: str | None
    operation: str
    status: str
    error_type: str | None
    prompt: str
    response: str
    category: str | None
    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int | None
    latency: float
    ttft: float | None
    tokens_per_second: float | None
    cost_usd: float | None
    stream: bool
    finish_reason: str | None
    client: str | None
    trace_id: str | None


FIELDS: tuple[str, ...] = CallMessage.__struct_fields__
"""The columns of exports, in order."""


def tokens_per_second(output_tokens: int | None, timing: Timing) -> float | None:
    """Generation speed of a call, None where it cannot be known.

    >>> tokens_per_second(100, Timing(total=5.0, eval=4.0))
    25.0
    >>> tokens_per_second(101, Timing(total=5.0, time_to_first_chunk=1.0, time_per_output_token=0.04))
    25.0
    """
    if not output_tokens:
        return None
    if timing.eval:
        return output_tokens / timing.eval
    return 1 / timing.time_per_output_token if timing.time_per_output_token else None


def message(call: Call, longest: int | None = PREVIEW_CHARACTERS) -> CallMessage:
    """What the API says of a call.

    Args:
        call: the call.
        longest: characters of prompt and response to keep; None for all.
    """
    return CallMessage(
        id=call.id,
        timestamp=rfc3339(call.started_at),
        model=call.model,
        user=call.identity.user,
        session=call.identity.session,
        operation=call.operation,
        status=call.status,
        error_type=call.error_type,
        prompt=call.prompt[:longest],
        response=call.response[:longest],
        category=call.category,
        input_tokens=call.usage.input_tokens,
        output_tokens=call.usage.output_tokens,
        cached_input_tokens=call.usage.cached_input_tokens,
        latency=call.timing.total,
        ttft=call.timing.time_to_first_chunk,
        tokens_per_second=tokens_per_second(call.usage.output_tokens, call.timing),
        cost_usd=call.cost_usd,
        stream=call.stream,
        finish_reason=call.finish_reason,
        client=call.identity.client,
        trace_id=call.trace_id,
    )
