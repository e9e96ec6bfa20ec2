"""Explanations in the ledger: what was asked and told, how much of it was true, and what people thought of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from sereno.store.ledger.metadata import METADATA, Moment

EXPLANATIONS = Table(
    "explanations",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("title", Text, nullable=False),
    Column("analysis", String(32), nullable=False),
    Column("question", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("model", String(200)),
    Column("strict", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("score", Double, nullable=False),
    Column("numbers", Integer, nullable=False),
    Column("supported", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("tokens", Integer),
    Column("asked_by", Text, nullable=False),
    Column("feedback", Integer),
    Column("feedback_note", Text, nullable=False),
    Column("feedback_at", Moment),
    Index("explanations_by_time", "created_at"),
)


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One explanation as it is remembered.

    Attributes:
        id: canonical UUIDv7 text. created_at: epoch seconds.
        model: who told it, None for templates.
        facts: the sheet as JSON. text: what was told.
        score, numbers, supported, seconds, tokens: as it ended.
        feedback: 1 for thumbs up, −1 for thumbs down, None without.
    """

    id: str
    created_at: float
    title: str
    analysis: str
    question: str
    language: str
    model: str | None
    strict: bool
    text: str
    facts: Any
    score: float
    numbers: int
    supported: int
    seconds: float
    tokens: int | None = None
    asked_by: str = ""
    feedback: int | None = None
    feedback_note: str = ""
    feedback_at: float | None = None


def add(connection: Connection, one: Explanation) -> None:
    """Remember an explanation."""
    connection.execute(insert(EXPLANATIONS).values(**msgspec.structs.asdict(one)))


def newest(connection: Connection, limit: int) -> Sequence[Explanation]:
    """The last ones, newest first."""
    asked = select(EXPLANATIONS).order_by(EXPLANATIONS.c.created_at.desc(), EXPLANATIONS.c.id.desc()).limit(limit)
    return [_read(row) for row in connection.execute(asked)]


def explanation(connection: Connection, identity: str) -> Explanation | None:
    """One by its id, None if there is none."""
    row = connection.execute(select(EXPLANATIONS).where(EXPLANATIONS.c.id == identity)).first()
    return None if row is None else _read(row)


def give_feedback(connection: Connection, identity: str, *, score: int, note: str, now: float) -> bool:
    """Note what a person thought of one; a second opinion replaces the first. False if there is none of that id."""
    changed = update(EXPLANATIONS).where(EXPLANATIONS.c.id == identity)
    done = connection.execute(changed.values(feedback=score, feedback_note=note, feedback_at=now))
    return done.rowcount > 0


def delete_before(connection: Connection, before: float) -> int:
    """Forget those made before a moment; returns how many."""
    return connection.execute(delete(EXPLANATIONS).where(EXPLANATIONS.c.created_at < before)).rowcount


def _read(row: Row[Any]) -> Explanation:
    return Explanation(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name for a row's columns
