"""What the gateway asks of its journal and status file: the writers in `sereno.journal`, or fakes in tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sereno.calls import Exchange


class Journal(Protocol):
    """Takes records and counts those it drops; see `sereno.journal.writer.JournalWriter`."""

    def append(self, exchange: Exchange) -> bool:
        """Take a record without waiting; False if it was dropped and counted."""

    def append_durable(self, exchange: Exchange, done: Callable[[bool], None]) -> bool:
        """Take a record and say, from another thread, when it is on disk."""

    def close(self, timeout: float) -> object:
        """Write what waits and close."""


class Status(Protocol):
    """Shows what runs; see `sereno.journal.status.StatusFile`."""

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a counter."""

    def set(self, name: str, value: int) -> None:
        """Set a gauge."""

    def reject(self, reason: str) -> None:
        """Count a request that was not forwarded."""

    def open_call(self, call_id: bytes, started_ns: int) -> int:
        """Note a call that runs; its slot."""

    def set_model(self, slot: int, model: bytes) -> None:
        """Note its model."""

    def add_bytes(self, slot: int, amount: int) -> None:
        """Add answered bytes."""

    def close_call(self, slot: int) -> None:
        """Note its end."""

    def beat(self, now_ns: int, rss: int) -> None:
        """Say that the worker lives."""

    def close(self) -> None:
        """Let go of the file."""
