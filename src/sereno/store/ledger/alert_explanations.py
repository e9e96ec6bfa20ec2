"""Which alerts were explained, in the ledger: one row an episode, so that it is explained once, whoever asks again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, ColumnElement, Connection, Index, String, Table, Text, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sereno.alerts.episode import Report
from sereno.store.ledger.metadata import METADATA, Moment

TABLE = Table(
    "alert_explanations",
    METADATA,
    Column("fingerprint", String(128), primary_key=True),
    Column("starts_at", Moment, primary_key=True),
    Column("claimed_at", Moment, nullable=False),
    Column("outcome", Text, nullable=False, default=""),
    Column("explanation", String(36), nullable=False, default=""),
    Index("alert_explanations_by_claim", "claimed_at"),
)
"""`explanation` is the id of what was told, "" where nothing was."""
_PRECISION = 3
"""Decimals of a start, as in `alerts`."""


def claim(connection: Connection, reports: Iterable[Report], now: float) -> list[Report]:
    """Take episodes to explain; those that somebody took before are left out.

    Args:
        connection: a writing transaction.
        reports: alerts that fire.
        now: epoch seconds.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    mine = []
    for report in reports:
        row = insert(TABLE).values(
            fingerprint=report.fingerprint,
            starts_at=round(report.starts_at, _PRECISION),
            claimed_at=now,
            outcome="",
            explanation="",
        )
        taken = row.on_conflict_do_nothing().returning(TABLE.c.fingerprint)
        if connection.execute(taken).first() is not None:
            mine.append(report)
    return mine


def settle(connection: Connection, reports: Sequence[Report], outcome: str, explanation: str) -> None:
    """Note how it ended.

    Args:
        connection: a writing transaction.
        reports: what was claimed.
        outcome: a bounded word.
        explanation: its id, "" for none.
    """
    those = or_(*(_is(report) for report in reports))
    connection.execute(update(TABLE).where(those).values(outcome=outcome, explanation=explanation))


def told(connection: Connection, since: float) -> dict[tuple[str, float], str]:
    """Explanations of alerts: their ids by fingerprint and start of the episode.

    Args:
        connection: a transaction.
        since: episodes claimed from then on, epoch seconds.
    """
    wanted = and_(TABLE.c.claimed_at >= since, TABLE.c.explanation != "")
    rows = connection.execute(select(TABLE.c.fingerprint, TABLE.c.starts_at, TABLE.c.explanation).where(wanted))
    return {(row.fingerprint, round(row.starts_at, _PRECISION)): row.explanation for row in rows}


def forget(connection: Connection, before: float) -> int:
    """Remove episodes that were claimed before a moment; returns how many."""
    return connection.execute(delete(TABLE).where(TABLE.c.claimed_at < before)).rowcount


def _is(report: Report) -> ColumnElement[bool]:
    return and_(TABLE.c.fingerprint == report.fingerprint, TABLE.c.starts_at == round(report.starts_at, _PRECISION))
