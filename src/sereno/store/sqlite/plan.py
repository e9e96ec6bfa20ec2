"""Which index a list is read along, by counting instead of guessing.

SQLite keeps no statistics here, and a wrong guess walks a million calls. So each filter that has an index is asked how
many calls it leaves, up to `FEW`: the smallest set is read whole and sorted. Where all are larger, calls are walked in
the order of the list; matches are then frequent, unless several frequent filters hardly ever meet.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sereno.store.base import CallQuery
from sereno.store.sql.columns import STATUS_CODE, part_of
from sereno.store.sql.dialect import Asking, Connection
from sereno.store.sql.filters import NONE_ASKED, Source

FEW = 10_000
"""Up to so many calls are read and sorted, in about ten milliseconds."""
PLENTY_FEWER = 200
"""So few that no other filter needs to be asked."""
PARTS = (
    "WITH RECURSIVE hop(n) AS (SELECT (SELECT min(part) FROM calls WHERE part >= ?) UNION ALL"
    " SELECT (SELECT min(part) FROM calls WHERE part > hop.n) FROM hop WHERE hop.n < ?)"
    " SELECT n FROM hop WHERE n <= ?"
)
"""The quarters of days in a range that have calls; hops on an index from one to the next."""
_FAR = 1 << 40
_INSIDE = f"c.part IN ({PARTS})"


def along(index: str) -> str:
    """The calls, walked along an index."""
    return f"calls c INDEXED BY {index}"


class Plan(NamedTuple):
    """How to read.

    Attributes:
        along: index to go along.
        few: whether what it leaves is few enough to be sorted.
        condition, values: what lets the index be used, beside the filters themselves.
    """

    along: str
    few: bool
    condition: str = "1"
    values: tuple[Any, ...] = ()

    def guide(self, found: Source) -> None:
        """Let a source go along the index."""
        found.using(along(self.along))
        found.require(self.condition, *self.values)


class _Candidate(NamedTuple):
    along: str
    condition: str
    values: list[Any]
    lead: str = ""
    """What must be asked beside the filters, for an index whose entries lie by figure, not by start."""
    lead_values: tuple[Any, ...] = ()


def part_range(query: CallQuery) -> tuple[int, int]:
    """First and last quarter of a day that a question's times touch; beyond all there are without a bound."""
    return (
        -_FAR if query.start is None else part_of(query.start),
        _FAR if query.end is None else part_of(query.end),
    )


def parts(connection: Connection, query: CallQuery) -> list[int]:
    """The quarters of days that have calls in the question's time, ascending."""
    first, last = part_range(query)
    return [n for (n,) in connection.execute(PARTS, (first, last, last)) if n is not None]


def plan(asking: Asking, query: CallQuery) -> Plan:
    """The index to read along, for calls bounded by their start."""
    best: Plan | None = None
    fewest = FEW + 1
    walk = Plan("calls_started", few=False)
    for index, condition, values, lead, lead_values in _candidates(asking, query):
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {along(index)} WHERE {condition} LIMIT {fewest})"
        n = asking.connection.execute(sql, values).fetchone()[0]
        if n < fewest:
            best, fewest = Plan(index, True, lead or "1", lead_values), n
            if n <= PLENTY_FEWER:
                break
        elif not lead and walk.along == "calls_started":
            walk = Plan(index, few=False)
    return best or walk


def _candidates(asking: Asking, query: CallQuery) -> Iterator[_Candidate]:
    """The indexes that filters of the question can use, those that leave least first."""
    names, sessions = asking.names, asking.sessions
    when, moments = _bounds("started_at", query.start, query.end, end_with="<")
    for column, text, table, index in (
        ("session", query.session, sessions, "calls_session"),
        ("error_type", query.error_type, names, "calls_error_type"),
        ("status", query.status if query.status != "success" else None, None, "calls_failed"),
        ("key", query.key, names, "calls_key"),
        ("user", query.user, names, "calls_user"),
        ("category", query.category, names, "calls_category"),
        ("model", query.model, names, "calls_model"),
    ):
        if text == "" and column in NONE_ASKED:
            yield _Candidate(index, f"c.{column} IS NULL{when}", [*moments])
        elif text is not None:
            number = STATUS_CODE[text] if table is None else table.find(asking.connection, text)  # type: ignore[index]  # text is a status there
            present = " AND c.status > 0" if table is None else ""  # lets the partial index be used
            yield _Candidate(index, f"c.{column} = ?{present}{when}", [number, *moments])
    first, last = part_range(query)
    inside = (first, last, last)
    took, seconds = _bounds("total", query.min_latency, query.max_latency)
    if took:
        yield _Candidate("calls_latency", _INSIDE + took, [*inside, *seconds], _INSIDE, inside)
    sent, sizes = _bounds("input_tokens", query.min_input_tokens, query.max_input_tokens)
    got, more = _bounds("output_tokens", query.min_output_tokens, query.max_output_tokens)
    if sent or got:
        least = (query.min_input_tokens or 0) + (query.min_output_tokens or 0)  # 0 leaves unknown tokens out as well
        tokens = f"{_INSIDE} AND c.tokens >= ?"
        values = [*inside, least, *sizes, *more]
        yield _Candidate("calls_tokens", tokens + sent + got, values, tokens, (*inside, least))
    if when:
        yield _Candidate("calls_started", when.removeprefix(" AND "), moments)


def _bounds(column: str, low: float | None, high: float | None, *, end_with: str = "<=") -> tuple[str, list[float]]:
    """Conditions on a column, each after AND, and their values."""
    asked = [(comparison, value) for comparison, value in ((">=", low), (end_with, high)) if value is not None]
    return "".join(f" AND c.{column} {comparison} ?" for comparison, _ in asked), [value for _, value in asked]
