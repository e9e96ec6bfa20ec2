"""SQLite's errors as sentences that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sereno.errors import StoreError, StoreTimeoutError, StoreTrouble

_KNOWN: dict[int, tuple[StoreTrouble, str]] = {
    sqlite3.SQLITE_BUSY: (
        "locked", "The store {path} is locked by another program: end it (a second keeper, a sqlite3 shell?).",
    ),
    sqlite3.SQLITE_LOCKED: ("locked", "The store {path} is locked by another connection of this program: try again."),
    sqlite3.SQLITE_READONLY: (
        "read_only", "The store {path} cannot be written: make the file and its folder writable for this user.",
    ),
    sqlite3.SQLITE_PERM: (
        "read_only", "The store {path} cannot be opened: make the file and its folder accessible for this user.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "corrupt", "The store {path} is damaged: move it and its -wal and -shm files away, restore a backup.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "corrupt", "The file {path} is no SQLite database: move it away, or name another data folder.",
    ),
    sqlite3.SQLITE_FULL: (
        "disk_full",
        "The disk under the store {path} is full: free some space; the journal keeps new calls meanwhile.",
    ),
    sqlite3.SQLITE_IOERR: (
        "disk", "The disk under the store {path} failed to read or write: check the disk and its mount.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "unreachable", "The store {path} cannot be opened: check that its folder exists and is accessible.",
    ),
}  # fmt: skip
_OF_THE_DATA = (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE)


def sentence(path: str, error: sqlite3.Error) -> str:
    """What happened, for a person, with SQLite's own words at the end."""
    known = _KNOWN.get(_code(error))
    told = "The store {path} failed." if known is None else known[1]
    return f"{told.format(path=path)} (SQLite: {error})"


def trouble(error: sqlite3.Error) -> StoreTrouble:
    """Why it happened."""
    code = _code(error)
    if code in _OF_THE_DATA:
        return "rejected"
    known = _KNOWN.get(code)
    return "other" if known is None else known[0]


def _code(error: sqlite3.Error) -> int:
    """The primary result code; 0 where Python's driver itself complains."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return 0 if code is None else code & 0xFF


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
        raise StoreError(sentence(path, error), trouble(error)) from error
