"""PostgreSQL's errors as sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from sereno.errors import StoreError, StoreTimeoutError, StoreTrouble

_SENTENCES: tuple[tuple[type[psycopg.Error], str], ...] = (
    (
        errors.LockNotAvailable,
        "The store {name} is locked by another program: end it (a migration, a psql with an open transaction?).",
    ),
    (
        errors.DiskFull,
        "The disk under the store {name} is full: free some space; the journal keeps new calls meanwhile.",
    ),
    (
        errors.InvalidPassword,
        "The store {name} refuses the password: name its file as store.password_file, or set PGPASSWORD.",
    ),
    (
        errors.InvalidAuthorizationSpecification,
        "The store {name} refuses this user: check the user in store.url and the server's pg_hba.conf.",
    ),
    (
        errors.InvalidCatalogName,
        "The store {name} does not exist: make the database (`createdb`), or correct store.url.",
    ),
    (
        errors.InsufficientPrivilege,
        "The user of the store {name} may not do this: let it own its database (`ALTER DATABASE … OWNER TO …`).",
    ),
    (errors.ReadOnlySqlTransaction, "The store {name} is read-only (a standby?): name the primary in store.url."),
    (errors.TooManyConnections, "The store {name} has no connection left: raise max_connections, or end some clients."),
    (errors.UndefinedTable, "The store {name} lacks a table: another program dropped it; restore a backup."),
    (errors.AdminShutdown, "The store {name} was shut down: start it again; the journal keeps new calls meanwhile."),
)

_TROUBLES: tuple[tuple[str, StoreTrouble], ...] = (
    ("53100", "disk_full"), ("58", "disk"), ("XX001", "corrupt"), ("XX002", "corrupt"),
    ("25006", "read_only"), ("42501", "read_only"),
    ("55P03", "locked"), ("40", "locked"),
    ("08", "unreachable"), ("28", "unreachable"), ("3D", "unreachable"), ("53300", "unreachable"),
    ("57P", "unreachable"),
    ("22", "rejected"), ("23", "rejected"), ("54", "rejected"),
)  # fmt: skip
"""Beginnings of SQLSTATE (PostgreSQL 18, appendix A). 22: data exceptions; 23: constraints; 54: limits of the program,
such as a row that is too large."""


def trouble(error: psycopg.Error) -> StoreTrouble:
    """Why it happened; what the driver says without a server's code is a connection's, or of what it was given."""
    if error.sqlstate is not None:
        state = error.sqlstate
        return next((why for beginning, why in _TROUBLES if state.startswith(beginning)), "other")
    if isinstance(error, psycopg.OperationalError):
        return "unreachable"
    return "rejected" if isinstance(error, psycopg.DataError) else "other"


def sentence(name: str, error: psycopg.Error) -> str:
    """What happened, for a person, with PostgreSQL's own words at the end."""
    own = " ".join((error.diag.message_primary or str(error)).split())  # its DETAIL would tell the row
    for kind, known in _SENTENCES:
        if isinstance(error, kind):
            return f"{known.format(name=name)} (PostgreSQL: {own})"
    if "password authentication failed" in own or "no password supplied" in own:
        return f"{_SENTENCES[2][1].format(name=name)} (PostgreSQL: {own})"
    if isinstance(error, psycopg.OperationalError):
        return (
            f"The store {name} does not answer: check that the server runs and store.url names it; the journal keeps"
            f" new calls meanwhile. (PostgreSQL: {own})"
        )
    return f"The store {name} failed. (PostgreSQL: {own})"


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn psycopg's errors inside into `StoreError`."""
    try:
        yield
    except errors.QueryCanceled as error:
        raise StoreTimeoutError(
            "The store did not answer within the time allowed: ask for a shorter time or for less."
        ) from error
    except psycopg.Error as error:
        raise StoreError(sentence(name, error), trouble(error)) from error
