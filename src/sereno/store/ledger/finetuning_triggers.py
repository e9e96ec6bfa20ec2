"""Triggers of fine-tuning; each function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from sereno.drift.triggers import Proposal, Status
from sereno.drift.verdict import Severity
from sereno.store.ledger.drift import TRIGGERS


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `finetuning_triggers`."""

    id: int
    timestamp: float
    trigger_type: str
    severity: Severity
    reason: str
    status: Status
    model: str
    check_id: int | None
    decided_at: float | None
    decided_by: str
    note: str
    started_at: float | None
    finished_at: float | None
    outcome: str
    training_job_id: str | None
    payload: dict[str, Any]


def add(
    connection: Connection,
    one: Proposal,
    now: float,
    check_id: int | None,
    *,
    approved: bool,
    payload: Mapping[str, Any],
) -> int:
    """Keep a trigger; returns its number."""
    values = {
        "timestamp": now, "trigger_type": one.type, "severity": one.severity, "reason": one.reason,
        "status": "approved" if approved else "pending", "model": one.model, "check_id": check_id,
        "decided_at": now if approved else None, "decided_by": "settings" if approved else "", "note": "",
        "outcome": "", "payload": dict(payload),
    }  # fmt: skip
    return int(connection.execute(insert(TRIGGERS).values(**values).returning(TRIGGERS.c.id)).scalar_one())


def triggers(connection: Connection, *, status: str | None = None, limit: int = 1000) -> list[Trigger]:
    """Triggers, the newest first."""
    query = select(TRIGGERS).order_by(TRIGGERS.c.timestamp.desc(), TRIGGERS.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(TRIGGERS.c.status == status)
    return [_trigger(row) for row in connection.execute(query).mappings()]


def trigger(connection: Connection, number: int) -> Trigger | None:
    """One trigger; None if there is none of this number."""
    row = connection.execute(select(TRIGGERS).where(TRIGGERS.c.id == number)).mappings().one_or_none()
    return None if row is None else _trigger(row)


def last_trigger(connection: Connection) -> float | None:
    """When a trigger was last made by the monitor itself, rejected ones too; None for never."""
    query = select(TRIGGERS.c.timestamp).where(TRIGGERS.c.trigger_type != "manual")
    found = connection.execute(query.order_by(TRIGGERS.c.timestamp.desc()).limit(1)).scalar()
    return None if found is None else float(found)


def count_triggers(connection: Connection) -> tuple[dict[str, int], int]:
    """How many triggers there were by type, and how many wait for a person."""
    by_type = connection.execute(select(TRIGGERS.c.trigger_type, func.count()).group_by(TRIGGERS.c.trigger_type))
    counts = {kind: int(n) for kind, n in by_type}
    waiting = select(func.count()).select_from(TRIGGERS).where(TRIGGERS.c.status == "pending")
    return counts, int(connection.execute(waiting).scalar_one())


def move(connection: Connection, number: int, before: Status, after: Status, **values: Any) -> bool:
    """Take a trigger from one state to the next; False where it was not in that state any longer."""
    query = update(TRIGGERS).where(TRIGGERS.c.id == number, TRIGGERS.c.status == before)
    return bool(connection.execute(query.values(status=after, **values)).rowcount)


def _trigger(row: RowMapping) -> Trigger:
    return Trigger(**{name: row[name] for name in Trigger.__struct_fields__})
