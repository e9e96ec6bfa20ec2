"""Trace and span ids, and `traceparent` (W3C Trace Context, level 1)."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class Place(NamedTuple):
    """Where a span stands.

    Attributes:
        trace_id: 32 hex digits. span_id: 16 hex digits.
        sampled: whether the trace is recorded; told to whom we call.
    """

    trace_id: str
    span_id: str
    sampled: bool

    @property
    def traceparent(self) -> str:
        """The header field that makes what is called a child of this span."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def begin() -> Place:
    """A new trace."""
    return Place(_random(16), _random(8), True)


def below(parent: Place) -> Place:
    """A new span of the same trace."""
    return parent._replace(span_id=_random(8))


def read(traceparent: str | None) -> Place | None:
    """The place of the caller, None where the field is absent or invalid.

    >>> read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").span_id
    '00f067aa0ba902b7'
    """
    match = _PARENT.fullmatch((traceparent or "").strip())
    if match is None:
        return None
    version, trace, span, flags, more = match.groups()
    if version == "ff" or (version == "00" and more) or not trace.strip("0") or not span.strip("0"):
        return None
    return Place(trace, span, bool(int(flags, 16) & 1))


def _random(size: int) -> str:
    while True:
        found = secrets.token_hex(size)
        if found.strip("0"):
            return found
