"""The pages in a real browser and as text."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from typing import Any

import pytest

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.web.app import mount
from sereno.web.catalogue import TEXTS
from web.serving import serving

CHROMIUM = shutil.which("chromium")
HOSTILE = [
    "<script>document.title='owned'</script><img src=http://evil.example/x onerror=alert(1)>",
    "\u202egnihton\u202c مرحبا \u2066x",
    "x" * 50_000,
    "🌙" * 200,
    '"><style>*{display:none}</style>{{ 7*7 }}',
]


def made(exchanges: Any) -> Any:
    view = KeeperDouble(MemoryStore(exchanges))
    app = create_app(view, ApiOptions())
    mount(app, view)
    return app, view


def hostile() -> Any:
    return [chat(t, t, serial=i, at=NOW - 60 * i - 60, user=t[:200], model="llama3.2", session=t[:99])
            for i, t in enumerate(HOSTILE)] + [chat("q", "a", serial=i, at=NOW - 600 - i) for i in range(60)]  # fmt: skip  # noqa: E501  # one row a call


class _Balanced(HTMLParser):
    """Checks that elements close in order and ids are unique."""

    VOID = frozenset({"meta", "link", "input", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str | None] = []

    def handle_starttag(self, tag: Any, attrs: Any) -> None:
        assert tag not in ("script", "style")
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)
        self.ids += [v for n, v in attrs if n == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: Any) -> None:
        if tag not in ("p", "li", "option"):
            while self.open[-1] in ("p", "li", "option"):
                self.open.pop()
        assert self.open.pop() == tag


def test_pages_are_sound_html_without_script_or_style() -> None:
    app, view = made(hostile())
    for path in (
        "/sereno",
        "/sereno?lang=es&search=q",
        *(f"/sereno/calls/{r.call.id}" for r in view.store.records[:5]),
    ):
        page = fetch(app, path)
        assert page.status_code == 200
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        parser = _Balanced()
        parser.feed(page.text)
        assert not parser.open
        assert len(parser.ids) == len(set(parser.ids))


def test_twins_and_pager_lead_to_the_same_calls() -> None:
    app, view = made(hostile())
    seen, url = [], "/sereno"
    while url:
        page = fetch(app, url).text
        seen += re.findall(r'class="when"><a href="/sereno/calls/([^"]+)"', page)
        found = re.search(r'class="next" href="([^"]+)"', page)
        url = found[1].replace("&amp;", "&") if found else ""
    assert sorted(seen) == sorted(r.call.id for r in view.store.records)
    assert len(fetch(app, "/sereno/calls.json").json()) == 50
    assert fetch(app, "/sereno/calls.csv").text.startswith("id,timestamp,model")
    assert fetch(app, f"/sereno/calls/{seen[0]}.json").json()["id"] == seen[0]


def test_empty_says_how_to_begin_and_languages_differ() -> None:
    app, _ = made([])
    assert "OLLAMA_HOST=http://127.0.0.1:11434" in fetch(app, "/sereno").text
    assert 'lang="es"' in fetch(app, "/sereno", headers={"Accept-Language": "es-MX"}).text
    assert "Todavía no hay llamadas" in fetch(app, "/sereno?lang=es").text


def test_errors_are_pages_for_browsers_and_documents_for_programs() -> None:
    app, _ = made([])
    page = fetch(app, "/sereno?start_time=soon", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "start_time" in page.text
    assert fetch(app, "/sereno/calls/nope").headers["content-type"] == "application/problem+json"
    foreign = fetch(app, "/sereno", peer="192.0.2.7", headers={"Accept": "text/html"})
    assert (foreign.status_code, foreign.headers["www-authenticate"][:5]) == (401, "Basic")


def test_every_text_is_in_both_languages() -> None:
    assert all(both[0].strip() and both[1].strip() for both in TEXTS.values())


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH to open the pages with")
def test_a_real_browser_shows_hostile_content_as_text() -> None:
    from playwright.sync_api import sync_playwright

    app, view = made(hostile())
    with serving(app) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 375, "height": 800})
        console, requests = [], []
        page.on("console", lambda m: console.append(m.text))
        page.on("pageerror", lambda e: console.append(str(e)))
        page.on("request", lambda r: requests.append(r.url))
        for path in ("/sereno", *(f"/sereno/calls/{r.call.id}" for r in view.store.records[:5])):
            page.goto(base + path)
            assert "owned" not in page.title()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.goto(f"{base}/sereno")
        assert "<script>" in page.inner_text("table")
        page.fill("input[name=search]", "onerror")
        page.click("button")
        assert page.locator("tbody tr").count() == 1
        browser.close()
    assert console == []
    assert all(url.startswith(base) for url in requests)
