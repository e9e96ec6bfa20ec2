"""A database of its own for each test, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from parts.postgres import Server

_number = count()


def postgres_database(server: Server) -> str:
    """The URL of a new, empty database."""
    name = f"prices_{next(_number)}"
    server.execute(f"CREATE DATABASE {name}")
    return server.url(name)


def sqlite_database(folder: Path) -> str:
    """The URL of a file that is not there yet."""
    return f"sqlite:{folder / 'sp500.db'}"
