"""Exchanges, and a DATA folder, for the journal's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sereno.calls import Exchange
from sereno.journal.instance import prepare_data
from sereno.journal.reader import JournalReader
from sereno.journal.tail import Problem
from sereno.journal.writer import JournalWriter

MakeExchange = Callable[..., Exchange]


def make_exchange(number: int, body: bytes = b"{}", **fields: Any) -> Exchange:
    """An exchange that can be told by its number, which is its id."""
    values: dict[str, Any] = {
        "id": number.to_bytes(16, "big"),
        "started_ns": 1_700_000_000_000_000_000 + number,
        "upstream": "ollama",
        "peer": "127.0.0.1",
        "key": "",
        "user": None,
        "session": None,
        "method": "POST",
        "target": "/api/chat",
        "request_headers": ((b"Host", b"localhost"),),
        "request_body": body,
        "request_size": len(body),
        "request_at": 0.001,
        "status": 200,
        "response_headers": ((b"Content-Type", b"application/json"),),
        "response_body": b'{"done":true}',
        "response_size": 13,
        "head_at": 0.01,
        "chunk_times": (0.01, 0.02),
        "chunk_ends": (5, 13),
        "chunks": 2,
        "ended_at": 0.5,
        "outcome": "complete",
    }
    return Exchange(**(values | fields))


def read_all(reader: JournalReader, worker: int = 0, max_frames: int = 7) -> tuple[list[int], list[Problem]]:
    """Numbers of all readable exchanges of a worker in the order read, and what was skipped."""
    position = reader.start(worker)
    numbers: list[int] = []
    problems: list[Problem] = []
    while True:
        batch = reader.read(position, max_frames=max_frames)
        numbers += [int.from_bytes(reader.decode(frame.payload).id, "big") for frame in batch.frames]
        problems += batch.problems
        position = batch.position
        if batch.at_end:
            return numbers, problems


@pytest.fixture(name="make_exchange")
def _make_exchange() -> MakeExchange:
    return make_exchange


@pytest.fixture(name="read_all")
def _read_all() -> Callable[..., tuple[list[int], list[Problem]]]:
    return read_all


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    prepare_data(folder)
    return folder


@pytest.fixture
def journal(data: Path) -> Path:
    return data / "journal"


@pytest.fixture
def reader(journal: Path) -> JournalReader:
    return JournalReader(journal)


@pytest.fixture
def open_writer(journal: Path, reader: JournalReader) -> Iterator[Callable[..., JournalWriter]]:
    """Opens writers with small, fast settings; closes them at the test's end."""
    with ExitStack() as stack:

        def open_one(worker: int = 0, **settings: Any) -> JournalWriter:
            values: dict[str, Any] = {
                "budget_bytes": 1 << 26,
                "segment_bytes": 1 << 20,
                "queue_bytes": 1 << 24,
                "flush_seconds": 0.001,
                "fsync_seconds": 0.05,
            }
            writer = JournalWriter(journal, reader.instance, worker, **(values | settings))
            stack.callback(partial(writer.close, 10))
            return writer

        yield open_one
