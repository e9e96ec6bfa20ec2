"""Every backend that the conformance suite runs over; add a new one here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sereno.store.base import Store
from sereno.store.sqlite import SqliteStore

BACKENDS: dict[str, Callable[[Path], Store]] = {"sqlite": lambda folder: SqliteStore(folder / "sereno.db")}


@pytest.fixture(params=BACKENDS, scope="session")
def backend(request: pytest.FixtureRequest) -> Callable[[Path], Store]:
    """Opens a store of the backend in a folder, the same one for the same folder."""
    return BACKENDS[request.param]


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
