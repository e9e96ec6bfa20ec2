"""Events of the drift monitor; each function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, func, insert, select

from sereno.drift.events import Event
from sereno.drift.verdict import Severity
from sereno.store.ledger.drift import EVENTS


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `drift_events`."""

    id: int
    timestamp: float
    kind: str
    severity: Severity
    model: str
    feature: str | None
    check_id: int | None
    details: dict[str, Any]


def add_events(connection: Connection, happened: Sequence[Event], now: float, check_id: int | None) -> None:
    """Keep events."""
    for event in happened:
        connection.execute(insert(EVENTS).values(timestamp=now, check_id=check_id, **msgspec.structs.asdict(event)))


def events(connection: Connection, *, since: float | None = None, limit: int = 1000, offset: int = 0) -> list[Happened]:
    """Events, the newest first."""
    query = select(EVENTS).order_by(EVENTS.c.timestamp.desc(), EVENTS.c.id.desc()).limit(limit).offset(offset)
    if since is not None:
        query = query.where(EVENTS.c.timestamp >= since)
    return [_happened(row) for row in connection.execute(query).mappings()]


def standing(connection: Connection) -> dict[str, Severity]:
    """Drift that was told and is not over, by scope; another reference ends all of it."""
    begun = connection.execute(
        select(func.coalesce(func.max(EVENTS.c.id), 0)).where(EVENTS.c.kind == "reference")
    ).scalar_one()
    query = select(EVENTS.c.model, EVENTS.c.kind, EVENTS.c.severity).where(
        EVENTS.c.kind.in_(("drift", "recovered")), EVENTS.c.id > begun
    )
    out: dict[str, Severity] = {}
    for row in connection.execute(query.order_by(EVENTS.c.id)):
        if row.kind == "drift":
            out[row.model] = row.severity
        else:
            out.pop(row.model, None)
    return out


def last_event(connection: Connection, kinds: Sequence[str]) -> Happened | None:
    """The last event of some kinds."""
    query = select(EVENTS).where(EVENTS.c.kind.in_(kinds)).order_by(EVENTS.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _happened(row)


def _happened(row: RowMapping) -> Happened:
    return Happened(**{name: row[name] for name in Happened.__struct_fields__})
