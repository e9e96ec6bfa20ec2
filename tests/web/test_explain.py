"""Explanations of figures: every figure leads to its own, which needs no script and no model."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble, chat
from grafana.recorded import record
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.assembly.slo import load
from sereno.conventions import SQLITE_FILE
from sereno.store.ledger import Ledger
from sereno.store.sqlite import SqliteStore
from sereno.web.app import mount
from web.site_under_test import made

HTML = {"Accept": "text/html"}
LINK = re.compile(r'class="chart-explain" href="([^"]+)"')


@pytest.fixture(scope="module")
def site() -> Any:
    app, view = made(
        chat("a", "b", at=NOW - 60 - 86_400 * (1 - n / 120), serial=n, error="boom" if 80 <= n < 95 else None)
        for n in range(120)
    )
    view.slos = load([])
    return app, view


@pytest.mark.parametrize("page", ["", "/slo", "/model?model=llama3.2:latest"])
def test_every_figure_leads_to_its_explanation(site: Any, page: str) -> None:
    app, view = site
    page = page.replace("llama3.2:latest", view.store.records[0].call.model)
    text = fetch(app, f"/sereno{page}", headers=HTML).text
    links = [html.unescape(link) for link in LINK.findall(text)]
    drawn = re.findall(r'<figure class="chart" id="([^"]+)" data-kind="(?!radar)[^"]+" data-chart', text)
    assert [link.rpartition("chart=")[2] for link in links] == drawn or not drawn  # a build without script draws none
    assert links
    for link in links:
        answer = fetch(app, link.replace("/explain?", "/explain.json?"))
        assert answer.status_code == 200, link
        told = answer.json()
        assert told["facts"]["facts"]
        assert told["text"].strip()


def test_an_objective_is_explained_by_what_it_counted(site: Any) -> None:
    app, _ = site
    text = fetch(app, "/sereno/slo", headers=HTML).text
    links = re.findall(r'class="button" href="(/sereno/explain[^"]+)"', text)
    assert "/sereno/explain?page=%2Fsereno%2Fslo%3Fobjective%3Dllm-availability" in links
    told = fetch(app, "/sereno/explain.json?page=/sereno/slo%3Fobjective%3Dllm-availability").json()
    left, calls, errors = told["charts"]
    assert [one["id"] for one in told["charts"]] == ["budget-0", "objective-calls", "objective-errors"]
    assert sum(calls["series"][0]["values"]) == 120  # what was sent; 15 of them failed
    pairs = zip(errors["series"][0]["values"], calls["series"][0]["values"], strict=True)
    assert sum(share * n for share, n in pairs if n) == pytest.approx(15)
    assert left["series"][0]["name"] == "llm-availability"
    assert told["facts"]["facts"]
    assert (told["supported"], told["numbers"]) == (told["numbers"], told["numbers"])


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    data = tmp_path_factory.mktemp("watched") / "data"
    record(data, NOW)
    store = SqliteStore(data / SQLITE_FILE)
    ledger = Ledger(URL.create("sqlite", database=str(data / SQLITE_FILE)))
    view = KeeperDouble(store, ledger=ledger)
    app = create_app(view, ApiOptions())
    mount(app, view)
    yield app, view
    ledger.close()
    store.close()


def test_an_event_of_drift_is_explained_by_its_feature(watched: Any) -> None:
    app, _ = watched
    (event,) = [one for one in fetch(app, "/drift/events?days=30").json() if one["kind"] == "drift"]
    text = fetch(app, "/sereno/drift", headers=HTML).text
    (link,) = [one for one in map(html.unescape, re.findall(r'href="(/sereno/explain[^"]+)"', text)) if "event" in one]
    assert link == f"/sereno/explain?page=%2Fsereno%2Fdrift%3Fevent%3D{event['id']}"
    told = fetch(app, link.replace("/explain?", "/explain.json?")).json()
    timeline, spread = told["charts"]
    checks = fetch(app, "/drift/features?check=2").json()
    (found,) = [one for one in checks if one["feature"] == event["feature"] and one["model"] is None]
    assert [timeline["title"], spread["title"]] == [f"PSI · {event['feature']}", event["feature"]]
    assert timeline["series"][0]["values"][-1] == pytest.approx(found["psi_corrected"])
    assert [one["name"] for one in spread["series"]] == ["Reference", "Now"]
    assert told["facts"]["facts"]
    assert fetch(app, "/sereno/explain.json?page=/sereno/drift%3Fevent%3D99").status_code == 404


def test_what_happened_beside_a_figure_goes_with_it(watched: Any) -> None:
    app, _ = watched
    told = fetch(app, "/sereno/explain.json?page=/sereno%3Fstart_time%3D10d&chart=latency&analysis=diagnosis").json()
    assert [(event["kind"], event["title"]) for event in told["frames"]["events"]] == [("drift", "drift: ttft")]
    drift = fetch(app, "/sereno/explain.json?page=/sereno/drift").json()
    assert drift["frames"]["events"] == []  # drift is no cause of drift


def test_the_text_agrees_with_what_the_page_shows(site: Any) -> None:
    app, _ = site
    told = fetch(app, "/sereno/explain.json?page=/sereno&chart=calls&analysis=anomalies").json()
    (bars,) = told["charts"]
    failed = next(one for one in bars["series"] if one["name"] == "error")
    assert sum(failed["values"]) == 15  # what was sent
    ranges = [one for one in told["facts"]["facts"] if one["kind"] == "range" and one["series"] == ["error"]]
    most = [number["value"] for fact in ranges for number in fact["numbers"] if number["name"] == "max"]
    assert most in ([max(failed["values"])], [])
    assert (told["supported"], told["numbers"]) == (told["numbers"], told["numbers"])


def test_a_call_is_explained_beside_those_of_its_model(site: Any) -> None:
    app, view = site
    call = view.store.records[70].call
    told = fetch(app, f"/sereno/explain.json?page=/sereno/calls/{call.id}").json()
    assert [one["id"] for one in told["charts"]] == ["peers-latency", "peers-speed"]
    assert told["charts"][0]["x"][-1] == pytest.approx(call.started_at)
    assert len(told["charts"][0]["x"]) == 71  # it, and the 70 before it
    assert told["charts"][0]["thresholds"][0]["value"] == call.timing.total
    assert "/sereno/explain?page=%2Fsereno%2Fcalls%2F" in fetch(app, f"/sereno/calls/{call.id}", headers=HTML).text


def test_a_question_is_answered_in_the_language_of_the_page(site: Any) -> None:
    app, _ = site
    text = fetch(app, "/sereno/explain?page=/sereno&chart=latency&question=p95&lang=es", headers=HTML).text
    assert '<option value="question" selected>' in text
    assert re.search(r'<div id="told"[^>]*>[^<]*\w', text)
    assert re.search(r"\d+ de \d+ afirmaciones están respaldadas", text)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("page=/sereno/nowhere", 400, "an address such as /sereno/cost"),
        ("page=//evil.example/sereno", 400, "an address such as /sereno/cost"),
        ("page=https://evil.example/sereno", 400, "an address such as /sereno/cost"),
        ("page=/sereno/explain", 400, "an address such as /sereno/cost"),
        ("page=//[", 400, "an address such as /sereno/cost"),
        ("page=/sereno%3F" + "%26".join(f"a{n}%3D1" for n in range(60)), 400, "an address such as /sereno/cost"),
        ("page=/sereno%3Fnonsense%3D1", 400, "nonsense"),
        ("page=/sereno&chart=nothing", 404, "it has: calls, latency"),
        ("page=/sereno&analysis=guess", 400, "trends, anomalies"),
        ("page=/sereno/calls/x", 404, "There is no call"),
    ],
)
def test_wrong_addresses_are_told(site: Any, query: str, status: int, said: str) -> None:
    answer = fetch(site[0], f"/sereno/explain.json?{query}")
    assert answer.status_code == status
    assert said in answer.text


def test_the_csv_is_the_facts(site: Any) -> None:
    head, *rows = fetch(site[0], "/sereno/explain.csv?page=/sereno&chart=latency").text.splitlines()
    assert head.startswith("fact,kind,series,direction,note,number,value,unit")
    assert rows
