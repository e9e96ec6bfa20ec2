"""What PostgreSQL does in its own way: it chooses indexes by its statistics, and words are in a GIN index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sereno.store.base import CallQuery
from sereno.store.postgres.arrays import bigints
from sereno.store.postgres.choosing import Chooser
from sereno.store.postgres.digest import word_number
from sereno.store.sql.dialect import Asking
from sereno.store.sql.filters import Source
from sereno.store.words import words


class PostgresDialect:
    """See `store.sql.dialect.Dialect`."""

    joined = "string_agg(r.slots, CAST('' AS bytea))"

    def along(self, index: str) -> str:  # noqa: ARG002  it cannot be told which
        """The calls."""
        return "calls c"

    def sessions_along(self, index: str) -> str:  # noqa: ARG002  likewise
        """The conversations."""
        return "sessions s"

    def whole(self, time: str) -> str:
        """The whole second of a time."""
        return f"CAST(floor({time}) AS BIGINT)"

    def these_cells(self, starts: Sequence[int]) -> tuple[str, list[Any]]:
        """Condition on `r.at` that looks up cells which begin at these times, and its parameters."""
        return "r.at = ANY(CAST(? AS bigint[]))", [bigints(starts)]

    def each_cell(self, since: int, until: int, seconds: int) -> tuple[str, list[Any]]:
        """Condition on `r.at` that lets a few cells be looked up one by one, and its parameters."""
        return self.these_cells(range(since, until, seconds))

    def search(self, asking: Asking, found: Source, text: str) -> None:  # noqa: ARG002  needs no look
        """Leave the words open: lists walk or look them up (`choosing`), other questions look them up."""
        wanted = sorted(set(words(text)))
        if wanted:
            found.words = f"{{{','.join(str(word_number(word)) for word in wanted)}}}"
        else:
            found.require("FALSE")
            found.impossible = True

    def require_words(self, asking: Asking, found: Source) -> None:  # noqa: ARG002  needs no look
        """Make a source that leaves the words open complete."""
        if found.words is not None:
            found.require(
                "(c.seq, c.started_at) IN (SELECT b2.seq, b2.started_at FROM bodies b2"
                " WHERE b2.words @> CAST(? AS bigint[]))",
                found.words,
            )
            found.words = None

    def guide(self, asking: Asking, found: Source, query: CallQuery) -> None:
        """Nothing: the planner has statistics."""

    def guide_by_end(self, asking: Asking, found: Source, query: CallQuery) -> None:
        """Nothing: the planner has statistics."""

    def leads(self, asking: Asking, found: Source, query: CallQuery) -> bool:  # noqa: ARG002  the planner turns it
        """Always: the planner turns the question round where that is quicker."""
        return True

    def choose(self, asking: Asking, query: CallQuery, limit: int) -> list[int]:
        """Numbers of the calls of a page."""
        return Chooser(asking).choose(query, limit)
