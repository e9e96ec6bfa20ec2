"""SQLite's errors as sentences that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sereno.errors import StoreError, StoreTimeoutError

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "The store {path} is locked by another program: end it (a second keeper, a sqlite3 shell?).",
    sqlite3.SQLITE_LOCKED: "The store {path} is locked by another connection of this program: try again.",
    sqlite3.SQLITE_READONLY: "The store {path} cannot be written: make the file and its folder writable for this user.",
    sqlite3.SQLITE_PERM: "The store {path} cannot be opened: make the file and its folder accessible for this user.",
    sqlite3.SQLITE_CORRUPT: "The store {path} is damaged: move it and its -wal and -shm files away, restore a backup.",
    sqlite3.SQLITE_NOTADB: "The file {path} is no SQLite database: move it away, or name another data folder.",
    sqlite3.SQLITE_FULL: "The disk under the store {path} is full: free some space; the journal keeps new calls"
    " meanwhile.",
    sqlite3.SQLITE_IOERR: "The disk under the store {path} failed to read or write: check the disk and its mount.",
    sqlite3.SQLITE_CANTOPEN: "The store {path} cannot be opened: check that its folder exists and is accessible.",
}  # fmt: skip


def sentence(path: str, error: sqlite3.Error) -> str:
    """What happened, for a person, with SQLite's own words at the end."""
    code = getattr(error, "sqlite_errorcode", None)
    known = _SENTENCES.get(code & 0xFF) if code is not None else None
    return f"{(known or 'The store {path} failed.').format(path=path)} (SQLite: {error})"


@contextmanager
def told(path: str) -> Iterator[None]:
    """Turn SQLite's errors inside into `StoreError`."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise StoreTimeoutError(
                "The store did not answer within the time allowed: ask for a shorter time or for less."
            ) from error
        raise StoreError(sentence(path, error)) from error
