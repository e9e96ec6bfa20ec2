"""What SQLite and UTF-8 cannot hold is replaced before it is stored, so that no call can stop a batch.

A lone surrogate (JSON can carry half a pair) becomes U+FFFD; a count beyond 2^40
becomes 2^40, so that eight million of them still add up in 64 bits. A duration, price or energy that is not finite,
negative or beyond `LONGEST` says nothing and becomes unknown (the total, which every call has, becomes 0 or `LONGEST`):
one NaN would make every sum it enters NaN.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Call
from sereno.store.base import Record

LARGEST = 1 << 40
LONGEST = 1e9
"""Seconds, dollars or joules: thirty years, and no model server's honest figure. 2^63 billionths hold nine of them."""
LATEST = 253_402_300_799.0
"""9999-12-31T23:59:59Z: what dates can say."""
_FIGURES = ("cost_usd", "energy_joules")


def text(value: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable(record: Record) -> Record:
    """The record if it can be stored as it is, else a cleaned copy."""
    call = _honest(_cleaned(record.call))
    exchange = None if record.exchange is None else _cleaned(record.exchange)
    return Record(call, exchange)


def is_storable(call: Call) -> bool:
    """Whether every text is UTF-8 and every number fits; quick, as nearly every call is."""
    usage = call.usage
    try:
        msgspec.msgpack.encode(call)
    except (UnicodeEncodeError, OverflowError):
        return False
    timing = call.timing
    return (
        0.0 <= timing.total <= LONGEST  # false for NaN, like those that follow
        and 0.0 <= (timing.time_to_first_chunk or 0.0) <= LONGEST
        and 0.0 <= (timing.time_per_output_token or 0.0) <= LONGEST
        and 0.0 <= (timing.load or 0.0) <= LONGEST
        and 0.0 <= (timing.prompt_eval or 0.0) <= LONGEST
        and 0.0 <= (timing.eval or 0.0) <= LONGEST
        and 0.0 <= (timing.longest_gap or 0.0) <= LONGEST
        and 0.0 <= (call.cost_usd or 0.0) <= LONGEST
        and 0.0 <= (call.energy_joules or 0.0) <= LONGEST
        and abs(call.started_at) <= LATEST
        and -LARGEST <= (usage.input_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.output_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.cached_input_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.reasoning_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.cache_write_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.cache_write_hour_tokens or 0) <= LARGEST
        and call.request_bytes <= LARGEST
        and call.response_bytes <= LARGEST
    )


def _honest(call: Call) -> Call:
    """The call without figures that no sum may hold."""
    timing = call.timing
    unknown = {name: None for name in timing.__struct_fields__ if not _fits(getattr(timing, name))}
    if "total" in unknown:
        del unknown["total"]
        timing = msgspec.structs.replace(timing, total=LONGEST if timing.total > LONGEST else 0.0)
    figures = {name: value for name in _FIGURES if _fits(value := getattr(call, name))}
    started = call.started_at if abs(call.started_at) <= LATEST else 0.0
    return msgspec.structs.replace(
        call,
        started_at=started,
        timing=msgspec.structs.replace(timing, **unknown),
        **{**dict.fromkeys(_FIGURES), **figures},
    )


def _fits(value: float | None) -> bool:
    return value is None or 0.0 <= value <= LONGEST


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-LARGEST, min(LARGEST, value))
    if isinstance(value, tuple):
        return tuple(_cleaned(part) for part in value)
    if isinstance(value, msgspec.Struct):
        fields = {name: _cleaned(getattr(value, name)) for name in value.__struct_fields__}
        return type(value)(**fields) if _keyword_only(value) else type(value)(*fields.values())
    return value


def _keyword_only(value: msgspec.Struct) -> bool:
    return (isinstance(value, msgspec.Struct) and type(value).__struct_config__.array_like) or isinstance(value, Call)
