"""Every backend that the conformance suite runs over; add a new one here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from parts.postgres import Server, postgres
from sereno.store.base import Store
from sereno.store.copying import copy_store
from sereno.store.postgres import PostgresStore
from sereno.store.postgres.address import address
from sereno.store.sql.tables import TABLES
from sereno.store.sqlite import SqliteStore

BACKENDS = ("sqlite", "postgres")
TEMPLATE = "sereno_template"
EMPTY = "; ".join([
    *(f"DELETE FROM sereno.{table.name}" for table in TABLES if table.name != "state"),
    "UPDATE sereno.state SET last_sequence = -1, calls = 0, internal_calls = 0, bodies = 0, longest = 0",
    *(f"ALTER SEQUENCE sereno.{name}_seq RESTART" for name in ("names_id", "sessions_id", "batches_number")),
])  # fmt: skip
_number = count()


class Databases:
    """A server and one database of it a folder, each begun as a copy of an empty store."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._of: dict[Path, str] = {}
        self._opened: dict[Path, list[PostgresStore]] = {}
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        PostgresStore(address(server.url(TEMPLATE))).close()

    def url(self, folder: Path) -> str:
        """Where the database of a folder is; the same one for the same folder."""
        if folder not in self._of:
            name = f"test_{next(_number)}"
            self.server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
            self._of[folder] = name
        return self.server.url(self._of[folder])

    def open(self, folder: Path) -> PostgresStore:
        """The store of a folder; one that holds a backup is brought back first."""
        fresh = folder not in self._of
        if fresh:
            self._take_over(folder)
        store = PostgresStore(address(self.url(folder)))
        self._opened.setdefault(folder, []).append(store)
        if fresh and (folder / "sereno.db").exists():
            backup = SqliteStore(folder / "sereno.db", read_only=True)
            copy_store(backup.tables(), store.tables(), lambda _table, _rows: None)
            backup.close()
        return store

    def _take_over(self, folder: Path) -> None:
        """Empty a database whose stores are all closed, for another folder: a new one is three hundred files."""
        for old, stores in self._opened.items():
            if all(store.is_closed for store in stores):
                self._of[folder] = self._of.pop(old)
                del self._opened[old]
                self.server.execute(EMPTY, self._of[folder])
                return


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """A real PostgreSQL for the whole run."""
    with postgres() as server:
        yield Databases(server)


@pytest.fixture(params=BACKENDS, scope="session")
def backend(request: pytest.FixtureRequest) -> Callable[[Path], Store]:
    """Opens a store of the backend in a folder, the same one for the same folder."""
    if request.param == "sqlite":
        return lambda folder: SqliteStore(folder / "sereno.db")
    databases: Databases = request.getfixturevalue("databases")
    return databases.open


@pytest.fixture
def opened(backend: Callable[[Path], Store], tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the backend's store; again after it was closed."""
    stores: list[Store] = []

    def open_store() -> Store:
        stores.append(backend(tmp_path))
        return stores[-1]

    yield open_store
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    """An empty store."""
    return opened()
