"""How much explaining a keeper does: at once, a minute, and per answer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

import msgspec

from sereno.query.problems import Problem

_MINUTE = 60.0


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What may be asked of a model.

    Attributes:
        concurrency: answers at once. per_minute: answers begun in a minute. max_tokens: of one answer.
        templates: explanations by templates at once.
    """

    concurrency: int = 2
    per_minute: int = 30
    max_tokens: int = 1024
    templates: int = 16


class Turnstile:
    """Lets so many pass at once and in a minute.

    Args:
        at_once: how many may be inside.
        per_minute: how many may enter in any minute; 0 for no limit.
        what: what they are called in the refusal.
    """

    def __init__(self, at_once: int, per_minute: int, what: str) -> None:
        self._at_once = at_once
        self._per_minute = per_minute
        self._what = what
        self._inside = 0
        self._entered: deque[float] = deque()

    @contextmanager
    def enter(self, now: float) -> Iterator[None]:
        """Be inside for the block.

        Args:
            now: seconds of a monotonic clock.

        Raises:
            Problem: 503, as many are inside as may be; 429, too many entered in this minute.
        """
        if self._inside >= self._at_once:
            detail = f"{self._inside} {self._what} are running, which is the limit. Try again in a moment."
            raise Problem("busy", 503, detail, headers={"Retry-After": "5"})
        while self._entered and now - self._entered[0] >= _MINUTE:
            self._entered.popleft()
        if self._per_minute and len(self._entered) >= self._per_minute:
            wait = ceil(_MINUTE - (now - self._entered[0]))
            detail = f"More than {self._per_minute} {self._what} in a minute. Try again in {wait} s."
            raise Problem("rate-limited", 429, detail, headers={"Retry-After": str(wait)})
        self._entered.append(now)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
