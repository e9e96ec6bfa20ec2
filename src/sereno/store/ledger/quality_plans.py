"""Planned evaluations, in the ledger: how each goes, and which keeper runs it now."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, RowMapping, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sereno.store.ledger.quality import PLANS


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One planned evaluation and how it goes; moments are epoch seconds.

    Attributes:
        name: as the settings call it.
        set_name, model, schedule: what, whom and when, in words.
        since: when it was first known. seen: when a keeper last planned it.
        due: when it runs next.
        attempted: when its last run began. succeeded: when the last one that gave a score began.
        run_id: of that one, in `eval_runs`.
        error: why the last run gave no score, "" if it did.
        successes, errors: runs that gave a score, and that did not.
        claimed_until: up to when a keeper holds it; None while nobody runs it.
    """

    name: str
    set_name: str
    model: str
    schedule: str
    since: float
    seen: float
    due: float
    attempted: float | None = None
    succeeded: float | None = None
    run_id: str | None = None
    error: str = ""
    successes: int = 0
    errors: int = 0
    claimed_until: float | None = None


def planned(connection: Connection, *, since: float | None = None) -> list[Planned]:
    """All of them by name, or those that a keeper has planned since a moment."""
    query = select(PLANS).order_by(PLANS.c.name)
    if since is not None:
        query = query.where(PLANS.c.seen >= since)
    return [_planned(row) for row in connection.execute(query).mappings()]


def one(connection: Connection, name: str) -> Planned | None:
    """One by its name."""
    row = connection.execute(select(PLANS).where(PLANS.c.name == name)).mappings().one_or_none()
    return None if row is None else _planned(row)


def see(connection: Connection, plan: Planned) -> None:
    """Note that a keeper plans it: what, whom, when, and when next. How it went stays."""
    dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = dialect(PLANS).values(**msgspec.structs.asdict(plan))
    told = {name: row.excluded[name] for name in ("set_name", "model", "schedule", "seen", "due")}
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=told))


def claim(connection: Connection, name: str, *, now: float, until: float) -> bool:
    """Take it for this keeper; False where another holds it."""
    free = or_(PLANS.c.claimed_until.is_(None), PLANS.c.claimed_until <= now)
    taken = update(PLANS).where(PLANS.c.name == name, free).values(claimed_until=until)
    return bool(connection.execute(taken).rowcount)


def hold(connection: Connection, name: str, *, until: float) -> None:
    """Keep what was claimed for longer."""
    connection.execute(update(PLANS).where(PLANS.c.name == name).values(claimed_until=until))


def release(connection: Connection, name: str) -> None:
    """Give it back as if it had not been tried."""
    connection.execute(update(PLANS).where(PLANS.c.name == name).values(claimed_until=None))


def succeed(connection: Connection, name: str, *, at: float, run_id: str) -> None:
    """Its run that began at `at` gave a score."""
    done = {"attempted": at, "succeeded": at, "run_id": run_id, "error": "", "claimed_until": None}
    connection.execute(update(PLANS).where(PLANS.c.name == name).values(**done, successes=PLANS.c.successes + 1))


def fail(connection: Connection, name: str, *, at: float, error: str) -> None:
    """Its run that began at `at` gave none."""
    done = {"attempted": at, "error": error[:500], "claimed_until": None}
    connection.execute(update(PLANS).where(PLANS.c.name == name).values(**done, errors=PLANS.c.errors + 1))


def _planned(row: RowMapping) -> Planned:
    return Planned(**{name: row[name] for name in Planned.__struct_fields__})
