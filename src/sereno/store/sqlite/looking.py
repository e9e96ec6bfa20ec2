"""Opening a database that is only looked at: nothing is created, migrated or written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sereno.errors import StoreError
from sereno.store.sqlite.failures import told
from sereno.store.sqlite.migrate import refuse_other_schema

_BUSY_SECONDS = 5.0
_UNSHARED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def reading_uri(path: str) -> str:
    """The address of a database for a connection that reads beside a writer."""
    return f"file:{quote(path)}?mode=ro"


def looking_uri(path: str) -> str:
    """The address of a database that is there, of this version, and can be read; the folder may be read-only.

    In a folder that cannot be written, SQLite cannot make the `-shm` file through which readers and a writer agree.
    Nobody can be writing there through this folder, so a file without unmerged commits is then read as one that stays
    as it is (`immutable`).

    Raises:
        StoreError: there is none, it is another program's, its schema is older, or it cannot be read.
        StoreNewerError: a newer Sereno wrote it.
    """
    if not Path(path).exists():
        raise StoreError(
            f"there is no record at {path} yet; start one with `sereno up`, or name its folder with --data"
        )
    with told(path):
        try:
            return _tried(path, reading_uri(path))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _UNSHARED:
                raise
        wal = Path(f"{path}-wal")
        if wal.exists() and wal.stat().st_size:
            raise StoreError(
                f"The store {path} has commits in {wal.name} that cannot be read without writing to its folder: make"
                " the folder writable for this user, or copy the files to one that is."
            )
        return _tried(path, f"file:{quote(path)}?immutable=1")


def _tried(path: str, uri: str) -> str:
    with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as connection:
        refuse_other_schema(connection, path)
    return uri
