"""Explanations in a real Chromium: words as they come, figures linked to facts, stop, thumbs, what was told before."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import URL

from api.double import NOW, KeeperDouble
from assembly.supervised import eventually
from grafana.recorded import record
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.calls import new_id
from sereno.conventions import SQLITE_FILE
from sereno.explain.narrate.chat import ChatModel, Usage
from sereno.explain.narrate.prompt import Prompt
from sereno.query.explaining import Explainer
from sereno.query.explaining.history import remembering
from sereno.store.ledger import Ledger
from sereno.store.ledger.quality_feedback import satisfaction
from sereno.store.sqlite import SqliteStore
from sereno.web.app import mount
from web.browser.walker import DESK, PHONE, View, Walker, walking
from web.serving import serving

CHART = "/sereno/explain?page=%2Fsereno%3Fstart_time%3D10d&chart=latency"
FIRST = "The first token came later. "
ATTACKS = (
    "<img src=http://evil.example/a.png>", "![x](http://evil.example/b.png)", "<script>document.title='owned'</script>",
    "[press](javascript:document.title='owned')", "<iframe src=http://evil.example/c></iframe>",
    "<a href=http://evil.example/d>here</a>",
)  # fmt: skip


@dataclass
class Teller:
    """A model that says one sentence, waits until it may go on, and says the rest."""

    rest: str = ""
    may_go_on: threading.Event = field(default_factory=threading.Event)
    left: int = 0

    async def stream(self, _prompt: Prompt, _model: str, _max_tokens: int) -> AsyncGenerator[str | Usage, None]:
        whole = False
        try:
            yield FIRST
            while not self.may_go_on.is_set():
                await asyncio.sleep(0.02)
            for at in range(0, len(self.rest), 9):
                yield self.rest[at : at + 9]
            whole = True
        finally:
            self.left += not whole

    async def models(self) -> Sequence[ChatModel]:
        return [ChatModel("teller")]

    async def sees(self, _model: str) -> bool:
        return False

    async def close(self) -> None:
        pass


@dataclass
class Site:
    """The pages over a record with drift in it, and a model to tell of them."""

    base: str
    teller: Teller
    ledger: Ledger


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("explaining") / "data"
    record(data, NOW)
    store = SqliteStore(data / SQLITE_FILE)
    ledger = Ledger(URL.create("sqlite", database=str(data / SQLITE_FILE)))
    view = KeeperDouble(store, ledger=ledger)
    teller = Teller()
    numbers = iter(range(1_000))

    def numbered() -> str:
        return str(UUID(bytes=bytes(new_id(int(NOW * 1e9), bytes([next(numbers)] * 10)))))

    explainer = Explainer(chat=teller, keep=remembering(ledger, view.now), new_id=numbered)
    app = create_app(view, ApiOptions(), explainer)
    mount(app, view)
    with serving(app) as base:
        yield Site(base, teller, ledger)
    ledger.close()
    store.close()


@pytest.fixture
def walker(site: Site, chromium: Browser) -> Iterator[Walker]:
    site.teller.may_go_on.clear()
    with walking(chromium, site.base, viewport={"width": 1440, "height": 900}) as made:
        yield made


def ask(walker: Walker) -> Page:
    """Open the chart's explanation and have the model tell it; the first words have come."""
    page = walker.page
    page.goto(walker.base + CHART)
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.get_by_role("option", name="teller")).to_be_attached()
    page.get_by_role("combobox", name="Told by").select_option("teller")
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(page.locator("#told")).to_have_text(FIRST)
    return page


def test_words_come_while_they_are_told_and_figures_lead_to_facts(walker: Walker, site: Site) -> None:
    page = ask(walker)
    told = page.locator("#told")
    expect(told).to_have_attribute("aria-busy", "true")
    rows = page.locator("table.facts tr[id]")
    templates = page.request.get(walker.base + CHART.replace("/explain?", "/explain.json?")).json()
    site.teller.rest = templates["text"].strip() + f" It cost 987,654 dollars. {' '.join(ATTACKS)}"
    site.teller.may_go_on.set()
    score = page.locator("[data-explain-score]")
    expect(score).to_contain_text("teller")
    expect(told).not_to_have_attribute("aria-busy", "true")
    expect(told.locator("mark.unsupported").filter(has_text="987,654")).to_be_visible()
    claim = told.locator("a.claim").first
    claim.hover()
    tip = page.get_by_role("tooltip")
    target = (claim.get_attribute("href") or "").removeprefix("#")
    row = rows.and_(page.locator(f"[id='{target}']"))
    expect(tip).to_have_text(row.locator("td").first.inner_text())
    expect(row).to_have_class("used pointed")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    claim.focus()  # by keyboard as well
    expect(tip).to_be_visible()
    claim.press("Enter")
    assert page.url.endswith(f"#{target}")
    # What the model wrote beside it is words: nothing is loaded, nothing leads away. The walker listens for requests.
    assert told.locator(":not(a.claim):not(mark):not(sup):not(span):not(em)").count() == 0
    assert page.title() != "owned"
    walker.judge()


def test_stop_reaches_the_model_and_what_had_come_stays(walker: Walker, site: Site) -> None:
    before = site.teller.left
    page = ask(walker)
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.click()
    assert eventually(lambda: site.teller.left == before + 1, "the model hears that nobody reads on")
    expect(page.locator("#told")).to_have_text(FIRST)
    expect(page.locator("[data-explain-score]")).to_have_text("Stopped.")
    expect(stop).to_be_hidden()
    expect(page.get_by_role("button", name="Explain", exact=True)).to_be_focused()
    walker.judge()


def test_a_thumb_counts_for_the_model(walker: Walker, site: Site) -> None:
    page = ask(walker)
    site.teller.rest = "That is all."
    site.teller.may_go_on.set()
    up = page.get_by_role("button", name="Right", exact=True)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    with site.ledger.read() as connection:
        found = {row.model: (row.good, row.bad) for row in satisfaction(connection)}
    assert found == {"teller": (1, 0)}
    walker.judge()


def test_the_pages_of_what_was_told_are_sound(walker: Walker, site: Site) -> None:
    page = ask(walker)
    site.teller.rest = "It went from 243 ms to 343 ms. It cost 987,654 dollars."
    site.teller.may_go_on.set()
    expect(page.locator("[data-explain-score]")).to_contain_text("teller")
    (newest, *_) = page.request.get(f"{walker.base}/sereno/api/explain/history").json()
    # Names of series stay in the language in which they were drawn.
    views = (View(DESK, "dark", "en"), View(PHONE, "light", "en"))
    walker.walk("told", "/sereno/explanations", views)
    walker.walk("told-one", f"/sereno/explanations/{newest['id']}", views)
