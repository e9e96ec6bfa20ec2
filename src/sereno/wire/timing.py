"""Durations of a call: what the gateway's clock saw, and what the server reported."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import sub

_NANO = 1e-9
_MAX_NANOSECONDS = 10 * 365 * 86400 * 10**9
_MAX_COUNT = 2**53


def arrival(offset: int | None, ends: Sequence[int], times: Sequence[float]) -> float | None:
    """When the byte before this offset of a body had arrived, None if that was not noted.

    >>> arrival(5, (4, 9), (0.1, 0.2)), arrival(10, (4, 9), (0.1, 0.2))
    (0.2, None)
    """
    if offset is None:
        return None
    piece = bisect_left(ends, offset)
    return times[piece] if piece < len(times) and piece < len(ends) else None


def longest_gap(times: Sequence[float]) -> float | None:
    """The longest pause between two pieces, None below two."""
    if len(times) < 2:
        return None
    gap: float = max(map(sub, times[1:], times))
    return max(0.0, gap)


def per_output_token(total: float, first: float | None, tokens: int | None) -> float | None:
    """Seconds per output token after the first (OpenTelemetry's time_per_output_token), None where undefined."""
    if first is None or tokens is None or tokens < 2 or total < first:
        return None
    return (total - first) / (tokens - 1)


def seconds(nanoseconds: object) -> float | None:
    """Ollama's nanoseconds as seconds; None where absent or impossible."""
    if not isinstance(nanoseconds, int) or not 0 <= nanoseconds <= _MAX_NANOSECONDS:
        return None
    return nanoseconds * _NANO


def millis(milliseconds: object) -> float | None:
    """llama.cpp's milliseconds as seconds; None where absent or impossible."""
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    return milliseconds / 1000 if 0 <= milliseconds <= _MAX_NANOSECONDS / 1e6 else None


def count(tokens: object) -> int | None:
    """A token count as reported; None where absent or impossible."""
    if not isinstance(tokens, int) or isinstance(tokens, bool) or not 0 <= tokens < _MAX_COUNT:
        return None
    return tokens
