"""The history of alerts for commands: opened beside the record, with errors that say what is missing."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from sereno.assembly.ledger import open_ledger
from sereno.assembly.store import SQLITE, store_path
from sereno.config.nearest import suggestion
from sereno.config.table import Settings
from sereno.errors import ConfigError, StoreError
from sereno.store.ledger import Ledger
from sereno.store.ledger.alerts import EPISODES, Filter, episode, episodes, names


def open_alerts(settings: Settings, *, read_only: bool = False) -> Ledger:
    """The ledger that holds alerts; the caller closes it.

    Raises:
        StoreError: there is none yet, or it cannot be opened.
    """
    local = not settings.store.url or settings.store.url.startswith(SQLITE)
    if local and not store_path(settings).exists():
        raise StoreError(f"there is no record in {settings.data} yet; `sereno up` makes one, --data names another")
    ledger = open_ledger(settings, read_only=read_only)
    with ledger.read() as connection:
        there = inspect(connection).has_table(EPISODES.name)
    if not there:
        ledger.close()
        raise StoreError("the record holds no alerts yet: a keeper of this version makes room for them when it starts")
    return ledger


def chosen(connection: Connection, text: str) -> list[int]:
    """The numbers that a person means: a number, or the name of a rule for all of it that is not over.

    Raises:
        ConfigError: there is none.
    """
    if text.isascii() and text.isdigit() and len(text) < 10:
        found = episode(connection, int(text))
        if found is None:
            raise ConfigError(f"there is no alert {text}; `sereno alerts history` shows them")
        return [found.id]
    numbers = [one.id for one in episodes(connection, Filter(name=text, open=True, watchdog=True))]
    if not numbers:
        hint = suggestion(text, names(connection))
        raise ConfigError(f"no alert of {text!r} is open{hint or '; `sereno alerts history --state open` shows them'}")
    return numbers
