"""Lists, single calls, tails and exports."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.calls import Call, id_bytes, id_text
from sereno.store.base import CallDetail, CallQuery, Cursor, Page, ThreadKey
from sereno.store.sqlite import content, filters, search
from sereno.store.sqlite.columns import COLUMNS, SELECTED, call_of
from sereno.store.sqlite.filters import Source
from sereno.store.sqlite.names import Names

EXPORT_PAGE = 500
FIRST_WALK, LAST_WALK = 1000, 20_000
"""Calls looked at together while walking for frequent words; grows while little is found."""
_WITH_PREVIEW = f"SELECT {SELECTED}, b.prompt, b.response"
_WITH_CONTENT = f"SELECT {SELECTED}, b.content"
_PREVIEW_TABLES = "LEFT JOIN bodies b ON b.seq = c.seq"


class Reader:
    """Reads calls over one connection, in one transaction."""

    def __init__(self, connection: sqlite3.Connection, names: Names, sessions: Names) -> None:
        self.connection = connection
        self.names = names
        self.sessions = sessions

    def source(self, query: CallQuery) -> Source:
        """The calls that a list shows."""
        found = filters.source(self.connection, self.names, self.sessions, query)
        filters.after_cursor(found, query)
        return found

    def page(self, query: CallQuery) -> Page:
        """A page with previews; looks for one call more to know whether a next page exists."""
        rows = self._rows(_WITH_PREVIEW, query, query.limit + 1)
        calls = [self._call(row[:-2], row[-2] or "", row[-1] or "") for row in rows[: query.limit]]
        more = len(rows) > query.limit and bool(calls)
        return Page(calls, Cursor(calls[-1].started_at, calls[-1].id) if more else None)

    def whole(self, query: CallQuery) -> list[Call]:
        """The next calls of an export, with whole texts."""
        out = []
        for row in self._rows(_WITH_CONTENT, query, query.limit):
            prompt, response = content.texts(row[-1]) if row[-1] is not None else ("", "")
            out.append(self._call(row[:-1], prompt, response))
        return out

    def detail(self, call_id: str) -> CallDetail | None:
        """One call with its bodies; None if the id is not stored or no id at all."""
        try:
            identifier = id_bytes(call_id)
        except ValueError:
            return None
        row = self.connection.execute(
            f"{_WITH_CONTENT} FROM calls c {_PREVIEW_TABLES} WHERE c.id = ?", (identifier,)
        ).fetchone()
        if row is None:
            return None
        prompt, response, exchange = content.whole(row[-1]) if row[-1] is not None else ("", "", None)
        return CallDetail(self._call(row[:-1], prompt, response), exchange)

    def after(self, sequence: int, limit: int, query: CallQuery) -> list[tuple[int, Call]]:
        """Calls in the order of ingest."""
        found = filters.source(self.connection, self.names, self.sessions, query)
        filters.require_words(self.connection, found)
        found.require("c.seq > ?", sequence)
        rows = self.connection.execute(
            f"{_WITH_PREVIEW} FROM {found.tables} {_PREVIEW_TABLES} WHERE {' AND '.join(found.conditions)}"
            " ORDER BY c.seq LIMIT ?",
            [*found.values, limit],
        )
        return [(row[0], self._call(row[:-2], row[-2] or "", row[-1] or "")) for row in rows]

    def count(self, query: CallQuery) -> int:
        """How many calls match."""
        found = filters.source(self.connection, self.names, self.sessions, query)
        filters.require_words(self.connection, found)
        if found.conditions in ([], ["c.internal IS NULL"]):
            total, internal = self.connection.execute("SELECT calls, internal_calls FROM state").fetchone()
            return int(total - internal if found.conditions else total)
        return int(self.connection.execute(f"SELECT count(*) {found.sql}", found.values).fetchone()[0])

    def threads(self, keys: Sequence[ThreadKey], since: float) -> dict[ThreadKey, str]:
        """Sessions by conversation and owner."""
        out = {}
        for key in keys:
            row = self.connection.execute(
                "SELECT session FROM threads WHERE conversation = ? AND owner = ? AND started_at >= ?",
                (key.conversation, key.owner, since),
            ).fetchone()
            if row:
                out[key] = str(row[0])
        return out

    def models(self) -> list[str]:
        """Every model that has calls; hops from one index entry to the next instead of reading all."""
        rows = self.connection.execute(
            "WITH RECURSIVE hop(model) AS (SELECT min(model) FROM calls UNION ALL"
            " SELECT (SELECT min(model) FROM calls WHERE model > hop.model) FROM hop WHERE hop.model IS NOT NULL)"
            " SELECT model FROM hop WHERE model IS NOT NULL"
        ).fetchall()
        return sorted(text for (number,) in rows if (text := self.names.text(self.connection, number)) is not None)

    def _rows(self, select: str, query: CallQuery, limit: int) -> list[Any]:
        """Rows in the query's order, after its cursor and offset."""
        found = self.source(query)
        direction = "DESC" if query.newest_first else "ASC"
        order = f"ORDER BY c.started_at {direction}, c.id {direction}"
        if found.words is not None:
            return self._walk(select, found, query, limit, order)
        # Only the rows shown are read whole: those that an offset skips are counted on the index.
        return self.connection.execute(
            f"{select} FROM (SELECT c.seq {found.sql} {order} LIMIT ? OFFSET ?) p"
            f" CROSS JOIN calls c ON c.seq = p.seq {_PREVIEW_TABLES} {order}",
            [*found.values, limit, query.offset],
        ).fetchall()

    def _walk(self, select: str, found: Source, query: CallQuery, limit: int, order: str) -> list[Any]:
        """Rows with frequent words: walk the calls in order and keep those that the index names."""
        wanted, step = query.offset + limit, FIRST_WALK
        kept: list[int] = []
        while len(kept) < wanted:
            rows = self.connection.execute(
                f"SELECT c.seq, c.started_at, c.id {found.sql} {order} LIMIT ?", [*found.values, step]
            ).fetchall()
            if rows:
                present = self._with_words(found.words or "", [row[0] for row in rows], [row[1] for row in rows])
                kept.extend(row[0] for row in rows if row[0] in present)
                found = self.source(msgspec.structs.replace(query, cursor=Cursor(rows[-1][1], id_text(rows[-1][2]))))
            if len(rows) < step:
                break
            step = min(step * 2, LAST_WALK)
        chosen = kept[query.offset : wanted]
        return self.connection.execute(
            f"{select} FROM calls c {_PREVIEW_TABLES} WHERE c.seq IN ({', '.join('?' * len(chosen))}) {order}", chosen
        ).fetchall()

    def _with_words(self, words: str, seqs: list[int], started: list[float]) -> set[int]:
        """Which of these calls have the words; asks only their weeks and the range they span."""
        first, last = search.week_of(min(started)), search.week_of(max(started))
        low, high = min(seqs), max(seqs)
        present: set[int] = set()
        for start, name in search.tables(self.connection):
            if first <= start <= last:
                rows = self.connection.execute(
                    f"SELECT rowid FROM {name} WHERE {name} MATCH ? AND rowid BETWEEN ? AND ?",
                    (words, low, high),
                )
                present.update(row[0] for row in rows)
        return present

    def _call(self, row: Sequence[Any], prompt: str, response: str) -> Call:
        return call_of(row, self.connection, self.names, self.sessions, prompt, response)


assert COLUMNS[:3] == ("seq", "id", "started_at")
