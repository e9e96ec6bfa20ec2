"""What SQLite does in its own way: it is told which index to walk, and words are in FTS5 tables."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.store.base import CallQuery
from sereno.store.sql.dialect import Asking
from sereno.store.sql.filters import Source
from sereno.store.sqlite import plan as planning
from sereno.store.sqlite import search
from sereno.store.sqlite.choosing import Chooser

FEW_HITS = 5000
"""Up to so many calls with the searched words are looked up one by one; beyond, calls are walked in order."""
_EACH = "r.at IN (WITH RECURSIVE t(n) AS (SELECT ? UNION ALL SELECT n + ? FROM t WHERE n + ? < ?) SELECT n FROM t)"
_ENDED = "SELECT count(*) FROM (SELECT 1 FROM calls WHERE ended_at >= ? AND ended_at < ? LIMIT ?)"


class SqliteDialect:
    """See `store.sql.dialect.Dialect`."""

    joined = "sereno_join(r.slots)"

    def along(self, index: str) -> str:
        """The calls, walked along an index."""
        return planning.along(index)

    def sessions_along(self, index: str) -> str:
        """The conversations, likewise."""
        return f"sessions s INDEXED BY {index}"

    def whole(self, time: str) -> str:
        """The whole second of a time."""
        return f"CAST({time} AS INTEGER)"

    def these_cells(self, starts: Sequence[int]) -> tuple[str, list[Any]]:
        """Condition on `r.at` that looks up cells which begin at these times, and its parameters."""
        return "r.at IN (SELECT value FROM json_each(?))", [json.dumps(list(starts))]

    def each_cell(self, since: int, until: int, seconds: int) -> tuple[str, list[Any]]:
        """Condition on `r.at` that lets a few cells be looked up one by one, and its parameters."""
        return _EACH, [since, seconds, seconds, until]

    def search(self, asking: Asking, found: Source, text: str) -> None:
        """Few hits drive the query; of many, the words are left open."""
        found.require("EXISTS (SELECT 1 FROM bodies b2 WHERE b2.seq = c.seq)")  # words outlive their body up to a week
        query = search.match(text)
        if query is None:
            found.require("FALSE")
            found.impossible = True
            return
        sql, values = search.hits(asking.connection, query)
        count = f"SELECT count(*) FROM (SELECT 1 FROM ({sql}) LIMIT {FEW_HITS + 1})"
        if asking.connection.execute(count, values).fetchone()[0] <= FEW_HITS:
            found.tables = f"({sql}) h CROSS JOIN calls c ON c.seq = h.seq"
            found.before = list(values)
            found.ordered_by_hits = True
        else:
            found.words = query

    def require_words(self, asking: Asking, found: Source) -> None:
        """Make a source that leaves the words open complete."""
        if found.words is not None:
            sql, values = search.hits(asking.connection, found.words)
            found.require(f"+c.seq IN ({sql})", *values)
            found.words = None

    def guide(self, asking: Asking, found: Source, query: CallQuery) -> None:
        """Let a source go along the index that leaves least."""
        planning.plan(asking, query).guide(found)

    def guide_by_end(self, asking: Asking, found: Source, query: CallQuery) -> None:
        """Choose the index: of times for a short stretch, else that of the narrowest filter."""
        if query.start is not None and query.end is not None:
            values = (query.start, query.end, planning.FEW + 1)
            if asking.connection.execute(_ENDED, values).fetchone()[0] <= planning.FEW:
                found.using(planning.along("calls_ended"))
                return
        way = planning.plan(asking, msgspec.structs.replace(query, start=None, end=None))
        if way.along != "calls_started":
            way.guide(found)

    def leads(self, asking: Asking, found: Source, query: CallQuery) -> bool:
        """Whether the matching calls are few; many are met soon by walking the conversations."""
        way = planning.plan(asking, query)
        if way.few:
            way.guide(found)
        else:
            found.using(planning.along("calls_session"))
        return way.few

    def choose(self, asking: Asking, query: CallQuery, limit: int) -> list[int]:
        """Numbers of the calls of a page."""
        return Chooser(asking).choose(query, limit)
