"""Explanations of figures: every figure leads to its own, which needs no script and no model."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from api.client import fetch
from api.double import NOW, chat
from sereno.assembly.slo import load
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
