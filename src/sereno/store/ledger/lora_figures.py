"""Which model name serves which version, and what each version did in each window of time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sereno.store.ledger.lora import PERFORMANCE, SERVING


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """A model name that served a version, from `since` until `until` (None: still), epoch seconds."""

    version: str
    model: str
    since: float
    until: float | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of a version.

    Attributes:
        version: which. metric: bounded name, such as `latency_p95_seconds` or `accuracy`.
        value: in the unit that the name ends in. samples: how many calls or items it stands on.
        at: end of the window, epoch seconds. details: the window's length, the model's name, the set.
    """

    version: str
    metric: str
    value: float
    samples: int
    at: float
    details: dict[str, Any] = {}


def serve(connection: Connection, version: str, model: str, now: float) -> None:
    """From now on this model name serves this version, and no other."""
    standing = select(SERVING.c.version).where(SERVING.c.model == model, SERVING.c.until.is_(None))
    if connection.execute(standing).scalar() == version:
        return
    withdraw(connection, model, now)
    connection.execute(insert(SERVING).values(version=version, model=model, since=now, until=None))


def withdraw(connection: Connection, model: str, now: float) -> bool:
    """From now on this model name serves no version that is known; False where it served none."""
    query = update(SERVING).where(SERVING.c.model == model, SERVING.c.until.is_(None)).values(until=now)
    return bool(connection.execute(query).rowcount)


def served(connection: Connection, *, version: str | None = None, after: float | None = None) -> list[Serving]:
    """Who served what, the latest first; of one version, or still at or after a moment."""
    query = select(SERVING).order_by(SERVING.c.since.desc(), SERVING.c.id.desc())
    if version is not None:
        query = query.where(SERVING.c.version == version)
    if after is not None:
        query = query.where(or_(SERVING.c.until.is_(None), SERVING.c.until > after))
    rows = connection.execute(query)
    return [Serving(version=row.version, model=row.model, since=row.since, until=row.until) for row in rows]


def keep(connection: Connection, figures: Iterable[Figure]) -> int:
    """Write figures; one of the same window takes the place of an earlier one. Returns how many."""
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    count = 0
    for count, figure in enumerate(figures, 1):  # noqa: B007  counted
        row = dialect(PERFORMANCE).values(
            adapter_version=figure.version, metric_name=figure.metric, metric_value=figure.value,
            sample_count=figure.samples, timestamp=figure.at, metadata=figure.details,
        )  # fmt: skip
        told = {name: row.excluded[name] for name in ("metric_value", "sample_count", "metadata")}
        key = ["adapter_version", "metric_name", "timestamp"]
        connection.execute(row.on_conflict_do_update(index_elements=key, set_=told))
    return count


def figures(connection: Connection, version: str, *, since: float | None = None, limit: int = 20_000) -> list[Figure]:
    """What a version did, oldest first: the latest `limit` figures."""
    query = select(PERFORMANCE).where(PERFORMANCE.c.adapter_version == version)
    if since is not None:
        query = query.where(PERFORMANCE.c.timestamp >= since)
    rows = connection.execute(query.order_by(PERFORMANCE.c.timestamp.desc(), PERFORMANCE.c.metric_name).limit(limit))
    return [_figure(row) for row in rows.mappings()][::-1]


def latest(connection: Connection, metrics: Collection[str], *, version: str | None = None) -> list[Figure]:
    """The last figure of each version among these metrics."""
    chosen: list[ColumnElement[bool]] = [PERFORMANCE.c.metric_name.in_(metrics)]
    if version is not None:
        chosen.append(PERFORMANCE.c.adapter_version == version)
    last = (
        select(PERFORMANCE.c.adapter_version, func.max(PERFORMANCE.c.timestamp).label("at"))
        .where(*chosen)
        .group_by(PERFORMANCE.c.adapter_version)
        .subquery()
    )
    same = (PERFORMANCE.c.adapter_version == last.c.adapter_version) & (PERFORMANCE.c.timestamp == last.c.at)
    rows = connection.execute(select(PERFORMANCE).join(last, same).where(*chosen))
    return [_figure(row) for row in rows.mappings()]


def _figure(row: RowMapping) -> Figure:
    return Figure(
        version=row["adapter_version"], metric=row["metric_name"], value=row["metric_value"],
        samples=row["sample_count"], at=row["timestamp"], details=row["metadata"],
    )  # fmt: skip
