"""A whole record from one place to another: calls and all that is counted, and the ledger beside them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sereno.assembly.ledger import open_ledger
from sereno.assembly.store import open_store, store_name
from sereno.config.table import Settings
from sereno.errors import ConfigError, StoreError
from sereno.store.copying import Checksum, copy_store, size
from sereno.store.ledger.copying import copy_ledger, is_empty


class Copied(msgspec.Struct, frozen=True):
    """What was copied and found equal.

    Attributes:
        tables: rows and checksum of each table of the store.
        ledger: rows of each table of the ledger.
    """

    tables: dict[str, Checksum]
    ledger: dict[str, int]


def at(settings: Settings, url: str) -> Settings:
    """The settings with another store."""
    return msgspec.structs.replace(settings, store=msgspec.structs.replace(settings.store, url=url))


def copy_record(
    settings: Settings, source: str, target: str, begun: Callable[[int], Callable[[str, int], None]], *, resume: bool
) -> Copied:
    """Copy everything from one URL to another, and compare.

    Args:
        settings: folder of relative paths, and the password.
        source: as `store.url`; is only read.
        target: likewise; must be empty unless `resume`.
        begun: called with about how many rows there are; what it returns is told of each step (table, rows).
        resume: go on with a copy that was interrupted.

    Raises:
        ConfigError: a URL is wrong, or both name the same store.
        StoreError: the target is not empty, a store cannot be used, or they differ afterwards.
    """
    here, there = at(settings, source), at(settings, target)
    if store_name(here) == store_name(there):
        raise ConfigError(f"FROM and TO are the same store, {store_name(here)}")
    reading = open_store(here, read_only=True)
    try:
        writing = open_store(there)
        try:
            from_ledger, to_ledger = open_ledger(here, read_only=True), open_ledger(there)
            try:
                if not resume and not is_empty(to_ledger):
                    raise StoreError(
                        f"The ledger in {store_name(there)} is not empty: name a new store, or go on with --continue."
                    )
                tell = begun(size(reading.tables()))
                tables = copy_store(reading.tables(), writing.tables(), tell, resume=resume)
                return Copied(tables, copy_ledger(from_ledger, to_ledger, tell))
            finally:
                from_ledger.close()
                to_ledger.close()
        finally:
            writing.close()
    finally:
        reading.close()
