"""Rewriting stored calls beside a keeper: one at a time, in small transactions, with room for ingest between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self
from uuid import uuid4

from sereno.errors import StoreError
from sereno.store.base import Rewrite, Store

LEASE_SECONDS, RENEW_SECONDS = 10.0, 3.0
ASK_AGAIN = 0.25
"""Seconds between two attempts at the lease."""
SHARE = 1.0
"""Seconds of pause for each second of writing, in which ingest has the store for itself."""
ATTEMPTS = 5
"""How often a batch is tried that the store refuses, say because another program holds it."""


def rewrite(store: Store, rewrites: Sequence[Rewrite], sleep: Callable[[float], None]) -> None:
    """One transaction, then a pause as long.

    Raises:
        StoreError: the store refused every attempt.
    """
    if not rewrites:
        return
    for attempt in range(ATTEMPTS):
        began = time.perf_counter()
        try:
            store.rewrite(rewrites)
        except StoreError:
            if attempt == ATTEMPTS - 1:
                raise
            sleep(ASK_AGAIN * 2**attempt)
        else:
            sleep(SHARE * (time.perf_counter() - began))
            return


class Lease:
    """Held while the block runs; what a killed one left runs out, and one that is alive renews it.

    Args:
        store: open for writing.
        command: name of the command that rewrites, and of the lease.
        sleep: between two attempts.
        clock: epoch seconds.

    Raises:
        StoreError: on entering: another such command is at work.
    """

    def __init__(self, store: Store, command: str, sleep: Callable[[float], None], clock: Callable[[], float]) -> None:
        self._store = store
        self._command = command
        self._sleep = sleep
        self._clock = clock
        self._holder = uuid4().hex
        self._renew_at = 0.0

    def __enter__(self) -> Self:
        give_up = self._clock() + LEASE_SECONDS + RENEW_SECONDS
        while not self._take(LEASE_SECONDS):
            if self._clock() >= give_up:
                raise StoreError(
                    f"another `sereno {self._command}` is at work on this record: let it end, then try again"
                )
            self._sleep(ASK_AGAIN)
        return self

    def renew(self) -> None:
        """Before every batch; `StoreError` if it was lost, as to one that began while this one was held up."""
        if self._clock() >= self._renew_at and not self._take(LEASE_SECONDS):
            raise StoreError(
                f"another `sereno {self._command}` took over while this one was held up: what it changed stays"
            )

    def __exit__(self, *_error: object) -> None:
        with suppress(StoreError):
            self._take(0.0)  # the next one need not wait

    def _take(self, seconds: float) -> bool:
        now = self._clock()
        self._renew_at = now + RENEW_SECONDS
        return self._store.acquire_lease(self._command, self._holder, now, seconds)
