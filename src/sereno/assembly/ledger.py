"""Settings to an open ledger."""

from __future__ import annotations

from sereno.assembly.store import is_postgres, store_address, store_path
from sereno.config.table import Settings
from sereno.store.ledger import Ledger
from sereno.store.ledger.url import postgres_url, sqlite_url


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
    if is_postgres(settings):
        return Ledger(postgres_url(store_address(settings).conninfo), read_only=read_only)
    return Ledger(sqlite_url(store_path(settings), read_only=read_only), read_only=read_only)
