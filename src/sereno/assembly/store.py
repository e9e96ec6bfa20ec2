"""The one place that knows concrete stores: `store.url` to an open `Store`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sereno import conventions
from sereno.config.table import Settings
from sereno.errors import ConfigError

if TYPE_CHECKING:
    from sereno.store.postgres import PostgresStore
    from sereno.store.postgres.address import Address
    from sereno.store.sqlite import SqliteStore

SQLITE = "sqlite:"
POSTGRES = ("postgresql:", "postgres:")
EXPECTED = "sqlite:PATH, for instance sqlite:/var/lib/sereno/sereno.db, or postgresql://USER@HOST:PORT/DATABASE"


def is_postgres(settings: Settings) -> bool:
    """Whether the store is a PostgreSQL database, not a file."""
    return settings.store.url.startswith(POSTGRES)


def store_path(settings: Settings) -> Path:
    """The SQLite file.

    Raises:
        ConfigError: `store.url` names a kind of store that there is not, or a database.
    """
    return _path(settings.store.url, settings.data)


def store_name(settings: Settings) -> str:
    """Where the store is, for people: its file, or its address without a password."""
    return _address(settings.store.url, settings).name if is_postgres(settings) else str(store_path(settings))


def store_address(settings: Settings) -> Address:
    """The PostgreSQL database.

    Raises:
        ConfigError: `store.url` is wrong, or psycopg is not installed.
    """
    return _address(settings.store.url, settings)


def open_store(settings: Settings, *, read_only: bool = False) -> SqliteStore | PostgresStore:
    """The store that the settings name.

    Args:
        settings: the settings.
        read_only: for commands that only look: nothing is made, migrated or written, the folder may be read-only.

    Raises:
        StoreError: it cannot be opened.
        ConfigError: `store.url` is wrong.
    """
    if is_postgres(settings):
        address = _address(settings.store.url, settings)
        from sereno.store.postgres import PostgresStore  # noqa: PLC0415  psycopg may not be installed

        return PostgresStore(address, read_only=read_only)
    from sereno.store.sqlite import SqliteStore  # noqa: PLC0415  not needed to know where it is

    return SqliteStore(store_path(settings), read_only=read_only)


def _path(url: str, data: Path) -> Path:
    if not url:
        return data / conventions.SQLITE_FILE
    if not url.startswith(SQLITE) or not url.removeprefix(SQLITE).lstrip("/"):
        # The text itself is not repeated where it may hold a password.
        shown = "no file" if "@" in url else repr(url)
        raise ConfigError(f"store.url is {shown}; expected {EXPECTED}")
    return data / Path(url.removeprefix(SQLITE)).expanduser()


def _address(url: str, settings: Settings) -> Address:
    try:
        from sereno.store.postgres.address import address  # noqa: PLC0415  psycopg may not be installed
    except ModuleNotFoundError as error:
        raise ConfigError(
            "store.url names PostgreSQL, for which psycopg is missing; install it: pip install 'sereno[postgres]'"
        ) from error
    return address(url, settings.store.password.reveal() or None)
