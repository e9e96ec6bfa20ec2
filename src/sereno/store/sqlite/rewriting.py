"""Changing stored calls, in the writer's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sereno.calls import id_bytes
from sereno.store.base import Rewrite
from sereno.store.sql.dialect import Asking
from sereno.store.sql.rewriting import changed, moved
from sereno.store.sqlite import cells, conversation_sums
from sereno.store.sqlite.names import Names

_WRITE = "UPDATE calls SET cost_usd = ?, cost_source = ?, category = ? WHERE id = ?"


def rewrite(
    connection: sqlite3.Connection, asking: Asking, names: Names, sessions: Names, changes: Sequence[Rewrite]
) -> int:
    """Change calls inside the writer's transaction; returns how many changed."""
    before, after = changed(asking, changes)
    numbers = names.numbers(connection)
    connection.executemany(
        _WRITE, [(c.cost_usd, numbers[c.cost_source], numbers[c.category], id_bytes(c.id)) for c in after]
    )
    for rollup, difference in moved(before, after):
        cells.add_cells(connection, names, rollup, difference)
    talking = sessions.numbers(connection)
    conversation_sums.recount(connection, {n for c in after if (n := talking[c.identity.session]) is not None})
    return len(after)
