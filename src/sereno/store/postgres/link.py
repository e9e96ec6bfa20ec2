"""A psycopg connection as the shared SQL asks it: `?` for parameters, and under `store.deadline` while it reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from time import monotonic
from typing import Any

import psycopg

from sereno.errors import StoreTimeoutError
from sereno.store.deadline import due
from sereno.store.postgres import adapters, binary
from sereno.store.postgres.address import Address

_SESSION = (
    "SET search_path = sereno, public; SET TimeZone = 'UTC'; SET jit = off; SET plan_cache_mode = force_custom_plan;"
    " SET enable_partitionwise_join = on; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '300s';"
    " SET client_min_messages = warning;"
    # Words are sorted into their index beside ingest (`word_index`), within a batch only where that does not happen.
    " SET gin_pending_list_limit = '32MB'; SET work_mem = '32MB';"
    # The keeper deletes a journal segment when its last frame is committed, so a commit must survive a power cut.
    " SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


_PART = 65_536
"""Bytes of a COPY that are sent together."""


class Link:
    """One connection.

    Args:
        address: of the database.
        limited: whether `store.deadline` counts.
    """

    def __init__(self, address: Address, *, limited: bool) -> None:
        self.raw: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(address.conninfo, autocommit=True)
        self._limited = limited
        try:
            adapters.register(self.raw)
            self.raw.execute(_SESSION)
        except BaseException:
            self.raw.close()
            raise

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run one statement with `?` for parameters; `StoreTimeoutError` when the deadline around has passed."""
        if self._limited and (until := due()) is not None:
            left = int((until - monotonic()) * 1000)
            if left <= 0:
                raise StoreTimeoutError("The store was given no time to answer: ask for less, or allow more time.")
            self.raw.execute(f"SET LOCAL statement_timeout = {left}".encode())
        return self.raw.execute(_marked(sql), parameters) if parameters else self.raw.execute(sql.encode())

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows."""
        quoted = ", ".join(f'"{column}"' for column in columns)
        with self.raw.cursor().copy(f"COPY {table} ({quoted}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def copy_bodies(self, rows: Iterable[bytes]) -> None:
        """Add many bodies, each as `binary.row` makes it."""
        quoted = ", ".join(binary.COLUMNS)
        with self.raw.cursor().copy(f"COPY bodies ({quoted}) FROM STDIN (FORMAT BINARY)".encode()) as copy:
            parts, size = [binary.HEADER], 0
            for row in rows:
                parts.append(row)
                size += len(row)
                if size >= _PART:
                    copy.write(b"".join(parts))
                    parts, size = [], 0
            copy.write(b"".join([*parts, binary.TRAILER]))

    @property
    def is_well(self) -> bool:
        """Whether it can be used again."""
        return not self.raw.closed and self.raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE

    def close(self) -> None:
        """End it."""
        self.raw.close()


@lru_cache(2048)
def _marked(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()
