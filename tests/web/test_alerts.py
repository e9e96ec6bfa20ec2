"""The page of alerts: what it shows in each state, and the form that takes an alert up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore
from sereno.alerts.episode import Report
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.query.view import ShownSetting
from sereno.store.ledger import Ledger, alert_explanations, alerts
from sereno.trust.keys import issue
from sereno.web.app import mount
from web.hostile import HOSTILE

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
READER, READ = issue("reader", ["read"], random=bytes(28), now=0)
WATCH, CALLED = issue("on-call", ["read", "alerts"], random=b"\x01" * 28, now=0)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    yield ledger
    ledger.close()


class Keeper(KeeperDouble):
    """One that knows a Grafana."""

    def settings(self) -> list[ShownSetting]:
        return [ShownSetting("alerting.grafana_url", "https://grafana.example.org/", "file")]


def made(ledger: Ledger) -> Any:
    view = Keeper(MemoryStore(), [READER, WATCH], ledger)
    app = create_app(view, ApiOptions())
    mount(app, view)
    return app


def report(name: str, severity: str = "critical", at: float = -60.0, end: float | None = None, **texts: str) -> Report:
    return Report(
        fingerprint=name, labels={"alertname": name, "severity": severity}, annotations=texts, starts_at=NOW + at,
        ends_at=None if end is None else NOW + end,
    )  # fmt: skip


def keep(ledger: Ledger, *reports: Report, now: float = NOW - 30) -> None:
    with ledger.write() as connection:
        alerts.record(connection, reports, now)


def page(app: Any, address: str = "/sereno/alerts", **headers: str) -> str:
    answer = fetch(app, address, headers={"Accept": "text/html", **headers})
    assert answer.status_code == 200, answer.text[-500:]
    return answer.text


def take(app: Any, number: object = 1, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    body = urlencode(fields).encode()
    return fetch(app, f"/sereno/alerts/{number}/acknowledge", method="POST", content=body, headers=headers or FORM)


def test_before_the_first_report_it_says_how_to_connect(ledger: Ledger) -> None:
    text = page(made(ledger))
    assert "sereno alertmanager config" in text
    assert "/sereno/api/alerts/webhook" in text
    assert "continue: true" in text


def test_the_gravest_comes_first_with_ways_to_look(ledger: Ledger) -> None:
    keep(
        ledger,
        report("HostDiskFull", "warning", at=-9000.0),
        report("OllamaDown", summary="Ollama is down", runbook_url="https://example.org/r", dashboard_url="/d/llm?x=1"),
        report("Evil", "info", runbook_url="javascript:alert(1)", dashboard_url="//evil.example/x"),
        report("Watchdog", "none"),
    )
    text = page(made(ledger))
    assert text.index("Ollama is down") < text.index("HostDiskFull")
    assert 'href="https://example.org/r"' in text
    assert 'href="https://grafana.example.org/d/llm?x=1"' in text
    assert 'href="javascript' not in text
    assert 'href="//evil' not in text
    assert "Watchdog" not in text
    assert "1 critical without anybody" in text


def test_labels_and_texts_of_strangers_stay_text(ledger: Ledger) -> None:
    keep(ledger, *(report(f"n{n}{bad}"[:500], bad[:60], summary=bad, description=bad) for n, bad in enumerate(HOSTILE)))
    for address in ("/sereno/alerts", "/sereno/alerts?lang=es"):
        text = page(made(ledger), address)
        assert not any(bad in text for bad in HOSTILE if "<" in bad)


def test_silence_of_the_watchdog_is_told(ledger: Ledger) -> None:
    keep(ledger, report("Watchdog", "none"), report("OllamaDown"), now=NOW - 3600)
    text = page(made(ledger))
    assert "Nothing was reported for 1\u00a0h" in text
    assert "no news" in text


def test_twins_say_what_the_page_says(ledger: Ledger) -> None:
    keep(ledger, report("A", end=-10.0), report("B", "warning", at=-50.0), report("old", at=-40 * 86400.0))
    app = made(ledger)
    body = fetch(app, "/sereno/alerts.json").json()
    assert [one["name"] for one in body["alerts"]] == ["B", "A"]
    assert [one["name"] for one in body["open"]] == ["old", "B"]
    assert body["history"]["episodes"] == 2
    assert len(body["days"]) == 30
    rows = list(csv.DictReader(io.StringIO(fetch(app, "/sereno/alerts.csv?severity=critical").text)))
    assert [(row["name"], row["state"]) for row in rows] == [("A", "over")]
    assert [one["name"] for one in fetch(app, "/sereno/alerts.json?limit=1&offset=1").json()["alerts"]] == ["A"]


def test_the_form_takes_it_up_and_leads_back(ledger: Ledger) -> None:
    keep(ledger, report("OllamaDown"))
    app = made(ledger)
    answer = take(app, by="ada", note="on <it>", back="/sereno/alerts?start_time=7d")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sereno/alerts?start_time=7d")
    text = page(app)
    assert "by ada" in text
    assert "on &lt;it&gt;" in text
    assert "<button>Acknowledge" not in text
    assert "Reconocer" not in page(app, "/sereno/alerts?lang=es").replace("Reconocid", "")


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/sereno/alerts/../x", "", "/\\evil"])
def test_it_leads_back_nowhere_else(ledger: Ledger, back: str) -> None:
    keep(ledger, report("OllamaDown"))
    assert take(made(ledger), back=back).headers["location"] == "/sereno/alerts"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}, 415),
        ({"Origin": "http://localhost"}, 303),
    ],
)
def test_a_page_of_another_site_takes_nothing_up(ledger: Ledger, headers: dict[str, str], status: int) -> None:
    keep(ledger, report("OllamaDown"))
    given = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    assert take(made(ledger), headers=given, by="eve").status_code == status
    with ledger.read() as connection:
        one = alerts.episode(connection, 1)
    assert one is not None
    assert (one.acknowledged_by == "eve") == (status == 303)


@pytest.mark.parametrize("number", ["2", "x", "²", "1" * 30])
def test_there_is_no_such_alert(ledger: Ledger, number: str) -> None:
    keep(ledger, report("OllamaDown"))
    assert take(made(ledger), number).status_code == 404


def test_from_elsewhere_it_takes_a_key_for_alerts(ledger: Ledger) -> None:
    keep(ledger, report("OllamaDown"))
    app = made(ledger)
    for secret, status in ((READ, 403), (CALLED, 303)):
        answer = fetch(app, "/sereno/alerts/1/acknowledge", method="POST", content=b"by=", peer="192.0.2.7",
                       headers={**FORM, "X-Sereno-Key": secret})  # fmt: skip
        assert answer.status_code == status
    assert "by on-call" in page(app)


def test_an_alert_leads_to_its_explanation(ledger: Ledger) -> None:
    fires, other = report("LatencyHigh", at=-60.1234567), report("Other")
    keep(ledger, fires, other)
    with ledger.write() as connection:
        alert_explanations.claim(connection, [fires, other], NOW)
        alert_explanations.settle(connection, [fires], "told", "0192")
        alert_explanations.settle(connection, [other], "failed", "")
    text = fetch(made(ledger), "/sereno/alerts", headers={"Accept": "text/html"}).text
    assert text.count('href="/sereno/explanations/') == 2  # among those that fire, and in the history
    assert text.count('<a href="/sereno/explanations/0192">What its series say</a>') == 2
