"""The keeper's attachment for alerts: figures as the ledger has them, and forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from sereno.alerts.episode import Report
from sereno.conventions import METRIC
from sereno.keeper.alerts import AlertHistory
from sereno.store.ledger import Ledger, alerts

START = 1_763_683_200.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    yield ledger
    ledger.close()


def report(name: str, severity: str, at: float = 0.0, end: float | None = None) -> Report:
    return Report(
        fingerprint=name, labels={"alertname": name, "severity": severity}, annotations={}, starts_at=START + at,
        ends_at=None if end is None else START + end,
    )  # fmt: skip


def test_figures_are_what_the_ledger_holds(ledger: Ledger) -> None:
    now = [START]
    attached = AlertHistory(ledger, days=365, holds={("OllamaDown", "critical"): 30}, clock=lambda: now[0])
    attached.look()
    assert dict(attached.figures()) == {
        (f"sereno_alerts_{what}", (severity,)): 0
        for what in ("active", "unacknowledged")
        for severity in ("critical", "warning", "info")
    }
    with ledger.write() as connection:
        told = [report("OllamaDown", "critical"), report("B", "warning", end=5), report("Watchdog", "none")]
        alerts.record(connection, told, START + 20)
        alerts.record(connection, [report("C", "critical")], START + 21)
        alerts.acknowledge(connection, [1], by="ada", note="", now=START + 80)
    now[0] = START + 100
    attached.look()
    figures = attached.figures()
    assert figures["sereno_alerts_active", ("critical",)] == 2
    assert figures["sereno_alerts_unacknowledged", ("critical",)] == 1
    assert figures["sereno_alerts_active", ("warning",)] == 0
    assert figures["sereno_alerts_acknowledge_seconds", ()] == 60
    assert figures["sereno_alerts_detection_seconds", ()] == 50  # 30 s of `for`, 20 s until it was told
    assert figures["sereno_alerts_last_report_timestamp_seconds", ()] == START + 21
    assert {name for name, _ in figures} <= METRIC.keys()
    now[0] = START + 21 + 901  # nobody tells any longer
    attached.look()
    assert attached.figures()["sereno_alerts_active", ("critical",)] == 0


def test_it_forgets_on_time_or_never(ledger: Ledger) -> None:
    with ledger.write() as connection:
        alerts.record(connection, [report("A", "info", end=10), report("B", "info", end=86400)], START)
    for_ever = AlertHistory(ledger, days=None, holds={}, clock=lambda: START + 1e9)
    assert [job.name for job in for_ever.jobs()] == ["alerts"]
    for_ever.forget()
    kept = AlertHistory(ledger, days=1, holds={}, clock=lambda: START + 86400 + 60)
    assert {job.name: job.lease for job in kept.jobs()} == {"alerts": False, "alerts_retention": True}
    kept.forget()
    with ledger.read() as connection:
        assert [one.name for one in alerts.episodes(connection)] == ["B"]
