"""Settings to the evaluations that the keeper runs by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event

from sereno.assembly.quality import load_eval_set, run_evaluation
from sereno.config.kinds import show_duration
from sereno.config.sections.evaluation import Evaluation
from sereno.config.table import Settings
from sereno.keeper.evaluations import EvaluationWatch, Planning
from sereno.quality.plan import Plan
from sereno.store.ledger import Ledger
from sereno.store.ledger.quality_evals import Run

LOOK_SECONDS = 0.2
"""How often a running evaluation looks whether the keeper stops."""


def evaluations_of(settings: Settings, ledger: Ledger) -> EvaluationWatch:
    """What runs planned evaluations. Files of questions are read when they are asked, so that they may change."""
    return EvaluationWatch(ledger, [_planning(settings, ledger, one) for one in settings.evaluations])


def _planning(settings: Settings, ledger: Ledger, one: Evaluation) -> Planning:
    schedule = f"{one.cron} ({one.timezone})" if one.every is None else show_duration(one.every)

    def run(stop: Event, tell: Callable[[int], None]) -> Run | None:
        return asyncio.run(_run(settings, ledger, one, stop, tell))

    return Planning(
        name=one.name, set_name=one.set.rpartition("/")[2], model=one.model, schedule=schedule, run=run,
        plan=Plan(every=one.every, cron=one.cron, timezone=one.timezone),
    )  # fmt: skip


async def _run(
    settings: Settings, ledger: Ledger, one: Evaluation, stop: Event, tell: Callable[[int], None]
) -> Run | None:
    """One run, given up when the keeper stops: then nothing of it is kept."""
    questions = await asyncio.to_thread(load_eval_set, one.set)
    running = asyncio.ensure_future(
        run_evaluation(
            settings, ledger, questions, one.model, judge=one.judge or None, max_tokens=one.max_tokens,
            at_once=one.at_once, source="schedule", tell=tell,
        )
    )  # fmt: skip
    while not running.done():
        await asyncio.wait({running}, timeout=LOOK_SECONDS)
        if stop.is_set() and not running.done():
            running.cancel()
            await asyncio.wait({running})
            return None
    return running.result()
