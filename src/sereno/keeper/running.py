"""What the gateways do now: open calls, connections, and counters that never go back.

Read from the status files in DATA/run. A dead worker's calls do not run. Its counters stay in its file and go on when
it is started again; should a file be replaced, what it had counted is remembered here, so sums only grow while this
keeper lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from time import time

from sereno.calls import id_text
from sereno.conventions import OTHER_MODEL
from sereno.journal.status import COUNTERS, DROP_REASONS, REJECT_REASONS, WorkerStatus, read_run
from sereno.metrics.increments import Labels
from sereno.query.view import OpenCall, WorkerState
from sereno.wire.models import canonical

HEARTBEAT_SECONDS = 15.0
"""A worker beats every second; one that has not for this long hangs."""


class Running:
    """The gateways of one DATA folder.

    Args:
        run: DATA/run.
        clock: epoch seconds.
    """

    def __init__(self, run: Path, clock: Callable[[], float] = time) -> None:
        self._run = run
        self._clock = clock
        self._lock = Lock()
        self._last: dict[int, Mapping[str, int]] = {}
        self._carried: dict[str, int] = dict.fromkeys(COUNTERS, 0)

    def calls(self) -> list[OpenCall]:
        """Requests being forwarded now, oldest first."""
        found = [
            OpenCall(
                id=id_text(call.id),
                worker=call.worker,
                started_at=call.started_ns / 1e9,
                model=canonical(call.model, ollama=True),
                response_bytes=call.bytes,
            )
            for status in self._statuses()
            for call in status.open
        ]
        return sorted(found, key=lambda call: (call.started_at, call.id))

    def workers(self) -> list[WorkerState]:
        """The workers, by number."""
        return [
            WorkerState(
                worker=status.worker,
                pid=status.pid,
                alive=self._beats(status),
                started_at=status.started_ns / 1e9 if status.started_ns else None,
                connections=status.connections,
                requests=status.counters["requests"],
                memory_bytes=status.rss or None,
            )
            for status in self._statuses()
        ]

    def counters(self) -> dict[str, int]:
        """All workers' counters by name in `journal.status.COUNTERS`, summed."""
        return self._summed(self._statuses())

    def dropped(self) -> dict[str, int]:
        """Records lost, by reason."""
        counters = self.counters()
        return {reason: counters[f"dropped.{reason}"] for reason in DROP_REASONS}

    def figures(self, label: Callable[[str | None], str]) -> dict[tuple[str, Labels], float]:
        """The metrics that come from the gateways.

        Args:
            label: the `model` label of a canonical name.
        """
        statuses = self._statuses()
        alive = [status for status in statuses if self._beats(status)]
        counters = self._summed(statuses)
        out: dict[tuple[str, Labels], float] = {
            ("sereno_gateway_workers", ()): len(alive),
            ("sereno_gateway_connections", ()): sum(status.connections for status in statuses),
            ("sereno_gateway_capture_bytes", ()): sum(status.capture_bytes for status in statuses),
            ("sereno_gateway_memory_bytes", ()): sum(status.rss for status in statuses),
            ("sereno_gateway_requests_total", ()): counters["requests"],
            ("sereno_gateway_bytes_total", ("in",)): counters["bytes_in"],
            ("sereno_gateway_bytes_total", ("out",)): counters["bytes_out"],
            ("sereno_gateway_upstream_errors_total", ()): counters["upstream_errors"],
            ("sereno_gateway_records_total", ()): counters["records"],
            ("sereno_gateway_strict_timeouts_total", ()): counters["strict_timeouts"],
        }
        for reason in DROP_REASONS:
            out["sereno_gateway_dropped_records_total", (reason,)] = counters[f"dropped.{reason}"]
        for reason in REJECT_REASONS:
            out["sereno_gateway_rejected_total", (reason,)] = counters[f"rejected.{reason}"]
        for status in statuses:
            for call in status.open:
                key = ("llm_requests_in_flight", (_label(call.model, label),))
                out[key] = out.get(key, 0) + 1
            if status.open_calls > len(status.open):
                key = ("llm_requests_in_flight", (OTHER_MODEL,))
                out[key] = out.get(key, 0) + status.open_calls - len(status.open)
        return out

    def _statuses(self) -> list[WorkerStatus]:
        return read_run(self._run)[0]

    def _beats(self, status: WorkerStatus) -> bool:
        return status.alive and self._clock() - status.heartbeat_ns / 1e9 <= HEARTBEAT_SECONDS

    def _summed(self, statuses: list[WorkerStatus]) -> dict[str, int]:
        with self._lock:
            for status in statuses:
                before = self._last.get(status.worker, {})
                for name, value in before.items():
                    if status.counters[name] < value:
                        self._carried[name] += value
                self._last[status.worker] = status.counters
            return {name: self._carried[name] + sum(c[name] for c in self._last.values()) for name in COUNTERS}


def _label(model: str | None, label: Callable[[str | None], str]) -> str:
    """The label of a model as asked: by Ollama's rule, or as it is where another server knows it so."""
    found = label(canonical(model, ollama=True))
    return label(canonical(model, ollama=False)) if found == OTHER_MODEL else found
