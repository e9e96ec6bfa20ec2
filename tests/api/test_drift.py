"""Drift over HTTP: how it stands, a check, references, triggers, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore
from drift.planted import calls
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.calls import Call
from sereno.drift.triggers import Proposal
from sereno.keeper.drift.figures import figures_of
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan
from sereno.query.access import AccessRules
from sereno.query.times import rfc3339
from sereno.store.base import CallQuery
from sereno.store.ledger import Ledger, finetuning_triggers
from sereno.trust.keys import issue

DAY = 86_400.0
JSON = {"Content-Type": "application/json"}
ADMIN, ALL = issue("boss", ["admin", "read"], random=b"\x02" * 28, now=0)
READER, READ = issue("reader", ["read"], random=bytes(28), now=0)


class Recorded(MemoryStore):
    """A store of calls that were made, not decoded."""

    def __init__(self, found: list[Call]) -> None:
        super().__init__()
        self.found = found

    def export(self, query: CallQuery) -> Iterator[Call]:
        return (c for c in self.found if (query.start or 0) <= c.started_at < (query.end or NOW))

    def count(self, query: CallQuery, at_most: int | None = None) -> int:
        return sum(1 for _ in self.export(query))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    yield ledger
    ledger.close()


@pytest.fixture
def app(ledger: Ledger) -> Any:
    store = Recorded([*calls("null", 400, 1, NOW - 3 * DAY, DAY), *calls("latency", 200, 2, NOW - DAY, DAY)])
    monitor = DriftMonitor(ledger, store, Plan(), clock=lambda: NOW)
    view = KeeperDouble(store, (READER, ADMIN), ledger)
    return create_app(view, ApiOptions(access=AccessRules()), monitor=monitor)


def told(app: Any, url: str, **params: str) -> Any:
    answer = fetch(app, url, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_from_nothing_to_a_verdict(app: Any) -> None:
    assert told(app, "/drift/summary")["status"] == "no_reference"
    refused = fetch(app, "/drift/check", method="POST")
    assert (refused.status_code, refused.json()["detail"].startswith("No reference is in use")) == (409, True)
    made = fetch(app, "/drift/references", method="POST", headers=JSON,
                 content=b'{"name": "normal", "start": "3d", "end": "2d"}')  # fmt: skip
    assert (made.status_code, made.json()["reference"], made.json()["rows"]) == (201, "normal@1", 400)
    assert told(app, "/drift/summary")["status"] == "waiting"
    found = fetch(app, "/drift/check", method="POST").json()
    assert (found["status"], found["severity"], found["top_feature"]) == ("ok", "critical", "ttft")
    assert told(app, "/drift/metrics", days="7") == [found]
    summary = told(app, "/drift/summary")
    assert (summary["severity"], summary["drift_detected"], summary["last_check"]) == ("critical", True, found)
    assert [(one["kind"], one["feature"]) for one in told(app, "/drift/events")] == [
        ("drift", "ttft"), ("reference", None),
    ]  # fmt: skip
    first = told(app, "/drift/features")[0]
    assert (first["feature"], first["model"], first["n_reference"], first["n_current"]) == ("ttft", None, 400, 200)
    assert sum(first["distribution"]["current"]) == 200
    assert told(app, "/drift/features", check="1", model="nobody") == []
    assert fetch(app, "/drift/features", params={"check": "99"}).status_code == 404


def test_what_metrics_say_is_the_last_check(app: Any, ledger: Ledger) -> None:
    """The names of the drift document, and per feature no more than features and models there are."""
    fetch(app, "/drift/references", method="POST", headers=JSON,
          content=b'{"name": "normal", "start": "3d", "end": "2d", "use": true}')  # fmt: skip
    found = fetch(app, "/drift/check", method="POST").json()
    figures = figures_of(ledger, 3600.0)
    for name, field in (
        ("drift_psi", "psi"), ("drift_kl_divergence", "kl_divergence"), ("drift_combined_score", "combined_score"),
    ):  # fmt: skip
        assert figures[name, ()] == pytest.approx(found[field]), name
    assert (found["baseline_accuracy"], found["current_accuracy"]) == (None, None)  # not measured is no figure
    assert not {"drift_baseline_accuracy", "drift_current_accuracy"} & {name for name, _ in figures}
    assert rfc3339(figures["drift_last_check_timestamp_seconds", ()]) == found["timestamp"]
    assert figures["drift_checks_total", ("ok",)] == figures["drift_detected_total", ("critical",)] == 1
    features = told(app, "/drift/features")
    expected = {(one["model"] or "all", one["feature"]): one["psi_corrected"] for one in features}
    shown = {labels: value for (name, labels), value in figures.items() if name == "drift_feature_psi"}
    assert shown == pytest.approx({labels: psi for labels, psi in expected.items() if psi is not None})
    assert shown["all", "ttft"] == max(value for (model, _), value in shown.items() if model == "all")


def test_a_trigger_is_decided_once(app: Any, ledger: Ledger) -> None:
    with ledger.write() as connection:
        one = Proposal(type="drift", severity="critical", model="", reason="Calls differ.")
        finetuning_triggers.add(connection, one, NOW, None, approved=False, payload={})
    assert [one["status"] for one in told(app, "/drift/triggers", status="pending")] == ["pending"]
    done = fetch(app, "/drift/triggers/1/approve", method="POST", headers=JSON, content=b'{"note": "now"}')
    assert (done.json()["status"], done.json()["note"]) == ("approved", "now")
    again = fetch(app, "/drift/triggers/1/reject", method="POST", headers=JSON, content=b"{}")
    assert (again.status_code, again.json()["detail"]) == (409, "Trigger 1 is approved already.")
    assert fetch(app, "/drift/triggers/x/approve", method="POST", headers=JSON, content=b"{}").status_code == 404


@pytest.mark.parametrize("path", ["/drift/check", "/drift/references", "/drift/triggers/1/approve"])
def test_who_may_read_only_changes_nothing(app: Any, path: str) -> None:
    key = {**JSON, "X-Sereno-Key": READ}
    assert fetch(app, path, method="POST", headers=key, content=b"{}", peer="10.0.0.9").status_code == 403
    page = {**JSON, "Origin": "http://evil.example"}
    assert fetch(app, path, method="POST", headers=page, content=b"{}").status_code == 403


def test_a_time_that_is_none_is_named(app: Any) -> None:
    answer = fetch(app, "/drift/references", method="POST", headers=JSON, content=b'{"name": "n", "start": "noon"}')
    assert (answer.status_code, "start" in answer.json()["detail"]) == (400, True)
