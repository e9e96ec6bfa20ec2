"""Connections that are lent out to readers and kept for the next while nobody uses them.

No thread keeps them and nothing waits: a connection that cannot be made says why at once, which a pool that connects in
the background cannot, and after an outage the next reader connects anew.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from sereno.errors import StoreError

Connection = TypeVar("Connection")


class Lending(Generic[Connection]):
    """A few idle connections.

    Args:
        name: of the store, for messages.
        connect: makes one.
        close: ends one.
        idle: how many are kept.
    """

    def __init__(
        self, name: str, connect: Callable[[], Connection], close: Callable[[Connection], object], idle: int
    ) -> None:
        self._name = name
        self._connect = connect
        self._close = close
        self._idle = idle
        self._kept: list[Connection] = []
        self._lock = Lock()
        self._closed = False

    def borrow(self) -> Connection:
        """A connection for one reader; `StoreError` after `close`."""
        with self._lock:
            self.check_open()
            if self._kept:
                return self._kept.pop()
        return self._connect()

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next, or end it if there are enough."""
        with self._lock:
            if not self._closed and len(self._kept) < self._idle:
                self._kept.append(connection)
                return
        self._close(connection)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def check_open(self) -> None:
        """Raise `StoreError` after `close`."""
        if self._closed:
            raise StoreError(f"The store {self._name} is closed.")

    def forget(self) -> None:
        """End those that are kept: the server they led to may be gone."""
        with self._lock:
            kept, self._kept = self._kept, []
        for connection in kept:
            self._close(connection)

    def close(self) -> None:
        """End all that are kept, and those that are given back; idempotent."""
        with self._lock:
            self._closed = True
        self.forget()
