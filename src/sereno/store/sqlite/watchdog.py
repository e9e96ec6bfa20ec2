"""Interrupts reading queries whose deadline has passed.

One thread looks, and only while somebody reads under a deadline. A progress handler inside SQLite would need Python's
lock every few microseconds of each query; `interrupt` costs a query nothing until it is due.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from time import monotonic

from sereno.errors import StoreTimeoutError
from sereno.store.deadline import due

AGAIN_SECONDS = 0.05
"""An interrupt that falls between two statements is lost, so it is repeated until the reader has given up."""
LINGER_SECONDS = 30.0
"""How long the thread stays when nobody reads."""


class Watchdog:
    """Watches the readers of one database."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._watched: dict[int, tuple[float, sqlite3.Connection]] = {}
        self._looks_at = 0.0
        self._running = False

    @contextmanager
    def over(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Interrupt what runs on a connection once the deadline around has passed.

        Raises:
            StoreTimeoutError: it has passed already.
        """
        until = due()
        if until is None:
            yield
            return
        if until <= monotonic():
            raise StoreTimeoutError("The store was given no time to answer: ask for less, or allow more time.")
        with self._changed:
            self._watched[id(connection)] = (until, connection)
            if not self._running:
                self._running = True
                Thread(target=self._run, name="sereno-store-deadlines", daemon=True).start()
            elif until < self._looks_at:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:  # held by the thread while it interrupts: afterwards the connection is left alone
                del self._watched[id(connection)]

    def _run(self) -> None:
        with self._changed:
            while True:
                now = monotonic()
                pause = LINGER_SECONDS
                for until, connection in self._watched.values():
                    if until <= now:
                        connection.interrupt()
                    pause = min(pause, max(until - now, AGAIN_SECONDS))
                self._looks_at = now + pause
                told = self._changed.wait(pause)
                if not told and not self._watched and pause == LINGER_SECONDS:
                    self._running = False
                    return
