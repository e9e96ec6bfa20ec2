"""Lists, single calls, tails and exports."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sereno.calls import Call, id_bytes
from sereno.store.base import CallDetail, CallQuery, Page, ThreadKey
from sereno.store.sql import content, filters
from sereno.store.sql.columns import COLUMNS, SELECTED, call_of
from sereno.store.sql.dialect import Asking
from sereno.store.sql.ordering import cursor_of

EXPORT_PAGE = 500
AT_ONCE = 900
"""Calls read by one statement."""
_WITH_PREVIEW = f"SELECT {SELECTED}, b.prompt, b.response"
_WITH_CONTENT = f"SELECT {SELECTED}, b.content"
_PREVIEW_TABLES = "LEFT JOIN bodies b ON b.seq = c.seq AND b.started_at = c.started_at"


class Reader:
    """Reads calls over one connection, in one transaction."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._connection = asking.connection

    def page(self, query: CallQuery) -> Page:
        """A page with previews; looks for one call more to know whether a next page exists."""
        rows = self._rows(_WITH_PREVIEW, query, query.limit + 1)
        calls = [self._call(row[:-2], row[-2] or "", row[-1] or "") for row in rows[: query.limit]]
        more = len(rows) > query.limit and bool(calls)
        return Page(calls, cursor_of(query, calls[-1]) if more else None)

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
        row = self._connection.execute(
            f"{_WITH_CONTENT} FROM calls c {_PREVIEW_TABLES} WHERE c.id = ?", (identifier,)
        ).fetchone()
        if row is None:
            return None
        prompt, response, exchange = content.whole(row[-1]) if row[-1] is not None else ("", "", None)
        return CallDetail(self._call(row[:-1], prompt, response), exchange)

    def after(self, sequence: int, limit: int, query: CallQuery) -> list[tuple[int, Call]]:
        """Calls in the order of ingest."""
        found = filters.source(self._asking, query)
        self._asking.dialect.require_words(self._asking, found)
        found.require("c.seq > ?", sequence)
        rows = self._connection.execute(
            f"{_WITH_PREVIEW} FROM {found.tables} {_PREVIEW_TABLES} WHERE {' AND '.join(found.conditions)}"
            " ORDER BY c.seq LIMIT ?",
            [*found.values, limit],
        )
        return [(row[0], self._call(row[:-2], row[-2] or "", row[-1] or "")) for row in rows]

    def count(self, query: CallQuery, at_most: int | None) -> int:
        """How many calls match, counted no further than `at_most`."""
        found = filters.source(self._asking, query)
        if found.words is None and found.conditions in ([], ["c.internal IS NULL"]):
            total, internal = self._connection.execute("SELECT calls, internal_calls FROM state").fetchone()
            return min(n for n in (total - internal if found.conditions else total, at_most) if n is not None)
        if not found.ordered_by_hits:
            self._asking.dialect.guide(self._asking, found, query)
        self._asking.dialect.require_words(self._asking, found)
        sql, values = f"SELECT 1 {found.sql}", found.values
        if at_most is not None:
            sql, values = f"{sql} LIMIT ?", [*values, at_most]
        return int(self._connection.execute(f"SELECT count(*) FROM ({sql}) AS found", values).fetchone()[0])

    def threads(self, keys: Sequence[ThreadKey], since: float) -> dict[ThreadKey, str]:
        """Sessions by conversation and owner."""
        out = {}
        for key in keys:
            row = self._connection.execute(
                "SELECT session FROM threads WHERE conversation = ? AND owner = ? AND started_at >= ?",
                (key.conversation, key.owner, since),
            ).fetchone()
            if row:
                out[key] = str(row[0])
        return out

    def models(self) -> list[str]:
        """Every model that has calls; hops from one index entry to the next instead of reading all."""
        rows = self._connection.execute(
            "WITH RECURSIVE hop(model) AS (SELECT min(model) FROM calls UNION ALL"
            " SELECT (SELECT min(model) FROM calls WHERE model > hop.model) FROM hop WHERE hop.model IS NOT NULL)"
            " SELECT model FROM hop WHERE model IS NOT NULL"
        ).fetchall()
        return sorted(
            text for (number,) in rows if (text := self._asking.names.text(self._connection, number)) is not None
        )

    def _rows(self, select: str, query: CallQuery, limit: int) -> list[Any]:
        """Rows in the query's order, after its cursor and offset; only those are read whole."""
        chosen = self._asking.dialect.choose(self._asking, query, limit)
        rows: dict[int, Any] = {}
        for first in range(0, len(chosen), AT_ONCE):
            part = chosen[first : first + AT_ONCE]
            marks = ", ".join("?" * len(part))
            found = self._connection.execute(f"{select} FROM calls c {_PREVIEW_TABLES} WHERE c.seq IN ({marks})", part)
            rows.update((row[0], row) for row in found)
        return [rows[seq] for seq in chosen]

    def _call(self, row: Sequence[Any], prompt: str, response: str) -> Call:
        return call_of(row, self._asking, prompt, response)


assert COLUMNS[0] == "seq"
