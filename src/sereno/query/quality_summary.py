"""Quality in a stretch of time: what checks found, what people said, evaluations, judges; by model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from sereno.quality.checks import CHECKS
from sereno.quality.rates import Rate, rate
from sereno.query.evaluations import JudgeMessage, RunMessage, judge_message, run_message
from sereno.query.plans import PlanMessage, plan_messages
from sereno.query.quality import QUALITY_DEFINITION, model_scores
from sereno.query.times import rfc3339
from sereno.store.ledger import quality_checks, quality_evals, quality_feedback
from sereno.store.ledger.quality_checks import HOUR, Count
from sereno.store.ledger.quality_feedback import Satisfaction

MOST_RUNS = 20
MOST_JUDGES = 10


class ModelQuality(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one model in the stretch; null stands for calls of unknown model.

    Attributes:
        quality: the model's score (`quality_definition`), null below 30 answers.
        checks: share of answers that failed each check, with its 95 % interval; those that never applied are left out.
        up, down: scores above and below 0. satisfaction: share of `up`, with its interval.
        correct, incorrect: labels.
    """

    model: str | None
    quality: Rate | None
    checks: Mapping[str, Rate]
    up: int
    down: int
    satisfaction: Rate | None
    correct: int
    incorrect: int


class CheckPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of all models in one interval: how many failed each check, of how many."""

    time: str
    checks: Mapping[str, Rate]


class QualitySummary(msgspec.Struct, frozen=True, kw_only=True):
    """Quality in a stretch of time."""

    models: Sequence[ModelQuality]
    checks: Mapping[str, Rate]
    checks_by_time: Sequence[CheckPoint]
    evaluations: Sequence[RunMessage]
    judges: Sequence[JudgeMessage]
    quality_definition: str
    plans: Sequence[PlanMessage] = ()


def quality_summary(
    connection: Connection, *, start: float, end: float, now: float, interval: float = HOUR, model: str | None = None
) -> QualitySummary:
    """Everything at once.

    Args:
        connection: reading the ledger.
        start: epoch seconds; whole hours count.
        end: likewise.
        now: likewise.
        interval: seconds of `checks_by_time`, whole hours.
        model: of this one alone.
    """
    counts = quality_checks.counts(connection, start=start, end=end, model=model)
    timed = quality_checks.counts(connection, start=start, end=end, model=model, interval=max(interval, HOUR))
    words = {one.model: one for one in quality_feedback.satisfaction(connection, model=model, start=start, end=end)}
    scores = {name: one for name, one in model_scores(connection, now).items() if model in {None, name}}
    names = {one.model for one in counts} | set(words) | set(scores)
    looked: dict[str | None, int] = {}
    for one in counts:
        looked[one.model] = max(looked.get(one.model, 0), one.checked)
    moments = sorted({one.hour for one in timed if one.hour is not None})
    return QualitySummary(
        models=[
            _model(name, [one for one in counts if one.model == name], words.get(name), scores.get(name or ""))
            for name in sorted(names, key=lambda name: (-looked.get(name, 0), name or ""))
        ],
        checks=_rates(counts),
        checks_by_time=[
            CheckPoint(time=rfc3339(at), checks=_rates(one for one in timed if one.hour == at)) for at in moments
        ],
        evaluations=[run_message(run) for run in quality_evals.runs(connection, model=model, limit=MOST_RUNS)],
        judges=[judge_message(one) for one in quality_evals.calibrations(connection, limit=MOST_JUDGES)],
        quality_definition=QUALITY_DEFINITION,
        plans=plan_messages(connection, now, model=model),
    )


def _model(name: str | None, counts: Sequence[Count], words: Satisfaction | None, score: Rate | None) -> ModelQuality:
    up, down = (words.good, words.bad) if words else (0, 0)
    return ModelQuality(
        model=name,
        quality=score,
        checks=_rates(counts),
        up=up,
        down=down,
        satisfaction=rate(up, up + down) if up + down else None,
        correct=words.correct if words else 0,
        incorrect=words.incorrect if words else 0,
    )


def _rates(counts: Iterable[Count]) -> dict[str, Rate]:
    sums: dict[str, tuple[int, int]] = {}
    for one in counts:
        failed, checked = sums.get(one.check, (0, 0))
        sums[one.check] = (failed + one.failed, checked + one.checked)
    return {name: rate(*sums[name]) for name in CHECKS if name in sums}
