"""Bring a database to the schema of this version: numbered SQL files, each applied once, all in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from sereno.errors import StoreError, StoreNewerError

APPLICATION_ID = 0x53524E4F
"""`SRNO`: tells our file from any other SQLite database (PRAGMA application_id)."""


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """(number, SQL) of every migration, ascending."""
    found = []
    for file in files("sereno.store.sqlite").joinpath("migrations").iterdir():
        number, _, rest = file.name.partition("_")
        if number.isdigit() and rest.endswith(".sql"):
            found.append((int(number), file.read_text("utf-8")))
    return tuple(sorted(found))


def statements(script: str) -> Iterator[str]:
    """The single statements of a script."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Apply what is missing, under an exclusive lock.

    Args:
        connection: the writer, in autocommit mode.
        path: name of the file, for messages.

    Raises:
        StoreNewerError: the file was written by a newer Sereno.
        StoreError: the file is another program's database.
    """
    known = migrations()
    newest = known[-1][0]
    if _version(connection, path, newest) == newest:
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        version = _version(connection, path, newest)  # another process may have been quicker
        for number, script in known:
            if number > version:
                for statement in statements(script):
                    connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def refuse_other_schema(connection: sqlite3.Connection, path: str) -> None:
    """Check that a file which is only looked at has this version's schema.

    Raises:
        StoreNewerError: the file was written by a newer Sereno.
        StoreError: it is older, or another program's database.
    """
    newest = migrations()[-1][0]
    version = _version(connection, path, newest)
    if version == 0:
        raise StoreError(f"The store {path} is empty: start its keeper with `sereno up`.")
    if version < newest:
        raise StoreError(
            f"The store {path} has schema {version}, this Sereno reads schema {newest}: start its keeper once with"
            " `sereno up` (or `sereno keeper`), which brings it up to date."
        )


def _version(connection: sqlite3.Connection, path: str, newest: int) -> int:
    """The number of the last migration applied; an empty file has 0."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and (tables or application):
        raise StoreError(f"The file {path} is another program's database: move it away, or name another data folder.")
    if version > newest:
        raise StoreNewerError(
            f"The store {path} has schema {version}, this Sereno knows up to {newest}: upgrade Sereno,"
            " or restore a backup made before the upgrade."
        )
    return version
