"""What the gateways do now, from real status files."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sereno.calls import id_text
from sereno.journal.status import StatusFile
from sereno.keeper.running import Running

ID = bytes(range(16))


def label(model: str | None) -> str:
    return model if model == "smollm2:latest" else "other"


def test_open_calls_are_shown_while_their_worker_lives(data: Path) -> None:
    status = StatusFile(data / "run" / "worker-0.status", 0)
    slot = status.open_call(ID, 1_790_000_000_000_000_000)
    status.set_model(slot, b"SmolLM2")
    status.add_bytes(slot, 42)
    running = Running(data / "run")

    (call,) = running.calls()
    assert (call.id, call.model, call.response_bytes) == (id_text(ID), "smollm2:latest", 42)
    assert running.figures(label)["llm_requests_in_flight", ("smollm2:latest",)] == 1
    assert running.workers()[0].alive

    status.close()  # as when its process dies: the lock is gone
    assert running.calls() == []
    assert ("llm_requests_in_flight", ("smollm2:latest",)) not in running.figures(label)
    assert not running.workers()[0].alive
    assert running.figures(label)["sereno_gateway_workers", ()] == 0


def test_a_worker_that_hangs_is_not_alive(data: Path) -> None:
    status = StatusFile(data / "run" / "worker-0.status", 0)
    assert Running(data / "run").workers()[0].alive
    assert not Running(data / "run", clock=lambda: time.time() + 60).workers()[0].alive
    status.close()


def test_counters_never_go_back(data: Path) -> None:
    path = data / "run" / "worker-0.status"
    status = StatusFile(path, 0)
    status.add("requests", 10)
    other = StatusFile(data / "run" / "worker-1.status", 1)
    other.add("requests", 5)
    running = Running(data / "run")
    assert running.counters()["requests"] == 15
    status.close()
    restarted = StatusFile(path, 0)
    assert running.counters()["requests"] == 15
    restarted.close()
    path.unlink()
    assert running.counters()["requests"] == 15
    fresh = StatusFile(path, 0)
    fresh.add("requests", 2)
    assert running.counters()["requests"] == 17
    fresh.close()
    other.close()


def test_a_file_that_is_none_is_passed_over(data: Path, exchange: Callable[..., object]) -> None:
    (data / "run" / "worker-3.status").write_bytes(b"garbage")
    assert Running(data / "run").workers() == []
