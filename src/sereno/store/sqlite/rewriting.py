"""Stored calls that are known better now: their price, their category, and the roll-ups that they are in."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sereno.calls import Call, id_bytes
from sereno.metrics.account import account_all
from sereno.metrics.rollups import ROLLUPS, differences
from sereno.store.base import Rewrite
from sereno.store.sqlite import cells, conversations
from sereno.store.sqlite.columns import SELECTED, call_of
from sereno.store.sqlite.names import Names

_READ = f"SELECT {SELECTED} FROM calls c WHERE c.id = ?"
_WRITE = "UPDATE calls SET cost_usd = ?, cost_source = ?, category = ? WHERE id = ?"


def rewrite(connection: sqlite3.Connection, names: Names, sessions: Names, changes: Sequence[Rewrite]) -> int:
    """Change calls inside the writer's transaction; returns how many changed."""
    before: list[Call] = []
    after: list[Call] = []
    for change in {change.id: change for change in changes}.values():
        row = connection.execute(_READ, (id_bytes(change.id),)).fetchone()
        if row is None:
            continue
        old = call_of(row, connection, names, sessions, "", "")
        new = change.applied(old)
        if new != old:
            before.append(old)
            after.append(new)
    numbers = names.numbers(connection)
    connection.executemany(
        _WRITE, [(c.cost_usd, numbers[c.cost_source], numbers[c.category], id_bytes(c.id)) for c in after]
    )
    _move(connection, names, before, after)
    talking = sessions.numbers(connection)
    conversations.recount(connection, {n for c in after if (n := talking[c.identity.session]) is not None})
    return len(after)


def _move(connection: sqlite3.Connection, names: Names, before: Sequence[Call], after: Sequence[Call]) -> None:
    """Bring the roll-ups from what the calls counted to what they count now, by the rule they were counted by."""
    old, new = account_all(before, _no_label), account_all(after, _no_label)
    for rollup in ROLLUPS:
        moved = differences(new.cells[rollup.name], old.cells[rollup.name])
        cells.add_cells(connection, names, rollup, moved)


def _no_label(_model: str | None) -> str:
    """Only cells are used, and they hold models by name."""
    return ""
