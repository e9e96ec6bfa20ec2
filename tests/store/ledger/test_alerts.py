"""Alerts in the ledger: said twice is kept once, the last word counts, who acknowledged first stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from sereno.alerts.episode import Report
from sereno.store.ledger import Ledger, alerts
from sereno.store.ledger.alerts import Filter

START = 1_763_683_200.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    yield ledger
    ledger.close()


def report(name: str = "OllamaDown", *, at: float = START, end: float | None = None, **labels: str) -> Report:
    return Report(
        fingerprint=f"{name}{sorted(labels.items())}",
        labels={"alertname": name, "severity": "critical", **labels},
        annotations={"summary": f"{name} fires"},
        starts_at=at,
        ends_at=end,
    )


def keep(ledger: Ledger, *reports: Report, now: float = START + 5) -> None:
    with ledger.write() as connection:
        assert alerts.record(connection, reports, now) == len(reports)


def shown(ledger: Ledger, **wanted: Any) -> list[str]:
    with ledger.read() as connection:
        found = alerts.episodes(connection, Filter(**wanted))
        assert alerts.count(connection, Filter(**wanted)) == len(found)
    return [one.name for one in found]


def test_the_same_said_twice_is_one_episode_told_again(ledger: Ledger) -> None:
    keep(ledger, report(), now=START + 5)
    keep(ledger, report(), now=START + 65)
    with ledger.read() as connection:
        (one,) = alerts.episodes(connection)
        assert alerts.last_told(connection) == START + 65
    assert (one.received_at, one.told_at, one.ends_at) == (START + 5, START + 65, None)
    assert one.annotations == {"summary": "OllamaDown fires"}


def test_the_last_word_counts_and_a_later_start_is_another_episode(ledger: Ledger) -> None:
    keep(ledger, report(), report(end=START + 30))
    keep(ledger, report(at=START + 100), now=START + 101)
    with ledger.read() as connection:
        second, first = alerts.episodes(connection)
    assert (first.ends_at, second.ends_at) == (START + 30, None)
    assert [one.state(START + 110) for one in (first, second)] == ["over", "active"]
    assert second.state(START + 101 + 901) == "silent"
    assert (first.seconds(START + 200), second.seconds(START + 111)) == (30.0, 1.0)


def test_who_takes_it_up_first_stays(ledger: Ledger) -> None:
    keep(ledger, report())
    with ledger.write() as connection:
        assert alerts.acknowledge(connection, [1], by="ada", note="on it", now=START + 60) == 1
        assert alerts.acknowledge(connection, [1], by="bob", note="", now=START + 70) == 0
    keep(ledger, report(end=START + 90), now=START + 91)  # what Alertmanager says leaves it alone
    with ledger.read() as connection:
        one = alerts.episode(connection, 1)
        assert alerts.episode(connection, 2) is None
    assert one is not None
    assert (one.acknowledged_at, one.acknowledged_by, one.note) == (START + 60, "ada", "on it")


def test_what_is_asked_for_is_found(ledger: Ledger) -> None:
    keep(
        ledger,
        report("A", at=START),
        report("B", at=START + 10, end=START + 20, severity="warning"),
        report("C", at=START + 20),
        report("Watchdog", at=START + 1, severity="none"),
    )
    assert shown(ledger) == ["C", "B", "A"]
    assert shown(ledger, watchdog=True) == ["C", "B", "Watchdog", "A"]
    assert shown(ledger, open=True) == ["C", "A"]
    assert shown(ledger, open=False) == ["B"]
    assert shown(ledger, severity="warning") == ["B"]
    assert shown(ledger, name="A") == ["A"]
    assert shown(ledger, start=START + 10, end=START + 20) == ["B"]
    with ledger.write() as connection:
        alerts.acknowledge(connection, [1], by="ada", note="", now=START + 60)
        assert alerts.names(connection) == ["A", "B", "C"]
    assert shown(ledger, acknowledged=True) == ["A"]
    assert shown(ledger, acknowledged=False) == ["C", "B"]


def test_what_ended_long_ago_is_forgotten_and_what_goes_on_is_not(ledger: Ledger) -> None:
    keep(ledger, report("old", end=START + 10), report("gone"), now=START + 10)
    keep(ledger, report("on"), now=START + 500)
    with ledger.write() as connection:
        assert alerts.forget(connection, START + 100) == 2
    assert shown(ledger) == ["on"]
