"""Polls every server in a thread of its own and keeps what each said last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event, Thread
from time import time

from sereno import __version__
from sereno.conventions import METRIC, METRICS, OTHER_MODEL
from sereno.metrics.exposition import negotiate, render
from sereno.metrics.hardware import Reading
from sereno.metrics.hardware import figures as hardware
from sereno.metrics.increments import Increments, Labels
from sereno.metrics.ollama import ServerState, figures, model_name
from sereno.models.poll import Poller, Target

MODEL_LABELS = 1000
"""Models with a label of their own, by name; a server that lists more gets the rest summed as `other`."""
FAMILIES = (METRIC["sereno_build_info"], *(metric for metric in METRICS if metric.source in {"ollama", "hardware"}))
STALE_POLLS = 3
"""Readings of the meters that are older than so many polls are shown no more."""
log = logging.getLogger(__name__)


class Exporter:
    """What the stand-alone exporter knows.

    Args:
        targets: the servers.
        every: seconds between two polls of each, and between two looks at the meters.
        meters: reads this machine's meters, given the epoch seconds; None leaves them out.
    """

    def __init__(
        self, targets: Sequence[Target], every: float, meters: Callable[[float], Reading] | None = None
    ) -> None:
        self._meters = meters
        self._reading: Reading | None = None
        self._pollers = [Poller(target) for target in targets]
        self._every = every
        self._states: dict[str, ServerState] = {}
        self._stop = Event()
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Begin to poll."""
        for poller in self._pollers:
            name = f"sereno-poll-{poller.target.name}"
            thread = Thread(target=self._loop, args=(poller,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        if self._meters is not None:
            # Not waited for at the end: a driver that hangs must not hold up the exporter.
            Thread(target=self._read_meters, args=(self._meters,), name="sereno-meters", daemon=True).start()

    def close(self) -> None:
        """End; a poll in hand is waited for a moment."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2.0)

    def poll(self) -> None:
        """Ask every server once, one after the other."""
        for poller in self._pollers:
            self._states[poller.target.name] = poller.poll()

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """The metrics and their Content-Type."""
        values: dict[tuple[str, Labels], float] = {("sereno_build_info", (__version__,)): 1.0}
        for name, state in sorted(self._states.items()):
            values.update(figures(name, state, partial(_label, _known(state))))
        reading = self._reading
        if reading is not None and time() - reading.at <= STALE_POLLS * self._every:
            values.update(hardware(reading))
        kind = negotiate(accept)
        return render(Increments(), values, content_type=kind, families=FAMILIES), kind

    def _loop(self, poller: Poller) -> None:
        while True:
            self._states[poller.target.name] = poller.poll()
            if self._stop.wait(self._every):
                poller.close()
                return

    def _read_meters(self, read: Callable[[float], Reading]) -> None:
        while not self._stop.is_set():
            try:
                self._reading = read(time())
            except Exception:
                log.exception("the meters cannot be read; they are asked again")
            self._stop.wait(self._every)


def _known(state: ServerState) -> frozenset[str]:
    """The models of a server that have a label of their own."""
    names = {model.name for model in state.installed or ()} | {model.name for model in state.loaded or ()}
    names = {model_name(name, state.api) for name in names}
    return frozenset(sorted(names)[:MODEL_LABELS])


def _label(known: frozenset[str], model: str) -> str:
    return model if model in known else OTHER_MODEL
