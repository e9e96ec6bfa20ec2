"""A real PostgreSQL for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parts.postgres import Server, postgres


@pytest.fixture(scope="package")
def postgres_server() -> Iterator[Server]:
    """A server without databases of ours."""
    with postgres() as server:
        yield server
