"""Evaluation runs as commands, API and pages tell them, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from sereno.lora.difference import Difference, difference
from sereno.lora.document import AdapterError
from sereno.lora.paired import BASE, Pair, Paired
from sereno.quality.correction import Confusion, Corrected, corrected
from sereno.quality.errors import QualityError
from sereno.quality.judging import GOOD, unit
from sereno.quality.rates import rate
from sereno.query.problems import not_found
from sereno.query.times import rfc3339
from sereno.store.ledger import lora_figures, lora_registry, quality_evals
from sereno.store.ledger.quality_evals import Calibration, Result, Run


class RunMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One evaluation; `score` is the mean over the questions that were scored, with its 95 % interval.

    `corrected` is the share of good answers behind the judge's verdicts, null where the judge is not calibrated.
    """

    id: str
    at: str
    seconds: float
    set_name: str
    set_digest: str
    model: str
    model_digest: str | None
    judge: str | None
    items: int
    failed: int
    score: float | None
    low: float | None
    high: float | None
    corrected: float | None
    corrected_low: float | None
    corrected_high: float | None
    source: str


class RunDetail(RunMessage, frozen=True, kw_only=True):
    """One evaluation with its answers."""

    results: Sequence[Result]


class RunComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two evaluations on the same questions.

    Attributes:
        difference: b − a over the questions that both were scored on, with its interval and McNemar's p-value.
        gained, lost: questions that only b, only a did better.
    """

    a: RunMessage
    b: RunMessage
    difference: Difference
    gained: Sequence[str]
    lost: Sequence[str]


class JudgeMessage(msgspec.Struct, frozen=True, kw_only=True):
    """How a judge did on answers that people labelled: Cohen's κ, and how often it recognises good and bad."""

    at: str
    judge: str
    set_name: str
    good: int
    bad: int
    unread: int
    sensitivity: float | None
    specificity: float | None
    kappa: float | None


def summary(
    results: Sequence[Result], calibration: Calibration | None
) -> tuple[float | None, float | None, float | None, Corrected | None]:
    """Mean score with its interval, and the corrected share where all was judged by a calibrated judge.

    Grades lie between 0 and 1, so they vary no more than right and wrong of the same mean would: Wilson's interval
    holds for them too, a little wide.
    """
    scores = [one.score for one in results if one.score is not None]
    found = rate(sum(scores), len(scores))
    behind: Corrected | None = None
    if calibration is not None and scores and all(one.kind == "judge" for one in results):
        try:
            behind = corrected(sum(one >= unit(GOOD) for one in scores), len(scores), calibration.confusion)
        except QualityError:
            behind = None  # too few labels: the raw score stands, and the page says so
    return found.value, found.low, found.high, behind


def run_message(run: Run) -> RunMessage:
    """A run as it is told."""
    return RunMessage(**_told(run))


def run_detail(connection: Connection, identity: str) -> RunDetail:
    """A run with its answers.

    Raises:
        Problem: 404, there is none, or several begin so.
    """
    found = one_run(connection, identity)
    return RunDetail(**_told(found), results=quality_evals.results(connection, found.id))


def one_run(connection: Connection, identity: str) -> Run:
    """A run by its id or the beginning of it.

    Raises:
        Problem: 404, there is none, or several begin so.
    """
    found = quality_evals.run(connection, identity)
    if found is None:
        raise not_found(f"There is no single evaluation {identity[:40]!r}; sereno eval list shows their ids.")
    return found


def comparison(connection: Connection, a: str, b: str) -> RunComparison:
    """Two runs on the same questions.

    Raises:
        Problem: 404, one of them is not there.
        QualityError: their questions differ, or none was scored in both.
    """
    first, second = one_run(connection, a), one_run(connection, b)
    pairs = _pairs(connection, first, second)
    return RunComparison(
        a=run_message(first),
        b=run_message(second),
        difference=difference(Paired(pairs=pairs)),
        gained=[pair.item for pair in pairs if pair.candidate > pair.baseline],
        lost=[pair.item for pair in pairs if pair.candidate < pair.baseline],
    )


def paired_of_runs(connection: Connection, baseline: str, candidate: str) -> Paired:
    """Two runs as what a promotion is judged by: whose they are follows from which model names serve which version.

    Raises:
        Problem: 404, one of them is not there.
        QualityError: their questions differ.
        AdapterError: the candidate's model serves no version.
    """
    before, after = one_run(connection, baseline), one_run(connection, candidate)
    versions = {run.id: _version(connection, run) for run in (before, after)}
    version = versions[after.id]
    if version is None:
        raise AdapterError(
            f"{after.model} served no version when it was evaluated; sereno lora serve VERSION --model {after.model}"
        )
    adapter = lora_registry.adapter(connection, version)
    return Paired(
        pairs=_pairs(connection, before, after),
        baseline=versions[before.id] or BASE,
        candidate=version,
        eval_set=before.set_name,
        eval_digest=before.set_digest,
        base_digest=None if adapter is None else adapter.base_digest,
    )


def judge_message(one: Calibration) -> JudgeMessage:
    """A calibration as it is told."""
    confusion: Confusion = one.confusion
    return JudgeMessage(
        at=rfc3339(one.at), judge=one.judge, set_name=one.set_name, good=confusion.good, bad=confusion.bad,
        unread=one.unread, sensitivity=confusion.sensitivity, specificity=confusion.specificity, kappa=confusion.kappa,
    )  # fmt: skip


def _pairs(connection: Connection, first: Run, second: Run) -> tuple[Pair, ...]:
    if first.set_digest != second.set_digest:
        raise QualityError(
            f"the evaluations asked different questions: {first.set_name} ({first.set_digest[:12]}…) and "
            f"{second.set_name} ({second.set_digest[:12]}…); compare runs of the same set"
        )
    before, after = ({one.item: one.score for one in quality_evals.results(connection, run.id)}
                     for run in (first, second))  # fmt: skip
    pairs = tuple(
        Pair(item, old, new) for item, old in before.items() if old is not None and (new := after.get(item)) is not None
    )
    if not pairs:
        raise QualityError("no question was scored in both evaluations; sereno eval show RUN says why")
    return pairs


def _version(connection: Connection, run: Run) -> str | None:
    """Which version a run's model name served when it was asked."""
    names = {run.model, run.model.removesuffix(":latest")}
    return next(
        (
            one.version
            for one in lora_figures.served(connection)
            if one.model.removesuffix(":latest") in names and one.since <= run.at < (one.until or float("inf"))
        ),
        None,
    )


def _told(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in Run.__struct_fields__} | {"at": rfc3339(run.at)}
