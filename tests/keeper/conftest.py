"""Builders for the keeper's tests: exchanges as a gateway records them, journals, a store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keeper.harness import START
from sereno.calls import Exchange, new_id
from sereno.journal.instance import prepare_data
from sereno.journal.reader import JournalReader
from sereno.journal.writer import JournalWriter
from sereno.store.sqlite import SqliteStore
from store.conftest import databases

__all__ = ["databases"]
"""A real PostgreSQL, for those who ask for it."""


def exchange(
    number: int = 0,
    *,
    messages: Iterable[tuple[str, str]] = (("user", "hola"),),
    answer: str = "buenas noches",
    model: str = "smollm2:135m",
    status: int = 200,
    at: float = 0.0,
    seconds: float = 0.5,
    peer: str = "127.0.0.1",
    **changes: Any,
) -> Exchange:
    """A chat over Ollama's API, answered at once. `number` makes its id; `at` is seconds after `START`."""
    request = {
        "model": model,
        "stream": False,
        "messages": [{"role": role, "content": text} for role, text in messages],
    }
    reply: dict[str, Any] = {
        "model": model, "created_at": "2026-09-21T13:46:40Z", "message": {"role": "assistant", "content": answer},
        "done_reason": "stop", "done": True, "total_duration": 400000000, "load_duration": 1000000,
        "prompt_eval_count": 10, "prompt_eval_duration": 100000000, "eval_count": 5, "eval_duration": 200000000,
    }  # fmt: skip
    if status >= 400:
        reply = {"error": f"model '{model}' not found"}
    body, sent = json.dumps(reply).encode(), json.dumps(request).encode()
    started = START + int(at * 1e9)
    fields: dict[str, Any] = {
        "id": new_id(started, number.to_bytes(8, "big") + bytes(2)),
        "started_ns": started, "upstream": "default", "peer": peer, "key": "", "user": None, "session": None,
        "method": "POST", "target": "/api/chat", "request_headers": ((b"Content-Type", b"application/json"),),
        "request_body": sent, "request_size": len(sent), "request_at": 0.001, "status": status,
        "response_headers": ((b"Content-Type", b"application/json"),), "response_body": body,
        "response_size": len(body), "head_at": seconds, "chunk_times": (seconds,), "chunk_ends": (len(body),),
        "chunks": 1, "ended_at": seconds, "outcome": "complete",
    }  # fmt: skip
    return Exchange(**(fields | changes))


@pytest.fixture(name="exchange")
def _exchange() -> Callable[..., Exchange]:
    return exchange


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    prepare_data(folder)
    return folder


@pytest.fixture
def write(data: Path) -> Callable[..., None]:
    """Write exchanges to a worker's journal, and close it."""

    def write_all(exchanges: Iterable[Exchange], worker: int = 0, segment_bytes: int = 1 << 20) -> None:
        writer = JournalWriter(
            data / "journal", JournalReader(data / "journal").instance, worker,
            budget_bytes=1 << 30, segment_bytes=segment_bytes, queue_bytes=1 << 28,
        )  # fmt: skip
        for one in exchanges:
            assert writer.append(one)
        writer.close(30)

    return write_all


@pytest.fixture
def store(data: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(data / "sereno.db")
    yield opened
    opened.close()
