"""What SQLite and UTF-8 cannot hold is replaced before it is stored, so that no call can stop a batch.

A lone surrogate (JSON can carry half a pair) becomes U+FFFD; a number beyond 2^53 becomes 2^53.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Call
from sereno.store.base import Record

LARGEST = 1 << 53


def text(value: str) -> str:
    """The text with surrogate pairs joined and lone surrogates replaced."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def storable(record: Record) -> Record:
    """The record if it can be stored as it is, else a cleaned copy."""
    call = _cleaned(record.call)
    exchange = None if record.exchange is None else _cleaned(record.exchange)
    return Record(call, exchange)


def is_storable(call: Call) -> bool:
    """Whether encoding the call as UTF-8 and 64-bit numbers works; quick."""
    try:
        msgspec.msgpack.encode(call)
    except (UnicodeEncodeError, OverflowError):
        return False
    return True


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
