"""Where a ledger is, beside its store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL


def sqlite_url(path: Path | str, *, read_only: bool = False) -> URL:
    """In the SQLite file of the calls."""
    if read_only:
        # A URI, in which `?`, `#` and `%` of a name would mean something else.
        return URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    return URL.create("sqlite", database=str(path))


def postgres_url(conninfo: str) -> URL:
    """In the PostgreSQL database of the calls, in the schema that the server gives its user, which is `public`.

    Args:
        conninfo: for libpq.
    """
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  may not be installed

    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    # All of it as libpq's own parameters: hosts may be several, or the folder of a socket.
    return URL.create("postgresql+psycopg", query=parts)
