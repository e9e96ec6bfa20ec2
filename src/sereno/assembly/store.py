"""The one place that knows concrete stores: `store.url` to an open `Store`."""

from __future__ import annotations

from pathlib import Path

from sereno import conventions
from sereno.config.table import Settings
from sereno.errors import ConfigError
from sereno.store.base import Store

SQLITE = "sqlite:"


def store_path(settings: Settings) -> Path:
    """The SQLite file.

    Raises:
        ConfigError: `store.url` names a kind of store that there is not.
    """
    url = settings.store.url
    if not url:
        return settings.data / conventions.SQLITE_FILE
    if not url.startswith(SQLITE) or not url.removeprefix(SQLITE).lstrip("/"):
        raise ConfigError(f"store.url is {url!r}; expected sqlite:PATH, for instance sqlite:/var/lib/sereno/sereno.db")
    return settings.data / Path(url.removeprefix(SQLITE)).expanduser()


def open_store(settings: Settings, *, read_only: bool = False) -> Store:
    """The store that the settings name.

    Args:
        settings: the settings.
        read_only: for commands that only look: nothing is made, migrated or written, the folder may be read-only.

    Raises:
        StoreError: it cannot be opened.
        ConfigError: `store.url` is wrong.
    """
    from sereno.store.sqlite.store import SqliteStore  # noqa: PLC0415  not needed to know where it is

    return SqliteStore(store_path(settings), read_only=read_only)
