"""Alerts in the ledger: one row an episode, told apart by what alerts (fingerprint) and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sereno.alerts.episode import Episode, Report
from sereno.store.ledger.metadata import METADATA, Moment

EPISODES = Table(
    "alert_episodes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(128), nullable=False),
    Column("alertname", String(512), nullable=False),
    Column("severity", String(64), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("annotations", JSON, nullable=False),
    Column("source_url", Text, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Column("received_at", Moment, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("acknowledged_at", Moment),
    Column("acknowledged_by", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    UniqueConstraint("fingerprint", "starts_at"),
    Index("alert_episodes_by_start", "starts_at"),
)
"""`severity` and `alertname` are labels too; as columns they can be asked for."""
MOST = 10_000
"""Episodes of one answer."""
_PRECISION = 3
"""Decimals of a start: it is half of a row's name, and must come back from every database as it went in."""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which episodes are asked for.

    Attributes:
        start: epoch seconds from which on they began, None for ever. end: before which.
        name: of the rule. severity: as the rule says.
        open: True for those that have not ended, False for those that have.
        acknowledged: whether a person took them up.
        watchdog: whether alerts of severity `none`, which fire always, are meant as well.
    """

    start: float | None = None
    end: float | None = None
    name: str | None = None
    severity: str | None = None
    open: bool | None = None
    acknowledged: bool | None = None
    watchdog: bool = False


def record(connection: Connection, reports: Iterable[Report], now: float) -> int:
    """Keep what was reported; the same said twice changes only when it was last told.

    Args:
        connection: a writing transaction.
        reports: the last word on each alert; a later one counts.
        now: epoch seconds.

    Returns:
        How many reports there were.
    """
    count = 0
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for count, report in enumerate(reports, 1):  # noqa: B007  counted
        said = {
            "alertname": report.labels.get("alertname", ""),
            "severity": report.labels.get("severity", ""),
            "labels": dict(report.labels),
            "annotations": dict(report.annotations),
            "source_url": report.source_url,
            "ends_at": report.ends_at,
            "told_at": now,
        }
        key = {"fingerprint": report.fingerprint, "starts_at": round(report.starts_at, _PRECISION)}
        row = insert(EPISODES).values(**key, **said, received_at=now, acknowledged_by="", note="")
        connection.execute(row.on_conflict_do_update(index_elements=["fingerprint", "starts_at"], set_=said))
    return count


def episodes(
    connection: Connection, wanted: Filter | None = None, *, limit: int = MOST, offset: int = 0
) -> list[Episode]:
    """Episodes, the last begun first."""
    query = select(EPISODES).where(_condition(wanted or Filter()))
    query = query.order_by(EPISODES.c.starts_at.desc(), EPISODES.c.id.desc()).limit(limit).offset(offset)
    return [_episode(row) for row in connection.execute(query)]


def count(connection: Connection, wanted: Filter | None = None) -> int:
    """How many episodes there are."""
    query = select(func.count()).select_from(EPISODES).where(_condition(wanted or Filter()))
    return int(connection.execute(query).scalar_one())


def episode(connection: Connection, number: int) -> Episode | None:
    """One episode; None if there is none of this number."""
    row = connection.execute(select(EPISODES).where(EPISODES.c.id == number)).one_or_none()
    return None if row is None else _episode(row)


def acknowledge(connection: Connection, numbers: Sequence[int], *, by: str, note: str, now: float) -> int:
    """Note that a person takes them up; who did so first stays.

    Returns:
        How many nobody had taken up before.
    """
    mine = update(EPISODES).where(EPISODES.c.id.in_(numbers), EPISODES.c.acknowledged_at.is_(None))
    return connection.execute(mine.values(acknowledged_at=now, acknowledged_by=by, note=note)).rowcount


def last_told(connection: Connection) -> float | None:
    """When anything was last told, the Watchdog included; None if never."""
    found = connection.execute(select(EPISODES.c.told_at).order_by(EPISODES.c.told_at.desc()).limit(1)).scalar()
    return None if found is None else float(found)


def first_told(connection: Connection) -> float | None:
    """When anything was first told, the Watchdog included, as far as it is remembered; None if never."""
    found = connection.execute(select(EPISODES.c.received_at).order_by(EPISODES.c.received_at).limit(1)).scalar()
    return None if found is None else float(found)


def names(connection: Connection) -> list[str]:
    """Names of all rules that ever alerted, in order."""
    query = select(EPISODES.c.alertname).where(EPISODES.c.severity != "none").distinct().order_by(EPISODES.c.alertname)
    return [str(name) for (name,) in connection.execute(query)]


def forget(connection: Connection, before: float) -> int:
    """Remove episodes that ended, or were last told, before a moment; returns how many."""
    over = or_(EPISODES.c.ends_at < before, and_(EPISODES.c.ends_at.is_(None), EPISODES.c.told_at < before))
    return connection.execute(delete(EPISODES).where(over)).rowcount


def _condition(wanted: Filter) -> ColumnElement[bool]:
    table = EPISODES.c
    parts: list[ColumnElement[bool]] = [] if wanted.watchdog else [table.severity != "none"]
    if wanted.start is not None:
        parts.append(table.starts_at >= wanted.start)
    if wanted.end is not None:
        parts.append(table.starts_at < wanted.end)
    if wanted.name is not None:
        parts.append(table.alertname == wanted.name)
    if wanted.severity is not None:
        parts.append(table.severity == wanted.severity)
    if wanted.open is not None:
        parts.append(table.ends_at.is_(None) if wanted.open else table.ends_at.is_not(None))
    if wanted.acknowledged is not None:
        parts.append(table.acknowledged_at.is_not(None) if wanted.acknowledged else table.acknowledged_at.is_(None))
    return and_(true(), *parts)


def _episode(row: Row[Any]) -> Episode:
    return Episode(
        id=row.id,
        fingerprint=row.fingerprint,
        labels=row.labels,
        annotations=row.annotations,
        source_url=row.source_url,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        received_at=row.received_at,
        told_at=row.told_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        note=row.note,
    )
