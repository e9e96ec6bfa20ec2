"""What several of the keeper's tests do with an ingest that has no thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sereno.journal.reader import JournalReader
from sereno.keeper.ingest import Ingest
from sereno.keeper.labels import ModelLabels
from sereno.keeper.options import KeeperOptions
from sereno.store.base import CallQuery, Store

START = 1_790_000_000_000_000_000
"""2026-09-21, nanoseconds: when the tests' first call begins."""
EVERYTHING = CallQuery(internal=None, limit=1000)


def make(data: Path, store: Any, **changes: Any) -> Ingest:
    writes = Lock()
    options = KeeperOptions(data=data, **changes)
    return Ingest(
        JournalReader(data / "journal"), store, ModelLabels(store, writes), writes, options, lambda name, seconds: None
    )


def drain(ingest: Ingest) -> int:
    total = frames = 0
    while frames or not total:
        frames = ingest.step()
        total += frames
        if not frames:
            break
    return total


def ids(store: Store) -> list[str]:
    return sorted(call.id for call in store.export(EVERYTHING))


def counted(store: Store) -> float:
    return sum(n for (name, _), n in store.counters().counters.items() if name == "llm_requests_total")


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for what another thread does."""
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "it never came"
        sleep(0.005)
