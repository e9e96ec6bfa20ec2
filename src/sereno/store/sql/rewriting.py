"""Stored calls that are known better now: their price, their category, and the roll-ups that they are in."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence

from sereno.calls import Call, id_bytes
from sereno.metrics.account import account_all
from sereno.metrics.rollups import ROLLUPS, Cells, Rollup, differences
from sereno.store.base import Rewrite
from sereno.store.sql.columns import SELECTED, call_of
from sereno.store.sql.dialect import Asking

_READ = f"SELECT {SELECTED} FROM calls c WHERE c.id = ?"


def changed(asking: Asking, changes: Sequence[Rewrite]) -> tuple[list[Call], list[Call]]:
    """The calls that changes change, before and after, without texts."""
    before: list[Call] = []
    after: list[Call] = []
    for change in {change.id: change for change in changes}.values():
        row = asking.connection.execute(_READ, (id_bytes(change.id),)).fetchone()
        if row is None:
            continue
        old = call_of(row, asking, "", "")
        new = change.applied(old)
        if new != old:
            before.append(old)
            after.append(new)
    return before, after


def moved(before: Sequence[Call], after: Sequence[Call]) -> list[tuple[Rollup, Cells]]:
    """What brings each roll-up from what calls counted to what they count now, by the rule they were counted by."""
    old, new = account_all(before, _no_label), account_all(after, _no_label)
    return [(rollup, differences(new.cells[rollup.name], old.cells[rollup.name])) for rollup in ROLLUPS]


def _no_label(_model: str | None) -> str:
    """Only cells are used, and they hold models by name."""
    return ""
