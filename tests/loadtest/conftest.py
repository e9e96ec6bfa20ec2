"""A scripted model server for each test."""

from collections.abc import Iterator

import pytest

from loadtest.scripted import Server


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    try:
        yield made
    finally:
        made.end()
