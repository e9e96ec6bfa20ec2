"""What SQLite and UTF-8 cannot hold is replaced before it is stored, so that no call can stop a batch.

A lone surrogate (JSON can carry half a pair) becomes U+FFFD; a count beyond 2^40
becomes 2^40, so that eight million of them still add up in 64 bits.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Call
from sereno.store.base import Record

LARGEST = 1 << 40


def text(value: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable(record: Record) -> Record:
    """The record if it can be stored as it is, else a cleaned copy."""
    call = _cleaned(record.call)
    exchange = None if record.exchange is None else _cleaned(record.exchange)
    return Record(call, exchange)


def is_storable(call: Call) -> bool:
    """Whether every text is UTF-8 and every number fits; quick, as nearly every call is."""
    usage = call.usage
    try:
        msgspec.msgpack.encode(call)
    except (UnicodeEncodeError, OverflowError):
        return False
    return (
        -LARGEST <= (usage.input_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.output_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.cached_input_tokens or 0) <= LARGEST
        and -LARGEST <= (usage.reasoning_tokens or 0) <= LARGEST
        and call.request_bytes <= LARGEST
        and call.response_bytes <= LARGEST
    )


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
