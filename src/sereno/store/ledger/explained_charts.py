"""The charts that were explained, thinned to what a page draws; the rest of an explanation is in `explanations`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Connection, Index, String, Table, delete, insert, select

from sereno.store.ledger.metadata import METADATA, Moment

EXPLAINED_CHARTS = Table(
    "explained_charts",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("chart", JSON, nullable=False),
    Index("explained_charts_by_time", "created_at"),
)


def add(connection: Connection, identity: str, now: float, chart: Any) -> None:
    """Remember the chart of an explanation, as JSON."""
    connection.execute(insert(EXPLAINED_CHARTS).values(id=identity, created_at=now, chart=chart))


def chart_of(connection: Connection, identity: str) -> Any | None:
    """The chart of an explanation, None where none is kept."""
    return connection.execute(select(EXPLAINED_CHARTS.c.chart).where(EXPLAINED_CHARTS.c.id == identity)).scalar()


def delete_before(connection: Connection, before: float) -> int:
    """Forget those made before a moment; returns how many."""
    return connection.execute(delete(EXPLAINED_CHARTS).where(EXPLAINED_CHARTS.c.created_at < before)).rowcount
