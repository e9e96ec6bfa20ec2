"""Alerts are explained once, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from sereno.alerts.episode import Report
from sereno.store.ledger import METADATA, Ledger, alert_explanations
from sereno.store.ledger.alert_explanations import TABLE, claim, forget, settle
from sereno.store.ledger.url import postgres_url, sqlite_url
from store.conftest import BACKENDS, Databases

ONE = Report(fingerprint="a1", labels={}, annotations={}, starts_at=1763683200.1234, ends_at=None)
OTHER = msgspec.structs.replace(ONE, fingerprint="b2")
LATER = msgspec.structs.replace(ONE, starts_at=ONE.starts_at + 60)


@pytest.fixture(params=BACKENDS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "sereno.db")
    else:
        databases: Databases = request.getfixturevalue("databases")
        url = postgres_url(databases.url(tmp_path))
    ledger = Ledger(url)
    with ledger.write() as connection:
        METADATA.create_all(connection, tables=[TABLE])
    yield ledger
    ledger.close()


def test_an_episode_is_claimed_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert claim(connection, [ONE], 100.0) == [ONE]
        assert claim(connection, [ONE, OTHER, LATER, LATER], 101.0) == [OTHER, LATER]
    with ledger.write() as connection:
        assert claim(connection, [LATER, ONE, OTHER], 102.0) == []


def test_how_it_ended_is_noted_and_forgotten_in_time(ledger: Ledger) -> None:
    with ledger.write() as connection:
        claim(connection, [ONE], 100.0)
        claim(connection, [OTHER, LATER], 200.0)
        settle(connection, [OTHER, LATER], "sent", "0199")
    with ledger.write() as connection:
        assert forget(connection, 150.0) == 1
        rows = connection.execute(select(TABLE.c.outcome, TABLE.c.explanation)).all()
    assert [tuple(row) for row in rows] == [("sent", "0199")] * 2


def test_it_is_among_the_ledgers_tables() -> None:
    assert METADATA.tables["alert_explanations"] is alert_explanations.TABLE
