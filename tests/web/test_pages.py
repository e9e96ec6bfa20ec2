"""Every page in every state: sound HTML, both languages, twins that say the same, errors as pages."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from api.client import fetch
from api.double import NOW, chat
from web.hostile import HOSTILE, hostile_exchanges
from web.site_under_test import PAGES, addresses, made

HTML = {"Accept": "text/html"}


class _Balanced(HTMLParser):
    """Checks that elements close in order, ids are unique, nothing is inline, and every reference stays here."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "rect", "path", "use", "circle", "line", "polygon", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str | None] = []

    def handle_starttag(self, tag: Any, attrs: Any) -> None:
        given = dict(attrs)
        assert tag not in ("style", "iframe", "object", "embed", "base")
        if tag == "script":
            assert given.get("src", "").startswith("/sereno/static/") or given.get("type") == "application/json"
        assert not any(name.startswith("on") or name == "style" for name in given)
        for name in ("href", "src", "action", "hx-get"):
            if name in given:
                assert re.match(r"/(?!/)|#|\?", given[name] or "#"), given[name]
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: Any, attrs: Any) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: Any) -> None:
        if tag in self.VOID:
            return
        if tag not in ("p", "li", "option"):
            while self.open[-1] in ("p", "li", "option"):
                self.open.pop()
        assert self.open.pop() == tag


