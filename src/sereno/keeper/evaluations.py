"""Planned evaluations in a keeper: questions that are put to models again and again, while nobody watches."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from time import time

import msgspec

from sereno.errors import SerenoError
from sereno.keeper.schedule import Job
from sereno.metrics.increments import Labels
from sereno.quality.plan import Plan, due
from sereno.store.ledger import Ledger, quality_evals, quality_plans
from sereno.store.ledger.quality_evals import Run
from sereno.store.ledger.quality_plans import Planned

log = logging.getLogger(__name__)
LOOK_SECONDS = 15.0
HOLD = 900.0
"""Seconds without an answer to any question after which another keeper may take an evaluation over."""
RENEW = 60.0
"""Seconds after which it is claimed anew while questions are answered."""


class Planning(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation of the settings.

    Attributes:
        name: in the settings; a label value.
        set_name, model: what and whom, as the settings say it.
        plan: how often. schedule: the same in words.
        run: does it and keeps the run; told when to stop, and tells after each question. None where it was stopped.
    """

    name: str
    set_name: str
    model: str
    plan: Plan
    schedule: str
    run: Callable[[Event, Callable[[int], None]], Run | None]


class EvaluationWatch:
    """An attachment: runs what is planned, once for all keepers on one ledger, one after the other.

    Args:
        ledger: where plans and runs are kept.
        plans: of the settings.
        clock: epoch seconds.
    """

    def __init__(self, ledger: Ledger, plans: Sequence[Planning], clock: Callable[[], float] = time) -> None:
        self._ledger = ledger
        self._plans = plans
        self._clock = clock
        self._figures: Mapping[tuple[str, Labels], float] = {}

    def jobs(self) -> Sequence[Job]:
        """Run what is due; none where nothing is planned."""
        return [Job(name="evaluations", every=LOOK_SECONDS, run=self.run, delay=2.0)] if self._plans else []

    def run(self, stop: Event | None = None) -> None:
        """Run what is due.

        Raises:
            StoreError: the ledger does not answer. What a run could not be kept in is tried again.
        """
        stop = stop or Event()
        self._look()
        for planning in self._plans:
            if stop.is_set():
                return
            if self._take(planning):
                self._do(planning, stop)
                self._look()

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """As of the last look."""
        return self._figures

    def close(self) -> None:
        """Nothing is held."""

    def _take(self, planning: Planning) -> bool:
        """Claim an evaluation if it is due, also once it is ours: another keeper may just have run it."""
        now = self._clock()
        with self._ledger.read() as connection:
            known = quality_plans.one(connection, planning.name)
        if known is None or known.due > now:
            return False
        with self._ledger.write() as connection:
            if not quality_plans.claim(connection, planning.name, now=now, until=now + HOLD):
                return False
            known = quality_plans.one(connection, planning.name)
            if known is not None and _due(planning.plan, known) <= now:
                return True
            quality_plans.release(connection, planning.name)
        return False

    def _do(self, planning: Planning, stop: Event) -> None:
        at = held = self._clock()

        def tell(_: int) -> None:
            nonlocal held
            now = self._clock()
            if now - held >= RENEW:
                held = now
                with self._ledger.write() as connection:
                    quality_plans.hold(connection, planning.name, until=now + HOLD)

        try:
            done = planning.run(stop, tell)
        except (SerenoError, OSError) as error:
            self._failed(planning, at, str(error) or type(error).__name__)
            return
        except BaseException:
            self._failed(planning, at, "it ended by a fault of Sereno's own; the log says which")
            raise
        if done is None:
            with self._ledger.write() as connection:
                quality_plans.release(connection, planning.name)
            return
        if done.score is None:
            with self._ledger.read() as connection:
                results = quality_evals.results(connection, done.id)
            why = next((one.error for one in results if one.error), "the set is empty")
            self._failed(planning, at, f"none of {done.items} questions was scored: {why}")
            return
        with self._ledger.write() as connection:
            quality_plans.succeed(connection, planning.name, at=at, run_id=done.id)

    def _failed(self, planning: Planning, at: float, why: str) -> None:
        log.warning("evaluation %s of %s failed: %s", planning.name, planning.model, why)
        with self._ledger.write() as connection:
            quality_plans.fail(connection, planning.name, at=at, error=why)

    def _look(self) -> None:
        """Note what is planned, and see how it goes."""
        now = self._clock()
        out: dict[tuple[str, Labels], float] = {}
        with self._ledger.write() as connection:
            for planning in self._plans:
                known = quality_plans.one(connection, planning.name)
                fresh = Planned(
                    name=planning.name, set_name=planning.set_name, model=planning.model, schedule=planning.schedule,
                    since=now if known is None else known.since, seen=now, due=now,
                )  # fmt: skip
                when = _due(planning.plan, known or fresh)
                quality_plans.see(connection, msgspec.structs.replace(fresh, due=when))
                out |= _figures(planning.name, when, known)
                run = None if known is None or known.run_id is None else quality_evals.run(connection, known.run_id)
                if run is not None and run.score is not None:
                    score = run.score if run.corrected is None else run.corrected
                    out["llm_evaluation_score", (planning.name, run.model)] = score
        self._figures = out


def _due(plan: Plan, known: Planned) -> float:
    return due(plan, since=known.since, attempted=known.attempted, failed=bool(known.error))


def _figures(name: str, when: float, known: Planned | None) -> dict[tuple[str, Labels], float]:
    out: dict[tuple[str, Labels], float] = {
        ("llm_evaluation_runs_total", (name, "success")): 0 if known is None else known.successes,
        ("llm_evaluation_runs_total", (name, "error")): 0 if known is None else known.errors,
        ("llm_evaluation_failing", (name,)): float(known is not None and known.error != ""),
        ("llm_evaluation_due_timestamp_seconds", (name,)): when,
    }
    if known is not None and known.succeeded is not None:
        out["llm_evaluation_last_success_timestamp_seconds", (name,)] = known.succeeded
    return out
