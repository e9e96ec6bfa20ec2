"""Settings to an open ledger."""

from __future__ import annotations

from sqlalchemy import URL

from sereno.assembly.store import store_path
from sereno.config.table import Settings
from sereno.store.ledger import Ledger


def open_ledger(settings: Settings, *, read_only: bool = False) -> Ledger:
    """The ledger beside the store that the settings name: in the same file or database.

    The store must have been opened (and so made) before.

    Args:
        settings: the settings.
        read_only: for commands that only look: nothing is made or written.

    Raises:
        StoreError: it cannot be opened.
        ConfigError: `store.url` is wrong.
    """
    path = str(store_path(settings))
    if read_only:
        return Ledger(
            URL.create("sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"}), read_only=True
        )
    return Ledger(URL.create("sqlite", database=path))
