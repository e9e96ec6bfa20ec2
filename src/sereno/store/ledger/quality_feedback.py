"""What people said of answers, in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, insert, select, true, update

from sereno.quality.accuracy import Evidence
from sereno.store.ledger.explanations import EXPLANATIONS
from sereno.store.ledger.quality import FEEDBACK

Label = Literal["correct", "incorrect"]
Source = Literal["api", "csv", "agent"]


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One word on one answer.

    Attributes:
        at: epoch seconds.
        call_id, trace_id, session: of what; one of them is given.
        model: canonical name of who answered, None while it is not known.
        score: −1 (bad) to 1 (good), None where only a label was given.
        label: whether the answer was right, None where nobody says so.
        comment: why. user: who said so. source: by which way it came.
    """

    at: float
    call_id: str | None = None
    trace_id: str | None = None
    session: str | None = None
    model: str | None = None
    score: float | None = None
    label: Label | None = None
    comment: str = ""
    user: str = ""
    source: Source = "api"
    id: int = 0


class Satisfaction(msgspec.Struct, frozen=True, kw_only=True):
    """Words on one model's answers (None: of unknown model).

    Attributes:
        good, bad: scores above and below 0. mean: of all scores, None without one.
        correct, incorrect: labels.
    """

    model: str | None
    good: int
    bad: int
    mean: float | None
    correct: int
    incorrect: int


def digest_of(one: Feedback) -> str:
    """Hash of what was said, by whom and of what; without the moment and the way, so that sending twice counts once.

    Of what it was sent: the call that a session or a trace turned out to mean is no part of it, so that an export reads
    as what it was made of.
    """
    about = ("session", one.session) if one.session else ("trace", one.trace_id) if one.trace_id else (
        "call", one.call_id)  # fmt: skip
    # A session is judged as often as people like; a call or a trace once by the same word.
    when = round(one.at * 1e6) if one.session else 0
    said = (about, one.score, one.label, one.comment, one.user, when)
    return blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()


def add(connection: Connection, given: Sequence[Feedback]) -> int:
    """Keep words; those that are there already are passed over. Returns how many were new."""
    new = 0
    for one in given:
        digest = digest_of(one)
        if connection.execute(select(FEEDBACK.c.id).where(FEEDBACK.c.digest == digest)).first() is not None:
            continue
        values = msgspec.structs.asdict(one)
        del values["id"]
        values["user_name"] = values.pop("user")
        connection.execute(insert(FEEDBACK).values(**values, digest=digest))
        new += 1
    return new


def newest(
    connection: Connection,
    *,
    model: str | None = None,
    start: float | None = None,
    end: float | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Feedback]:
    """Words, the newest first."""
    query = select(FEEDBACK).where(_within(model, start, end)).order_by(FEEDBACK.c.at.desc(), FEEDBACK.c.id.desc())
    return [_read(row) for row in connection.execute(query.limit(limit).offset(offset))]


def unresolved(connection: Connection, after: float, limit: int) -> list[Feedback]:
    """Words since a moment of which it is not known who answered, the oldest first."""
    query = select(FEEDBACK).where(FEEDBACK.c.model.is_(None), FEEDBACK.c.at >= after).order_by(FEEDBACK.c.at)
    return [_read(row) for row in connection.execute(query.limit(limit))]


def resolve(connection: Connection, identity: int, *, model: str, call_id: str | None) -> None:
    """Note who answered."""
    known = {"model": model} | ({"call_id": call_id} if call_id else {})
    connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == identity).values(**known))


def satisfaction(
    connection: Connection, *, model: str | None = None, start: float | None = None, end: float | None = None
) -> list[Satisfaction]:
    """Words by model, explanations among them: a thumb under an explanation is about the model that told it."""
    asked = (
        select(
            FEEDBACK.c.model,
            _count(FEEDBACK.c.score > 0).label("good"),
            _count(FEEDBACK.c.score < 0).label("bad"),
            func.coalesce(func.sum(FEEDBACK.c.score), 0.0).label("total"),
            func.count(FEEDBACK.c.score).label("scores"),
            _count(FEEDBACK.c.label == "correct").label("correct"),
            _count(FEEDBACK.c.label == "incorrect").label("incorrect"),
        )
        .where(_within(model, start, end))
        .group_by(FEEDBACK.c.model)
    )
    found = {row.model: dict(row._mapping) for row in connection.execute(asked)}  # noqa: SLF001  SQLAlchemy's own name
    for row in connection.execute(_explained(model, start, end)):
        none = {"good": 0, "bad": 0, "total": 0.0, "scores": 0, "correct": 0, "incorrect": 0}
        known = found.setdefault(row.model, {"model": row.model} | none)
        known["good"] += row.good
        known["bad"] += row.bad
        known["total"] += row.good - row.bad
        known["scores"] += row.good + row.bad
    rows = [
        Satisfaction(
            model=name, good=int(one["good"]), bad=int(one["bad"]), correct=int(one["correct"]),
            incorrect=int(one["incorrect"]), mean=one["total"] / one["scores"] if one["scores"] else None,
        )
        for name, one in found.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-(row.good + row.bad + row.correct + row.incorrect), row.model or ""))


def labels(connection: Connection, *, model: str | None = None, start: float, end: float) -> list[Evidence]:
    """People's labels as evidence of accuracy; empty without any."""
    rows = satisfaction(connection, model=model, start=start, end=end)
    correct, n = sum(row.correct for row in rows), sum(row.correct + row.incorrect for row in rows)
    return [Evidence(source="labels", hits=correct, n=n)] if n else []


def delete_before(connection: Connection, before: float) -> int:
    """Forget words said before a moment; returns how many."""
    return connection.execute(delete(FEEDBACK).where(FEEDBACK.c.at < before)).rowcount


def _explained(model: str | None, start: float | None, end: float | None) -> Any:
    parts: list[ColumnElement[bool]] = [EXPLANATIONS.c.feedback.is_not(None), EXPLANATIONS.c.model.is_not(None)]
    if model is not None:
        parts.append(EXPLANATIONS.c.model == model)
    if start is not None:
        parts.append(EXPLANATIONS.c.feedback_at >= start)
    if end is not None:
        parts.append(EXPLANATIONS.c.feedback_at < end)
    good, bad = _count(EXPLANATIONS.c.feedback > 0), _count(EXPLANATIONS.c.feedback < 0)
    columns = (EXPLANATIONS.c.model, good.label("good"), bad.label("bad"))
    return select(*columns).where(and_(*parts)).group_by(EXPLANATIONS.c.model)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _within(model: str | None, start: float | None, end: float | None) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    if model is not None:
        parts.append(FEEDBACK.c.model == model)
    if start is not None:
        parts.append(FEEDBACK.c.at >= start)
    if end is not None:
        parts.append(FEEDBACK.c.at < end)
    return and_(*parts)


def _read(row: Row[Any]) -> Feedback:
    return Feedback(
        id=row.id, at=row.at, call_id=row.call_id, trace_id=row.trace_id, session=row.session, model=row.model,
        score=row.score, label=row.label, comment=row.comment, user=row.user_name, source=row.source,
    )  # fmt: skip
