"""The keeper's own jobs: a short explicit list, each with an interval, run in threads, each telling how it went.

A job that must run once for all keepers on one store takes a lease in the store first; one that fails is a figure and a
line in the log, never an outage. The first run comes at once, later ones with a little jitter, so that keepers started
together do not ask together.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from random import uniform
from threading import Event, Thread
from time import monotonic, time

import msgspec

from sereno.store.base import Store

log = logging.getLogger(__name__)
JITTER = 0.1
"""Share of the interval by which a run may come earlier or later."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do now and again.

    Attributes:
        name: bounded; a label value.
        every: seconds between two runs.
        run: does it; blocking, may raise. It is told when to stop.
        lease: whether only one keeper on the store may do it at a time.
        delay: seconds before the first run.
    """

    name: str
    every: float
    run: Callable[[Event], None]
    lease: bool = False
    delay: float = 0.0


class JobState(msgspec.Struct):
    """How a job goes: counts of runs, the last run's duration, epoch seconds of the last success, the last error."""

    successes: int = 0
    errors: int = 0
    seconds: float | None = None
    succeeded_at: float | None = None
    error: str | None = None


class Schedule:
    """Runs jobs, a thread each.

    Args:
        jobs: what to do; names must differ.
        store: where leases are taken.
        holder: what this keeper is called in leases.
        clock: epoch seconds.

    Attributes:
        states: how each job goes, by name.
    """

    def __init__(self, jobs: Sequence[Job], store: Store, holder: str, clock: Callable[[], float] = time) -> None:
        if len({job.name for job in jobs}) != len(jobs):
            raise ValueError("two jobs have the same name")
        self._jobs = jobs
        self._store = store
        self._holder = holder
        self._clock = clock
        self._stop = Event()
        self._threads: list[Thread] = []
        self.states = {job.name: JobState() for job in jobs}

    def start(self) -> None:
        """Begin."""
        for job in self._jobs:
            thread = Thread(target=self._loop, args=(job,), name=f"sereno-job-{job.name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self, timeout: float = 10.0) -> None:
        """Tell every job to stop and wait for them together."""
        self._stop.set()
        deadline = monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - monotonic()))

    def run_once(self, job: Job) -> bool:
        """One run; False when another keeper holds the lease."""
        state = self.states[job.name]
        began = monotonic()
        try:
            if job.lease and not self._store.acquire_lease(job.name, self._holder, self._clock(), 3 * job.every):
                return False
            job.run(self._stop)
        except Exception as error:  # noqa: BLE001  a failing job is a figure, not an outage
            state.errors += 1
            sentence = str(error) or type(error).__name__
            if sentence != state.error:
                log.warning("job %s failed: %s", job.name, sentence)
            state.error = sentence
        else:
            state.successes += 1
            state.succeeded_at = self._clock()
            state.error = None
        state.seconds = monotonic() - began
        return True

    def _loop(self, job: Job) -> None:
        wait = job.delay
        while not self._stop.wait(wait):
            self.run_once(job)
            wait = job.every * uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  jitter is no secret
