"""Every table of the ledger goes along in a copy, row by row, and numbering goes on behind what was copied."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, insert, select, text

from sereno.drift.triggers import Proposal
from sereno.errors import StoreError
from sereno.store.ledger import METADATA, Ledger, finetuning_triggers
from sereno.store.ledger.copying import copy_ledger, is_empty
from sereno.store.ledger.metadata import Moment
from sereno.store.ledger.url import postgres_url, sqlite_url
from store.ledger.test_lora import kept, made

NOW = 1_763_700_000.123456
ROWS = 3
Open = Callable[[str, str], Ledger]


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Opens a ledger of a kind; the same one for the same name."""
    ledgers = []

    def open_one(kind: str, name: str) -> Ledger:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        url = sqlite_url(folder / "sereno.db") if kind == "sqlite" else (
            postgres_url(request.getfixturevalue("databases").url(folder))
        )  # fmt: skip
        ledgers.append(Ledger(url))
        with ledgers[-1].write() as connection:
            METADATA.create_all(connection)
        return ledgers[-1]

    yield open_one
    for ledger in ledgers:
        ledger.close()


def value(column: Column[Any], number: int) -> Any:
    """Something of the column's type that no other row has, where the type allows it."""
    for key in column.foreign_keys:
        return value(key.column, number)
    kind = column.type
    if isinstance(kind, Moment):
        return NOW + number
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, JSON):
        return {"z": [number, None, 0.1], "a": {"ñ": "🌙"}}
    if isinstance(kind, Integer):
        return 100 + number
    if isinstance(kind, Float):
        return number + 0.1
    if isinstance(kind, LargeBinary):
        return bytes([0, 255, number])
    return f"{column.name[:8]} é{number}"


def fill(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for table in METADATA.sorted_tables:
            for number in range(ROWS):
                connection.execute(insert(table), {column.name: value(column, number) for column in table.columns})


def rows(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    """By table; moments to the microsecond, which is what PostgreSQL keeps."""
    with ledger.read() as connection:
        return {
            table.name: [
                {name: round(one, 6) if isinstance(one, float) else one for name, one in row.items()}
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in METADATA.sorted_tables
        }


def quietly(_table: str, _rows: int) -> None:
    """Nobody looks."""


@pytest.mark.parametrize(("kind", "to"), list(product(("sqlite", "postgres"), repeat=2)))
def test_every_row_of_every_table_is_there(opened: Open, kind: str, to: str) -> None:
    source, target = opened(kind, "from"), opened(to, "to")
    fill(source)
    assert is_empty(target)
    told: list[tuple[str, int]] = []
    done = copy_ledger(source, target, lambda name, n: told.append((name, n)))
    assert done == {table.name: ROWS for table in METADATA.sorted_tables} == dict(told)
    expected = rows(source)
    assert {"drift_metrics", "finetuning_triggers", "lora_adapters", "lora_performance"} <= set(expected)
    assert rows(target) == expected
    with target.write() as connection:
        one = Proposal(type="drift", severity="critical", model="", reason="Calls differ.")
        assert finetuning_triggers.add(connection, one, NOW, None, approved=False, payload={}) is not None
    with target.read() as connection:
        assert max(trigger.id for trigger in finetuning_triggers.triggers(connection)) == 100 + ROWS


@pytest.mark.parametrize("to", ["sqlite", "postgres"])
def test_a_copy_that_is_gone_on_with_takes_what_came_meanwhile(opened: Open, to: str) -> None:
    source, target = opened("sqlite", "from"), opened(to, "to")
    fill(source)
    copy_ledger(source, target, quietly)
    with source.write() as connection:
        connection.execute(text("UPDATE finetuning_triggers SET note = 'later'"))
        connection.execute(text("DELETE FROM drift_events WHERE id = 101"))
    copy_ledger(source, target, quietly)
    assert rows(target) == rows(source)


@pytest.mark.parametrize("to", ["sqlite", "postgres"])
def test_versions_are_for_ever_and_who_is_champion_is_not(opened: Open, to: str) -> None:
    source, target = opened("sqlite", "from"), opened(to, "to")
    switch = "UPDATE lora_adapters SET is_active = (version = :version)"
    for version, champion in (("v1", "v1"), ("v2", "v2"), ("v3", "v1")):  # at last back to the first
        kept(source, made(version))
        with source.write() as connection:
            connection.execute(text("UPDATE lora_adapters SET is_active = false"))
            connection.execute(text(switch), {"version": champion})
        copy_ledger(source, target, quietly)
        assert rows(target) == rows(source)
    with source.write() as connection:
        connection.execute(text("DROP TRIGGER lora_adapters_kept"))
        connection.execute(text("UPDATE lora_adapters SET rank = 9 WHERE version = 'v1'"))
    before = rows(target)
    with pytest.raises(StoreError, match="lora_adapters is append-only"):
        copy_ledger(source, target, quietly)
    assert rows(target) == before


def test_a_target_that_keeps_something_else_is_told_and_keeps_nothing(opened: Open) -> None:
    source, target = opened("sqlite", "from"), opened("sqlite", "to")
    fill(source)
    with target.write() as connection:
        connection.execute(
            text("CREATE TRIGGER other AFTER INSERT ON drift_metrics BEGIN UPDATE drift_metrics SET psi = 0; END")
        )
    with pytest.raises(StoreError, match=f"The copy of drift_metrics holds {ROWS} rows that differ"):
        copy_ledger(source, target, quietly)
    assert is_empty(target)