def sound(text: str) -> None:
    parser = _Balanced()
    parser.feed(text)
    assert not parser.open
    assert len(parser.ids) == len(set(parser.ids))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_is_sound_with_hostile_content_and_with_none(page: Any, language: str) -> None:
    for exchanges in (hostile_exchanges(), []):
        app, view = made(exchanges)
        for address in addresses(view, page):
            answer = fetch(app, address, headers={**HTML, "Accept-Language": language})
            assert answer.status_code == 200, (address, answer.text[-600:])
            assert answer.headers["content-language"] == language
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
            assert "unsafe" not in policy
            sound(answer.text)
            assert not any(text in answer.text for text in HOSTILE if "<" in text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_twins_are_there_and_their_csv_runs_in_no_spreadsheet(page: Any) -> None:
    app, view = made([chat("=1+1", "@x", serial=1, at=NOW - 60, user="=cmd|' /C calc'!A0", session="+s", model="-m")])
    for address in addresses(view, page):
        path, _, query = address.partition("?")
        assert fetch(app, f"{path}.json?{query}").headers["content-type"] == "application/json"
        if page.table is not None:
            answer = fetch(app, f"{path}.csv?{query}")
            assert answer.headers["content-disposition"] == f'attachment; filename="sereno_{page.name}.csv"'
            head, *rows = csv.reader(io.StringIO(answer.text))
            assert all(len(row) == len(head) for row in rows)
            assert not any(cell[:1] in tuple("=+@") for row in rows for cell in row)


def test_the_pager_leads_through_all_calls() -> None:
    app, view = made(hostile_exchanges())
    seen, url = [], "/sereno/calls"
    while url:
        page = fetch(app, url).text
        seen += re.findall(r'class="when"><a href="/sereno/calls/([^"]+)"', page)
        found = re.search(r'class="button next" href="([^"]+)"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert sorted(seen) == sorted(r.call.id for r in view.store.records)


@pytest.mark.parametrize(("after", "shown"), [(-1, 200), (400, 50), (449, 1), (450, 0)])
def test_a_live_list_that_was_left_alone_gets_the_newest(after: int, shown: int) -> None:
    app, view = made([chat("q", "a", serial=i, at=NOW - 1000 + i) for i in range(450)])
    stored = [call.id for _, call in view.store.calls_after(-1, 1000)]
    last = view.store.last_sequence()
    page = fetch(app, f"/sereno/calls/rows?after={last - 450 + after if after >= 0 else -1}").text
    rows = re.findall(r'<tr data-href="/sereno/calls/([^"]+)"', page)
    assert rows == stored[::-1][:shown]


def test_a_list_and_its_twins_hold_the_same_calls() -> None:
    app, _ = made(hostile_exchanges())
    for query in ("?sort=latency", "?user=nobody", "?search=q&limit=7"):
        page = re.findall(r'class="when"><a href="/sereno/calls/([^"]+)"', fetch(app, f"/sereno/calls{query}").text)
        assert [call["id"] for call in fetch(app, f"/sereno/calls.json{query}").json()["calls"]] == page
        assert [row["id"] for row in csv.DictReader(io.StringIO(fetch(app, f"/sereno/calls.csv{query}").text))] == page


def test_empty_says_how_to_begin() -> None:
    app, _ = made([])
    for path in ("/sereno", "/sereno/calls"):
        assert "OLLAMA_HOST=http://127.0.0.1:11434" in fetch(app, path).text
    assert "Todavía no hay llamadas" in fetch(app, "/sereno?lang=es").text


def test_a_quiet_range_says_when_the_last_call_was() -> None:
    app, _ = made([chat("q", "a", serial=1, at=NOW - 7 * 86400)])
    page = fetch(app, "/sereno?start_time=1h").text
    assert "No calls in this time" in page
    assert "OLLAMA_HOST" not in page


def test_language_zone_and_theme_are_remembered() -> None:
    app, _ = made([chat("q", "a", serial=1, at=1_700_000_000.0)])
    first = fetch(app, "/sereno?lang=es")
    assert "sereno_lang=es" in first.headers["set-cookie"]
    page = fetch(app, "/sereno/calls", headers={"Cookie": "sereno_lang=es; sereno_tz=Europe/Madrid; sereno_theme=dark"})
    assert '<html lang="es" data-zone="Europe/Madrid" data-theme="dark">' in page.text
    assert ">2023-11-14 23:13:20<" in page.text
    wrong = fetch(app, "/sereno/calls", headers={"Cookie": 'sereno_lang=x; sereno_tz=../etc/passwd; sereno_theme="><b'})
    assert '<html lang="en" data-zone="UTC">' in wrong.text


def test_a_call_that_is_no_conversation_is_named_by_what_was_asked() -> None:
    sent = msgspec.structs.replace(chat("q", "a"), method="GET", target="/no<b>where?x=1", request_body=b"", status=404)
    app, view = made([sent])
    page = fetch(app, f"/sereno/calls/{view.store.records[0].call.id}").text
    assert "<h1><bdi>/no&lt;b&gt;where" in page
    assert "GET /no&lt;b&gt;where" in page
    assert "No conversation" in page


def test_every_page_has_both_twins() -> None:
    fragments = {"rows", "running"}  # parts of pages, for the browser code
    assert {page.name for page in PAGES if page.table is None} == fragments
    app, view = made([chat("question " * 50, "answer", serial=1, at=NOW - 60)])
    address = f"/sereno/calls/{view.store.records[0].call.id}"
    page = fetch(app, address).text
    assert f'href="{address}.csv"' in page
    (row,) = csv.DictReader(io.StringIO(fetch(app, address + ".csv").text))
    assert (row["id"], row["prompt"]) == (view.store.records[0].call.id, "question " * 50)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_copy_of_a_conversation_stays_in_a_cache(page: Any) -> None:
    app, view = made(hostile_exchanges())
    for address in addresses(view, page)[:1]:  # none of what this store has none of
        _never_kept(app, page, address)


def _never_kept(app: Any, page: Any, address: str) -> None:
    path, _, query = address.partition("?")
    for form in ("", ".json", *((".csv",) if page.table else ())):
        assert fetch(app, f"{path}{form}?{query}").headers["cache-control"] == "no-store"  # RFC 9111 §5.2.2.5


@pytest.mark.parametrize("path", ["", "/calls", "/sessions", "/users", "/models", "/models/compare", "/cost"])
def test_a_range_that_has_not_begun_is_refused_and_a_blank_field_is_none(path: str) -> None:
    app, _ = made(hostile_exchanges())
    for start in ("2099-01-01", "0s", "now"):
        answer = fetch(app, f"/sereno{path}?start_time={start}", headers=HTML)
        assert answer.status_code == 400
        assert "a time before now" in answer.text
    assert fetch(app, f"/sereno{path}?start_time=+&end_time=%20", headers=HTML).status_code == 200
    assert fetch(app, "/sereno/sessions?status=+&user=%20", headers=HTML).status_code == 200


def test_the_range_of_time_goes_along() -> None:
    app, _ = made(hostile_exchanges())
    page = fetch(app, "/sereno?start_time=6h").text
    assert 'href="/sereno/models?start_time=6h"' in page
    assert re.search(r'start_time=6h" aria-current="true"', page)


def test_errors_are_pages_for_browsers_and_documents_for_programs() -> None:
    app, _ = made([])
    page = fetch(app, "/sereno?start_time=soon", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "start_time" in page.text
    sound(page.text)
    assert fetch(app, "/sereno/calls/nope", headers=HTML).status_code == 404
    assert fetch(app, "/sereno/calls/nope").headers["content-type"] == "application/problem+json"
    foreign = fetch(app, "/sereno", peer="192.0.2.7", headers=HTML)
    assert (foreign.status_code, foreign.headers["www-authenticate"][:5]) == (401, "Basic")
    styles = re.findall(r'href="(/sereno/static/[^"]+css)"', foreign.text)
    assert [fetch(app, style, peer="192.0.2.7").status_code for style in styles] == [200]
    assert fetch(app, "/sereno/static/../calls.json", peer="192.0.2.7").status_code == 401


def test_the_list_behind_a_figure_holds_what_the_figure_counts() -> None:
    app, view = made(
        [*hostile_exchanges(3), *(chat("", "", serial=i, at=NOW - 30 - i, path="/api/tags") for i in range(3))]
    )
    others = [r.call for r in view.store.records if r.call.operation == "other"]
    assert others
    total = fetch(app, "/sereno.json").json()["figures"]["total_messages"]
    listed = fetch(app, "/sereno/calls.json?start_time=24h&limit=1000").json()["calls"]
    assert len(listed) == total == len(view.store.records) - len(others)
    asked = fetch(app, "/sereno/calls.json?operation=other").json()["calls"]
    assert sorted(c["id"] for c in asked) == sorted(c.id for c in others)
