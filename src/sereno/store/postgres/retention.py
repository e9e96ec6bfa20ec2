"""Deleting by age: a month that is wholly older goes at once, whatever its size; else few rows at a time.

Counters and roll-ups are never touched.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from sereno.store.postgres import conversation_sums
from sereno.store.postgres.arrays import bigints, doubles
from sereno.store.postgres.link import Link
from sereno.store.postgres.months import drop_month, months

_GONE = "UPDATE state SET calls = calls - ?, internal_calls = internal_calls - ?, bodies = bodies - ?"
_FORGET = (
    "DELETE FROM sessions s WHERE s.id = ANY(CAST(? AS bigint[]))"
    " AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.session = s.id)"
)
_TALKS = "DELETE FROM talks t WHERE t.session = ANY(CAST(? AS bigint[]))"


def delete_bodies(link: Link, before: float, limit: int) -> int:
    """Remove the oldest bodies with their previews and words."""
    gone = 0
    while gone < limit and (month := _whole_month(link, before, "bodies")) is not None:
        gone += _count(link, f"SELECT count(*) FROM sereno.bodies_{month}")
        link.execute(f"TRUNCATE sereno.bodies_{month}")
    if gone < limit:
        gone += link.execute(
            "DELETE FROM bodies b USING (SELECT seq, started_at FROM bodies WHERE started_at < ?"
            " ORDER BY started_at LIMIT ?) old WHERE b.seq = old.seq AND b.started_at = old.started_at",
            (before, limit - gone),
        ).rowcount
    link.execute(_GONE, (0, 0, gone))
    return gone


def delete_calls(link: Link, before: float, limit: int) -> int:
    """Remove the oldest calls with all that hangs on them."""
    gone = 0
    while gone < limit and (month := _whole_month(link, before, "calls")) is not None:
        gone += _drop(link, month)
    return gone + (_delete_rows(link, before, limit - gone) if gone < limit else 0)


def _delete_rows(link: Link, before: float, limit: int) -> int:
    doomed = link.execute(
        "SELECT seq, started_at, session, internal FROM calls WHERE started_at < ? ORDER BY started_at LIMIT ?",
        (before, limit),
    ).fetchall()
    if not doomed:
        return 0
    keys = (bigints(seq for seq, *_ in doomed), doubles(at for _, at, *_ in doomed))
    those = (
        "USING unnest(CAST(? AS bigint[]), CAST(? AS float8[])) AS v (seq, started_at)"
        " WHERE x.seq = v.seq AND x.started_at = v.started_at"
    )
    bodies = link.execute(f"DELETE FROM bodies x {those}", keys).rowcount
    link.execute(f"DELETE FROM calls x {those}", keys)
    _settle(link, {session for _, _, session, _ in doomed if session is not None})
    link.execute(_GONE, (len(doomed), sum(internal is not None for *_, internal in doomed), bodies))
    return len(doomed)


def _drop(link: Link, month: str) -> int:
    sessions = {n for (n,) in link.execute(f"SELECT DISTINCT session FROM sereno.calls_{month}") if n is not None}
    calls = _count(link, f"SELECT count(*) FROM sereno.calls_{month}")
    internal = _count(link, f"SELECT count(internal) FROM sereno.calls_{month}")
    bodies = _count(link, f"SELECT count(*) FROM sereno.bodies_{month}")
    drop_month(link, month)
    _settle(link, sessions)
    link.execute(_GONE, (calls, internal, bodies))
    return calls


def _whole_month(link: Link, before: float, table: str) -> str | None:
    """The oldest month that is wholly older and has rows."""
    for name, end in months(link):
        if end > before:
            return None
        if link.execute(f"SELECT 1 FROM sereno.{table}_{name} LIMIT 1").fetchone() or table == "calls":
            return name
    return None


def _settle(link: Link, sessions: set[int]) -> None:
    """Forget the conversations without calls, count the others anew."""
    some = bigints(sessions)
    link.execute(_TALKS, (some,))
    link.execute(_FORGET, (some,))
    conversation_sums.recount(link, sessions)


def _count(link: Link, sql: str) -> int:
    row = link.execute(sql).fetchone()
    return int(row[0]) if row else 0
