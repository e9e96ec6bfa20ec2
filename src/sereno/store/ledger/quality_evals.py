"""Evaluation runs, their answers, and calibrated judges, in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, and_, func, insert, select

from sereno.quality.accuracy import Evidence
from sereno.quality.correction import Confusion
from sereno.store.ledger.quality import JUDGES, RESULTS, RUNS

Source = Literal["command", "api", "schedule"]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One evaluation of a model on a set.

    Attributes:
        id: canonical UUIDv7 text. at: its start, epoch seconds. seconds: how long it took.
        set_name, set_digest: which questions; equal digests are equal questions.
        model: as asked. model_digest: what the server said of its bytes, None where it did not.
        judge: who graded what no rule can, None where nobody had to.
        items: questions. failed: those without a score, because model or judge gave no answer.
        score: mean over the others with its 95 % interval, None where there are none.
        corrected: share of good answers behind the judge's verdicts, where the judge is calibrated.
    """

    id: str
    at: float
    seconds: float
    set_name: str
    set_digest: str
    model: str
    model_digest: str | None = None
    judge: str | None = None
    items: int
    failed: int
    score: float | None
    low: float | None
    high: float | None
    corrected: float | None = None
    corrected_low: float | None = None
    corrected_high: float | None = None
    source: Source = "command"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one question: `score` 0–1, None with an `error`."""

    item: str
    kind: str
    score: float | None
    answer: str
    error: str
    seconds: float


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How a judge did on answers that people labelled; `unread`: replies that held no grade."""

    at: float
    judge: str
    judge_digest: str | None = None
    set_name: str
    set_digest: str
    confusion: Confusion
    unread: int = 0


def add(connection: Connection, run: Run, results: Sequence[Result]) -> None:
    """Keep a run and its answers."""
    connection.execute(insert(RUNS).values(**msgspec.structs.asdict(run)))
    if results:
        connection.execute(insert(RESULTS), [msgspec.structs.asdict(one) | {"run_id": run.id} for one in results])


def runs(
    connection: Connection, *, model: str | None = None, set_name: str | None = None, limit: int = 100
) -> list[Run]:
    """Runs, the newest first."""
    query = select(RUNS).order_by(RUNS.c.at.desc(), RUNS.c.id.desc()).limit(limit)
    if model is not None:
        query = query.where(RUNS.c.model == model)
    if set_name is not None:
        query = query.where(RUNS.c.set_name == set_name)
    return [_run(row) for row in connection.execute(query)]


def run(connection: Connection, identity: str) -> Run | None:
    """One by its id, or by a beginning or end of it that no other has; None if there is none."""
    wanted = identity.strip().lower()
    if len(wanted) < 6 or not all(c in "0123456789abcdef-" for c in wanted):
        return None
    named = RUNS.c.id.startswith(wanted) | RUNS.c.id.endswith(wanted)
    found = connection.execute(select(RUNS).where(named).limit(2)).all()
    return _run(found[0]) if len(found) == 1 else None


def results(connection: Connection, identity: str) -> list[Result]:
    """The answers of a run, by item."""
    rows = connection.execute(select(RESULTS).where(RESULTS.c.run_id == identity).order_by(RESULTS.c.item))
    return [
        Result(item=row.item, kind=row.kind, score=row.score, answer=row.answer, error=row.error, seconds=row.seconds)
        for row in rows
    ]


def evidence(connection: Connection, *, model: str | None = None, start: float, end: float) -> list[Evidence]:
    """The last run of each model on each set in a time, as evidence of accuracy; sets of one digest together."""
    inside = and_(RUNS.c.at >= start, RUNS.c.at < end, RUNS.c.score.is_not(None))
    if model is not None:
        inside = and_(inside, RUNS.c.model == model)
    last = (
        select(RUNS.c.model, RUNS.c.set_digest, func.max(RUNS.c.at).label("at"))
        .where(inside)
        .group_by(RUNS.c.model, RUNS.c.set_digest)
        .subquery()
    )
    same = and_(RUNS.c.model == last.c.model, RUNS.c.set_digest == last.c.set_digest, RUNS.c.at == last.c.at)
    rows = [_run(row) for row in connection.execute(select(RUNS).join(last, same).order_by(RUNS.c.model))]
    return [
        Evidence(source=row.set_digest, hits=share * (row.items - row.failed), n=row.items - row.failed)
        for row in rows
        if (share := row.score if row.corrected is None else row.corrected) is not None
    ]


def keep_calibration(connection: Connection, one: Calibration) -> None:
    """Keep how a judge did."""
    values = msgspec.structs.asdict(one)
    confusion = values.pop("confusion")
    connection.execute(insert(JUDGES).values(**values, **msgspec.structs.asdict(confusion)))


def calibrations(connection: Connection, *, judge: str | None = None, limit: int = 50) -> list[Calibration]:
    """Calibrations, the newest first."""
    query = select(JUDGES).order_by(JUDGES.c.at.desc(), JUDGES.c.id.desc()).limit(limit)
    if judge is not None:
        query = query.where(JUDGES.c.judge == judge)
    return [
        Calibration(
            at=row.at, judge=row.judge, judge_digest=row.judge_digest, set_name=row.set_name,
            set_digest=row.set_digest, unread=row.unread,
            confusion=Confusion(good=row.good, good_found=row.good_found, bad=row.bad, bad_found=row.bad_found),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def _run(row: Row[Any]) -> Run:
    return Run(**{name: getattr(row, name) for name in Run.__struct_fields__})
