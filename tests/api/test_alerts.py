"""Alerts over HTTP: what Alertmanager and Grafana post, who may, and what a person's answer to them leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.query.access import AccessRules
from sereno.store.ledger import Ledger
from sereno.trust.keys import Key, issue

HOOK = "/sereno/api/alerts/webhook"
TOLD = "/sereno/api/alerts/told"
JSON = {"Content-Type": "application/json"}
FOREIGN = "192.0.2.7"
READER, READ = issue("reader", ["read"], random=bytes(28), now=0)
BELL, RING = issue("alertmanager", ["alerts"], random=b"\x01" * 28, now=0)
ADMIN, ALL = issue("boss", ["admin"], random=b"\x02" * 28, now=0)

# The shape of Alertmanager's documentation (`<webhook_config>`), with values as Alertmanager 0.31 sends them.
ALERT: dict[str, Any] = {
    "status": "firing", "labels": {"alertname": "OllamaDown", "severity": "critical", "job": "sereno"},
    "annotations": {"summary": "Ollama is down", "runbook_url": "https://example.org/OllamaDown"},
    "startsAt": "2025-11-20T23:58:00.123456789Z", "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prom:9090/graph?g0.expr=up", "fingerprint": "c5f0a3b1d2e4f607",
}  # fmt: skip
FIRING = {
    "version": "4", "groupKey": '{}:{alertname="OllamaDown"}', "truncatedAlerts": 0, "status": "firing",
    "receiver": "record", "groupLabels": {"alertname": "OllamaDown"}, "commonLabels": {}, "commonAnnotations": {},
    "externalURL": "http://am:9093",
    "alerts": [ALERT],
}  # fmt: skip
# Grafana's "Configure webhook notifications": more fields, `values` that are numbers.
GRAFANA = {
    "receiver": "sereno", "status": "resolved", "orgId": 1, "state": "ok", "title": "[RESOLVED]", "message": "…",
    "version": "1", "groupKey": "{}", "truncatedAlerts": 0,
    "alerts": [
        {
            "status": "resolved", "labels": {"alertname": "High latency", "severity": "warning"}, "annotations": {},
            "startsAt": "2025-11-20T22:00:00Z", "endsAt": "2025-11-20T22:30:00Z", "values": {"A": 7.5},
            "generatorURL": "javascript:alert(1)", "fingerprint": "57c6d9296de2ad39", "silenceURL": "http://g/s",
            "dashboardURL": "http://g/d/x", "panelURL": "", "valueString": "[ var='A' ]",
        }
    ],
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Any]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    yield made(ledger)
    ledger.close()


def made(ledger: Ledger | None, keys: tuple[Key, ...] = (READER, BELL, ADMIN), **rules: Any) -> Any:
    view = KeeperDouble(MemoryStore(), keys, ledger)
    return create_app(view, ApiOptions(access=AccessRules(**rules)))


def post(app: Any, url: str, body: object, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    return fetch(app, url, method="POST", content=json.dumps(body).encode(), headers=JSON | (headers or {}), **more)


def listed(app: Any, **params: str) -> list[dict[str, Any]]:
    answer = fetch(app, "/sereno/api/alerts", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_what_alertmanager_and_grafana_post_is_kept(app: Any) -> None:
    assert post(app, HOOK, FIRING).json() == {"alerts": 1}
    assert post(app, HOOK, FIRING).json() == {"alerts": 1}  # once more changes nothing
    assert post(app, HOOK, GRAFANA).json() == {"alerts": 1}
    first, second = listed(app)
    assert first["name"] == "OllamaDown"
    assert (first["state"], first["severity"], first["ends_at"]) == ("active", "critical", None)
    assert first["starts_at"] == "2025-11-20T23:58:00.123000Z"
    assert first["runbook_url"] == "https://example.org/OllamaDown"
    assert first["source_url"] == "http://prom:9090/graph?g0.expr=up"
    assert (second["name"], second["state"], second["seconds"]) == ("High latency", "over", 1800.0)
    assert second["source_url"] == ""  # no page links to a script
    assert [one["name"] for one in listed(app, state="open")] == ["OllamaDown"]
    assert [one["name"] for one in listed(app, severity="warning")] == ["High latency"]
    assert fetch(app, f"/sereno/api/alerts/{first['id']}").json() == first


def test_a_resolve_ends_what_fired(app: Any) -> None:
    post(app, HOOK, FIRING)
    post(app, HOOK, {"alerts": [{**ALERT, "status": "resolved", "endsAt": "2025-11-20T23:59:30Z"}]})
    (one,) = listed(app)
    assert (one["state"], one["ends_at"]) == ("over", "2025-11-20T23:59:30.000000Z")


def test_a_person_takes_it_up_once(app: Any) -> None:
    post(app, HOOK, FIRING)
    taken = post(app, "/sereno/api/alerts/1/acknowledge", {"by": "ada", "note": "on it"}).json()
    assert (taken["acknowledged_by"], taken["note"]) == ("ada", "on it")
    assert taken["acknowledged_at"] == "2025-11-21T00:00:00.000000Z"
    assert post(app, "/sereno/api/alerts/1/acknowledge", {"by": "bob"}).json() == taken
    assert listed(app, acknowledged="yes") == [taken]
    assert post(app, "/sereno/api/alerts/7/acknowledge", {}).status_code == 404
    assert post(app, "/sereno/api/alerts/²/acknowledge", {}).status_code == 404


def test_who_shows_a_key_is_called_by_it(app: Any) -> None:
    post(app, HOOK, FIRING)
    key = {"X-Sereno-Key": ALL}
    assert post(app, "/sereno/api/alerts/1/acknowledge", {}, key, peer=FOREIGN).json()["acknowledged_by"] == "boss"


@pytest.mark.parametrize(
    ("secret", "status"), [(None, 401), (READ, 403), (RING[:-1] + "!", 401), (RING, 200), (ALL, 200)]
)
def test_a_foreign_peer_reports_with_a_key_for_alerts(app: Any, secret: str | None, status: int) -> None:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    assert post(app, HOOK, FIRING, headers, peer=FOREIGN).status_code == status


def test_alertmanagers_key_reads_nothing_of_the_record(app: Any) -> None:
    headers = {"X-Sereno-Key": RING}
    for path in ("/analytics/messages", "/sereno/api/status", "/sereno/api/alertsx", "/metrics"):
        assert fetch(app, path, peer=FOREIGN, headers=headers).status_code == 403, path


def test_loopback_changes_nothing_where_it_may_not_read(tmp_path: Path) -> None:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    assert post(made(ledger, loopback_reads=False), HOOK, FIRING).status_code == 401
    ledger.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
    ],
)
def test_a_page_of_another_site_changes_nothing(app: Any, headers: dict[str, str]) -> None:
    answer = post(app, HOOK, FIRING, headers)
    assert answer.status_code == (415 if "Content-Type" in headers else 403)
    assert listed(app) == []


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_our_own_page_and_plain_programs_do(app: Any, headers: dict[str, str]) -> None:
    assert post(app, HOOK, FIRING, headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "Input data was truncated"),
        (b"{}", "missing required field `alerts`"),
        (b'{"alerts": [{"status": "on", "labels": {}, "startsAt": "2025-11-20T23:58:00Z"}]}', "$.alerts[0].status"),
        (b'{"alerts": [{"status": "firing", "labels": {"a": 1}, "startsAt": "2025-11-20T23:58:00Z"}]}', "labels"),
        (b"[" * 100_000, "not what is expected"),
        (b'{"alerts": "\xff"}', "not what is expected"),
    ],
)
def test_a_wrong_report_is_named(app: Any, body: bytes, told: str) -> None:
    answer = fetch(app, HOOK, method="POST", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:sereno:problem:wrong-body")
    assert told in answer.json()["detail"]


def test_a_report_of_thousands_passes_and_one_without_end_does_not(app: Any) -> None:
    many = [{**ALERT, "fingerprint": f"{n:x}"} for n in range(1, 2001)]
    assert post(app, HOOK, {"alerts": many}).json() == {"alerts": 2000}
    assert fetch(app, HOOK, method="POST", content=b" " * (8 * 2**20 + 1), headers=JSON).status_code == 413
    assert fetch(app, "/sereno/api/alerts/1/acknowledge", method="POST", content=b" " * (2**16 + 1), headers=JSON)\
        .status_code == 413  # fmt: skip


def test_what_no_database_takes_is_left_out(app: Any) -> None:
    alert = {
        "status": "firing", "labels": {"alertname": "a\0" + "n" * 9999, "severity": "s" * 999, "k": "v" * 9999},
        "startsAt": "0001-01-01T00:00:00Z", "annotations": None, "fingerprint": "",
    }  # fmt: skip
    assert post(app, HOOK, {"alerts": [alert]}).status_code == 200
    (one,) = listed(app)
    assert (one["name"], one["severity"]) == ("a" + "n" * 511, "s" * 64)
    assert len(one["labels"]["k"]) == 4096
    assert one["starts_at"] == "2025-11-21T00:00:00.000000Z"  # its sender names no start
    assert one["fingerprint"]
    assert NOW == 1_763_683_200.0


@pytest.mark.parametrize("taking", [{"by": "a" * 101}, {"note": "n" * 1001}, {"by": "a\x1b[31m"}])
def test_a_name_that_is_not_fit_is_refused(app: Any, taking: dict[str, str]) -> None:
    post(app, HOOK, FIRING)
    answer = post(app, "/sereno/api/alerts/1/acknowledge", taking)
    assert (answer.status_code, answer.json()["parameter"]) == (400, next(iter(taking)))


def test_a_keeper_without_a_ledger_says_so() -> None:
    app = made(None)
    assert "without a ledger" in fetch(app, "/sereno/api/alerts").json()["detail"]
    assert post(app, HOOK, FIRING).status_code == 404


def test_another_method_is_told_which_there_is(app: Any) -> None:
    answer = fetch(app, HOOK, method="PUT", headers=JSON)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_what_people_are_told_is_handed_on_and_answered_at_once(tmp_path: Path) -> None:
    heard: list[list[str]] = []
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    view = KeeperDouble(MemoryStore(), (READER, BELL, ADMIN), ledger)
    listening = create_app(
        view, ApiOptions(), None, lambda reports: heard.append([one.labels["alertname"] for one in reports])
    )
    over = {**ALERT, "status": "resolved", "endsAt": "2025-11-20T23:59:00Z", "labels": {"alertname": "Over"}}
    body = {**FIRING, "alerts": [ALERT, over]}

    told = post(listening, TOLD, body, {"Authorization": f"Bearer {RING}"}, peer=FOREIGN)
    assert (told.status_code, told.json()) == (200, {"alerts": 1})
    assert heard == [["OllamaDown"]]
    assert post(listening, TOLD, body, {"Authorization": f"Bearer {READ}"}, peer=FOREIGN).status_code in {401, 403}
    assert post(listening, TOLD, {"alerts": 1}).status_code == 400
    assert heard == [["OllamaDown"]]
    assert listed(listening) == [], "history has its own report"
    assert post(made(ledger), TOLD, body).json() == {"alerts": 0}, "nobody explains"
    ledger.close()
