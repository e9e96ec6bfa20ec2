"""Bring a database to the schema of this version: numbered SQL files, each applied once, under an advisory lock."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from sereno.errors import StoreError, StoreNewerError
from sereno.store.postgres.link import Link

MIGRATING = 0x53524E4F_4D494752
"""Key of the advisory lock of migrations (`SRNOMIGR`)."""


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """(number, SQL) of every migration, ascending."""
    found = []
    for file in files("sereno.store.postgres").joinpath("migrations").iterdir():
        number, _, rest = file.name.partition("_")
        if number.isdigit() and rest.endswith(".sql"):
            found.append((int(number), file.read_text("utf-8")))
    return tuple(sorted(found))


def migrate(link: Link, name: str) -> None:
    """Apply what is missing, all in one transaction; keepers that start together wait for the first.

    Args:
        link: outside a transaction.
        name: of the store, for messages.

    Raises:
        StoreNewerError: the database was written by a newer Sereno.
        StoreError: its schema `sereno` is another program's.
    """
    known = migrations()
    if _version(link, name) == known[-1][0]:
        return
    with link.raw.transaction():
        link.execute("SELECT pg_advisory_xact_lock(?)", (MIGRATING,))
        version = _version(link, name)
        if version == 0:
            link.execute("CREATE SCHEMA IF NOT EXISTS sereno")
            link.execute("CREATE TABLE IF NOT EXISTS sereno.schema_version (one int PRIMARY KEY, version int NOT NULL)")
            link.execute("REVOKE ALL ON SCHEMA sereno FROM PUBLIC")  # what people said is for the owner alone
        for number, script in known:
            if number > version:
                link.raw.execute(script.encode())
        link.execute(
            "INSERT INTO sereno.schema_version VALUES (1, ?)"
            " ON CONFLICT (one) DO UPDATE SET version = excluded.version",
            (known[-1][0],),
        )


def refuse_other_schema(link: Link, name: str) -> None:
    """Check that a database which is only looked at has this version's schema.

    Raises:
        StoreNewerError: it was written by a newer Sereno.
        StoreError: it is older, empty, or another program's.
    """
    version, newest = _version(link, name), migrations()[-1][0]
    if version == 0:
        raise StoreError(f"there is no record at {name} yet; start one with `sereno up`")
    if version < newest:
        raise StoreError(
            f"The store {name} has schema {version}, this Sereno reads schema {newest}: start its keeper once with"
            " `sereno up` (or `sereno keeper`), which brings it up to date."
        )


def _version(link: Link, name: str) -> int:
    """The number of the last migration applied; an empty database has 0."""
    if not _has_version(link):
        if link.execute("SELECT to_regclass('sereno.calls'), to_regclass('sereno.names')").fetchone() == (None, None):
            return 0
        if not _has_version(link):  # a keeper that makes them all at once may have been between the two questions
            raise StoreError(f"The schema sereno in {name} is another program's: name another database.")
    row = link.execute("SELECT version FROM sereno.schema_version").fetchone()
    version = int(row[0]) if row else 0
    newest = migrations()[-1][0]
    if version > newest:
        raise StoreNewerError(
            f"The store {name} has schema {version}, this Sereno knows up to {newest}: upgrade Sereno,"
            " or restore a backup made before the upgrade."
        )
    return version


def _has_version(link: Link) -> bool:
    return link.execute("SELECT to_regclass('sereno.schema_version')").fetchone() != (None,)
