"""The parts of calls and bodies: one a month (UTC) of `started_at`, made when its first call comes."""

# SQL is put together from names in this package; what users say is always a parameter.

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from sereno.store.postgres.link import Link

FIRST, LAST = 2015, 2100
"""Years that have months; what lies before or after goes to the parts `before` and `after`."""
AHEAD_SECONDS = 7 * 86400.0
"""A month is made so long before its first call can come."""


_OPTIONS = {"calls": "", "bodies": " WITH (toast_tuple_target = 8160)"}
"""The tables that have months; why a body stays in its row says `migrations/0002_body_pages.sql`."""


class Month(NamedTuple):
    """One month.

    Attributes:
        name: ending of its tables' names.
        start, end: epoch seconds.
    """

    name: str
    start: float
    end: float


def month_of(started_at: float) -> Month | None:
    """The month of a time; None for times no honest clock says.

    >>> month_of(1_788_220_800.0)
    Month(name='2026_09', start=1788220800.0, end=1790812800.0)
    """
    if not FIRST_SECOND <= started_at < LAST_SECOND:
        return None
    at = datetime.fromtimestamp(started_at, UTC)
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)
    return Month(f"{at.year}_{at.month:02}", _epoch(at.year, at.month), _epoch(year, month))


def make_months(link: Link, times: Iterable[float]) -> None:
    """Make the parts that calls of these times need and do not have yet, inside the writer's transaction."""
    wanted: dict[str, Month] = {}
    known: Month | None = None
    for at in times:
        if known is not None and known.start <= at and at + AHEAD_SECONDS < known.end:
            continue
        for time in (at, at + AHEAD_SECONDS):
            known = month_of(time)
            if known is not None:
                wanted[known.name] = known
    if not wanted:
        return
    there = {name for name, _ in months(link)}
    for month in wanted.values():
        if month.name not in there:
            for table, options in _OPTIONS.items():
                link.execute(
                    f"CREATE TABLE sereno.{table}_{month.name} PARTITION OF sereno.{table}"
                    f" FOR VALUES FROM ({month.start!r}) TO ({month.end!r}){options}"
                )


def months(link: Link) -> list[tuple[str, float]]:
    """(name, end) of the months that there are, oldest first."""
    rows = link.execute(
        "SELECT substr(c.relname, 7) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = to_regclass('sereno.calls') ORDER BY c.relname"
    ).fetchall()
    names = [str(name) for (name,) in rows if name[:1].isdigit()]
    found = []
    for name in names:
        month = month_of(datetime(int(name[:4]), int(name[5:]), 1, tzinfo=UTC).timestamp())
        assert month is not None
        found.append((name, month.end))
    return found


def drop_month(link: Link, name: str) -> None:
    """Drop a month whole."""
    link.execute(f"DROP TABLE sereno.bodies_{name}")
    link.execute(f"DROP TABLE sereno.calls_{name}")


def _epoch(year: int, month: int) -> float:
    return datetime(year, month, 1, tzinfo=UTC).timestamp()


FIRST_SECOND, LAST_SECOND = _epoch(FIRST, 1), _epoch(LAST, 1)
