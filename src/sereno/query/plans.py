"""Planned evaluations as commands, API and pages tell them."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, inspect

from sereno.query.times import rfc3339
from sereno.store.ledger import quality_evals, quality_plans
from sereno.store.ledger.quality import PLANS
from sereno.store.ledger.quality_plans import Planned

SHOWN = 86400.0
"""Seconds for which a plan that no keeper has any longer is still told."""


class PlanMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One planned evaluation: when it runs next, when it last gave a score, and which.

    Attributes:
        schedule: how often: a duration, or a cron expression with its time zone.
        running: whether a keeper runs it now.
        error: why the last run gave no score, "" if it did.
        run: id of the last run that gave one; score, low, high: its score with its 95 % interval, corrected where a
            calibrated judge decided.
    """

    name: str
    set_name: str
    model: str
    schedule: str
    due: str
    running: bool
    attempted: str | None
    succeeded: str | None
    successes: int
    errors: int
    error: str
    run: str | None
    score: float | None
    low: float | None
    high: float | None


def plan_messages(connection: Connection, now: float, *, model: str | None = None) -> list[PlanMessage]:
    """What keepers have planned in the last day, by name.

    Args:
        connection: reading the ledger.
        now: epoch seconds.
        model: those of this one alone, by its canonical name.
    """
    if not inspect(connection).has_table(PLANS.name):
        return []  # a ledger that an earlier version made, opened for reading only
    found = [_message(connection, one, now) for one in quality_plans.planned(connection, since=now - SHOWN)]
    names = {model, (model or "").removesuffix(":latest")}
    return [one for one in found if model is None or one.model in names]


def _message(connection: Connection, one: Planned, now: float) -> PlanMessage:
    run = None if one.run_id is None else quality_evals.run(connection, one.run_id)
    score, low, high = (None, None, None) if run is None else (run.score, run.low, run.high)
    if run is not None and run.corrected is not None:
        score, low, high = run.corrected, run.corrected_low, run.corrected_high
    return PlanMessage(
        name=one.name, set_name=one.set_name, model=one.model, schedule=one.schedule, due=rfc3339(one.due),
        running=one.claimed_until is not None and one.claimed_until > now, attempted=_when(one.attempted),
        succeeded=_when(one.succeeded), successes=one.successes, errors=one.errors, error=one.error, run=one.run_id,
        score=score, low=low, high=high,
    )  # fmt: skip


def _when(moment: float | None) -> str | None:
    return None if moment is None else rfc3339(moment)
