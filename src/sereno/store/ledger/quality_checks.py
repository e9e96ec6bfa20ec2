"""Counts of checks by hour, model and check, in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sereno.store.ledger.quality import CHECKS, REACHED

EVER = -1
"""As the hour: the sum over all time."""
HOUR = 3600.0


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many answers were looked at for something, and how many had it.

    Attributes:
        hour: epoch seconds of its start, None for sums over hours.
    """

    model: str
    check: str
    checked: int
    failed: int
    hour: float | None = None


def add(connection: Connection, counts: Mapping[tuple[int, str, str], tuple[int, int]]) -> None:
    """Add to the counts of hours and to the sums over all time.

    Args:
        connection: writing.
        counts: (start of the hour, model, check) → (checked, failed).
    """
    rows: dict[tuple[int, str, str], tuple[int, int]] = {}
    for (hour, model, check), (checked, failed) in counts.items():
        for at in (hour, EVER):
            before = rows.get((at, model, check), (0, 0))
            rows[at, model, check] = (before[0] + checked, before[1] + failed)
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for (hour, model, check), (checked, failed) in sorted(rows.items()):
        row = dialect(CHECKS).values(hour=hour, model=model, check_name=check, checked=checked, failed=failed)
        more = {name: CHECKS.c[name] + row.excluded[name] for name in ("checked", "failed")}
        connection.execute(row.on_conflict_do_update(index_elements=["hour", "model", "check_name"], set_=more))


def totals(connection: Connection) -> list[Count]:
    """Sums over all time: they never fall."""
    rows = connection.execute(select(CHECKS).where(CHECKS.c.hour == EVER).order_by(CHECKS.c.model, CHECKS.c.check_name))
    return [_read(row) for row in rows]


def counts(
    connection: Connection,
    *,
    start: float,
    end: float,
    model: str | None = None,
    interval: float | None = None,
) -> list[Count]:
    """Counts of whole hours that begin from `start` on and before `end`.

    Args:
        connection: reading.
        start: epoch seconds.
        end: likewise.
        model: of this one alone.
        interval: seconds of the intervals to sum over, whole hours; None for one sum.
    """
    at: Any = CHECKS.c.hour - CHECKS.c.hour % int(interval) if interval else func.min(CHECKS.c.hour)
    sums = (func.sum(CHECKS.c.checked).label("checked"), func.sum(CHECKS.c.failed).label("failed"))
    query = (
        select(at.label("hour"), CHECKS.c.model, CHECKS.c.check_name, *sums)
        .where(CHECKS.c.hour >= int(start // HOUR * HOUR), CHECKS.c.hour < end, CHECKS.c.hour != EVER)
        .group_by(CHECKS.c.model, CHECKS.c.check_name, *([at] if interval else []))
        .order_by("hour", CHECKS.c.model, CHECKS.c.check_name)
    )
    if model is not None:
        query = query.where(CHECKS.c.model == model)
    return [_read(row, whole=interval is None) for row in connection.execute(query)]


def reached(connection: Connection, what: str) -> int:
    """Up to which ingest sequence calls were looked at; −1 before the first."""
    found = connection.execute(select(REACHED.c.sequence).where(REACHED.c.what == what)).scalar()
    return -1 if found is None else int(found)


def reach(connection: Connection, what: str, sequence: int, *, before: int) -> bool:
    """Note it; False where another keeper went on from `before` meanwhile: then the same calls are counted already.

    Args:
        connection: writing; until it ends nobody else can note anything.
        what: was looked for.
        sequence: up to which calls were looked at now.
        before: what `reached` said when this began.
    """
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(dialect(REACHED).values(what=what, sequence=-1).on_conflict_do_nothing())
    query = update(REACHED).where(REACHED.c.what == what, REACHED.c.sequence == before)
    return bool(connection.execute(query.values(sequence=sequence)).rowcount)


def delete_before(connection: Connection, before: float) -> int:
    """Forget hours before a moment, not the sums over all time; returns how many rows."""
    gone = delete(CHECKS).where(CHECKS.c.hour < before, CHECKS.c.hour != EVER)
    return connection.execute(gone).rowcount


def _read(row: Any, *, whole: bool = True) -> Count:
    return Count(
        model=row.model, check=row.check_name, checked=int(row.checked), failed=int(row.failed),
        hour=None if whole else float(row.hour),
    )  # fmt: skip
