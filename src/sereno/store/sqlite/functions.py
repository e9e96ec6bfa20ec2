"""SQL functions of ours, on every connection."""

from __future__ import annotations

import sqlite3

from sereno.store.sql.slots import merge_slots


class JoinBlobs:
    """Aggregate `sereno_join(blob)`: all blobs of a group, one after the other."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def step(self, part: bytes) -> None:
        """One row."""
        self._parts.append(part)

    def finalize(self) -> bytes:
        """The group's result."""
        return b"".join(self._parts)


def register(connection: sqlite3.Connection) -> None:
    """Make them known to a connection."""
    connection.create_function("sereno_merge", 2, merge_slots, deterministic=True)
    connection.create_aggregate("sereno_join", 1, JoinBlobs)  # type: ignore[arg-type]  # typeshed lets only numbers in
