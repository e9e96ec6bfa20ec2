"""Users: their sums come from the roll-ups, which outlive the calls; times and conversations from what is stored."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import inf
from typing import Any

import msgspec

from sereno.metrics.rollups import DAY
from sereno.stats.histograms import NANO
from sereno.store.base import CallQuery, UserRow, UserSort
from sereno.store.sql import filters
from sereno.store.sql.buckets import Buckets
from sereno.store.sql.columns import OTHER
from sereno.store.sql.covering import SLACK, Sums, covering, narrowed_by
from sereno.store.sql.dialect import Asking
from sereno.store.sql.filters import Source

_KEPT = "sum(r.calls), sum(r.error), sum(r.input_tokens), sum(r.output_tokens), sum(r.cost_nanos), sum(r.cost_known)"
_SCANNED = (
    "count(*), count(*) FILTER (WHERE c.status = 1), coalesce(sum(c.input_tokens), 0),"
    " coalesce(sum(c.output_tokens), 0),"
    " coalesce(sum(CAST(round(c.cost_usd * 1e9) AS BIGINT)), 0), count(c.cost_usd)"
)


class _User(msgspec.Struct):
    """One user while the list is put together; `None` is not looked up yet."""

    number: int
    name: str | None
    figures: list[int]
    sessions: int | None = None
    times: tuple[float, float] | None = None

    @property
    def cost(self) -> float | None:
        return self.figures[4] / NANO if self.figures[5] else None


class Users:
    """Reads users over one connection.

    Args:
        asking: over one transaction.
        query: which calls; its times bound their end.
    """

    def __init__(self, asking: Asking, query: CallQuery) -> None:
        self._asking = asking
        self._connection = asking.connection
        self._query = query
        self._sums = Sums(asking, query)

    def listed(self, sort: UserSort) -> list[UserRow]:
        """A page of them, in order."""
        figures: dict[int, list[int]] = {}
        for user, *sums in self._parts(f"r.user, {_KEPT}", f"coalesce(c.user, 0), {_SCANNED}", "1"):
            mine = figures.setdefault(user, [0] * 6)
            figures[user] = [a + b for a, b in zip(mine, sums, strict=True)]
        users = [
            _User(number, self._asking.names.text(self._connection, number), sums) for number, sums in figures.items()
        ]
        if sort == "sessions":
            self._count_sessions(users)
        if sort == "last":
            for user in users:
                user.times = self._times(user.number)
        users.sort(key=lambda user: (-_figure(user, sort), user.name is not None, user.name or ""))
        shown = users[self._query.offset : self._query.offset + self._query.limit]
        return self._rows(shown)

    def unique(self) -> int:
        """How many there are; calls without a user count none."""
        parts = self._parts("r.user", "coalesce(c.user, 0)", "1", distinct=True)
        return len({user for (user,) in parts} - {0})

    def _parts(
        self, kept: str, scanned: str, group: str, only: str = "", *, cells_by: str = "", distinct: bool = False,
        by: tuple[str, ...] = ("user",),
    ) -> Iterator[Any]:  # fmt: skip
        """Rows of every part of the covering: of cells, and of calls where cells do not reach.

        Grouped as cells lie (`cells_by`), they need no sorting.
        """
        grouping = "" if distinct else f" GROUP BY {group}"
        cells_grouping = f" GROUP BY {cells_by}" if cells_by else grouping
        select = "SELECT DISTINCT" if distinct else "SELECT"
        of = covering(self._query, by, Buckets(DAY, DAY))
        for stretch in of.cells:
            assert of.rollup is not None
            found = self._sums.cells(of.rollup, *stretch, listed=bool(only))
            if found is not None:
                sql, values = found
                yield from self._connection.execute(
                    f"{select} {kept} {sql}{only and f' AND r.user {only}'}{cells_grouping}", values
                )
        for start, end in of.scans:
            source = self._sums.calls(start, end)
            narrowed = only and f" AND coalesce(c.user, 0) {only}"
            yield from self._connection.execute(f"{select} {scanned} {source.sql}{narrowed}{grouping}", source.values)

    def _rows(self, users: list[_User]) -> list[UserRow]:
        """The whole rows of the users shown."""
        if not users:
            return []
        only = f"IN ({', '.join(str(user.number) for user in users)})"
        days: dict[int, dict[int, int]] = {user.number: {} for user in users}
        day = f"{self._asking.dialect.whole('c.ended_at')} / {DAY} * {DAY}"
        for number, at, calls in self._parts(
            "r.user, r.at, sum(r.calls)", f"coalesce(c.user, 0), {day}, count(*)", "1, 2", only, cells_by="r.at, r.user"
        ):
            start = at // DAY * DAY
            days[number][start] = days[number].get(start, 0) + calls
        models: dict[int, set[int]] = {user.number: set() for user in users}
        for number, model in self._parts(
            "r.user, r.model",
            "coalesce(c.user, 0), coalesce(c.model, 0)",
            "",
            only,
            distinct=True,
            by=("user", "model"),
        ):
            models[number].add(model)
        if any(user.sessions is None for user in users):
            self._count_sessions(users)
        return [self._row(user, models[user.number], days[user.number]) for user in users]

    def _row(self, user: _User, models: Collection[int], days: dict[int, int]) -> UserRow:
        calls, errors, sent, got, _, _ = user.figures
        first, last = user.times or self._times(user.number) or (float(min(days)), float(max(days)))
        texts = (self._asking.names.text(self._connection, number) for number in models)
        return UserRow(
            user=user.name, first_at=first, last_at=last, calls=calls, errors=errors, sessions=user.sessions or 0,
            input_tokens=sent, output_tokens=got, cost_usd=user.cost,
            models=tuple(sorted(text for text in texts if text is not None)),
            days=tuple((float(at), n) for at, n in sorted(days.items())),
        )  # fmt: skip

    def _stored(self, user: str, *values: Any) -> Source:
        """The matching calls of some users that are stored, along the index of users; it knows their ends too."""
        query = self._query
        always = msgspec.structs.replace(query, start=None, end=None)
        source = filters.source(self._asking, always, llm_only=True)
        self._asking.dialect.require_words(self._asking, source)
        source.using(self._asking.dialect.along("calls_user"))
        source.require(f"c.user {user}", *values)
        if query.start is not None:
            longest = self._connection.execute("SELECT longest FROM state").fetchone()[0]
            earliest = query.start - longest - SLACK
            source.require("c.started_at >= ? AND c.started_at + c.total >= ?", earliest, query.start)
        if query.end is not None:
            source.require("c.started_at < ? AND c.started_at + c.total < ?", query.end, query.end)
        return source

    def _times(self, number: int) -> tuple[float, float] | None:
        """Start of the user's first and last matching call; None if none is stored any more."""
        source = self._stored("= ?", number) if number else self._stored("IS NULL")
        found = [
            self._connection.execute(
                f"SELECT c.started_at {source.sql} ORDER BY c.started_at {way} LIMIT 1", source.values
            ).fetchone()
            for way in ("ASC", "DESC")
        ]
        return None if found[0] is None or found[1] is None else (found[0][0], found[1][0])

    def _count_sessions(self, users: list[_User]) -> None:
        """Count the conversations of users: from what is kept of each pair, or from the calls where more narrows."""
        if not users:
            return
        query = self._query
        only = f"IN ({', '.join(str(user.number) for user in users)})"
        counts: dict[int, int] = {}
        if narrowed_by(query) <= {"user"} and query.internal is False:
            start, end = (-inf if query.start is None else query.start), (inf if query.end is None else query.end)
            # Who spoke before and after, but not within, has a pair that spans the time: those few are looked at.
            sql = (
                f"SELECT t.user, count(*) FROM talks t WHERE t.user {only} AND t.last_at >= ? AND t.first_at < ?"
                " AND (t.first_at >= ? OR t.last_at < ? OR EXISTS (SELECT 1"
                f" FROM {self._asking.dialect.along('calls_session')}"
                " WHERE c.session = t.session AND coalesce(c.user, 0) = t.user AND c.ended_at >= ? AND c.ended_at < ?"
                f" AND c.operation <> {OTHER} AND c.internal IS NULL)) GROUP BY t.user"
            )
            counts = dict(self._connection.execute(sql, [start, end] * 3).fetchall())
        else:
            for some in (self._stored(only), self._stored("IS NULL")):
                sql = f"SELECT coalesce(c.user, 0), count(DISTINCT c.session) {some.sql} GROUP BY 1"
                counts.update(self._connection.execute(sql, some.values).fetchall())
        for user in users:
            user.sessions = counts.get(user.number, 0)


def _figure(user: _User, sort: UserSort) -> float:
    calls, errors, sent, got, _, _ = user.figures
    match sort:
        case "calls":
            return calls
        case "errors":
            return errors
        case "tokens":
            return sent + got
        case "cost":
            return -1.0 if user.cost is None else user.cost
        case "sessions":
            return user.sessions or 0
        case "last":
            return user.times[1] if user.times else -inf
