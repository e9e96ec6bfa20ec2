"""A person who has never seen the pages finds the slowest call of the last hour, its conversation, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from sereno.calls import Call
from sereno.store.base import CallQuery
from sereno.web.shown import Shown
from sereno.web.texts import texts
from web.browser.stores import Stocked, a_day
from web.browser.walker import DESK, PHONE, View, walking
from web.serving import serving

MOST_CLICKS = 4


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    with a_day(tmp_path_factory.mktemp("day")) as made:
        yield made


def slowest(stocked: Stocked) -> Call:
    """Of the last hour, by a plain loop over all calls."""
    since = stocked.view.now() - 3600
    found = [call for call in stocked.view.store.export(CallQuery()) if call.started_at >= since and call.is_llm]
    return max(found, key=lambda call: call.timing.total)


@pytest.mark.parametrize("view", [View(DESK, "light", "en"), View(PHONE, "dark", "es")], ids=["desk", "phone"])
def test_the_slowest_call_of_the_last_hour(chromium: Browser, stocked: Stocked, view: View) -> None:
    wanted = slowest(stocked)
    shown, t = Shown(view.language), texts(view.language)
    assert wanted.cost_usd is not None
    assert wanted.identity.session is not None
    with serving(stocked.app) as base, walking(chromium, base) as walker:
        page, clicks = walker.page, 0
        walker.open("/sereno", view)
        page.get_by_role("group", name=t["range"]).get_by_role("link", name="1h").click()
        clicks += 1
        card = page.locator("section", has=page.get_by_role("heading", name=t["slowest"]))
        first = card.locator("tbody tr").first
        expect(first).to_contain_text(shown.seconds(wanted.timing.total))
        first.get_by_role("link").first.click()
        clicks += 1
        page.wait_for_url(f"**/sereno/calls/{wanted.id}")
        tiles = page.locator(".tiles")
        expect(tiles.locator(".tile", has_text=t["latency"])).to_contain_text(shown.seconds(wanted.timing.total))
        expect(tiles.locator(".tile", has_text=t["cost"])).to_contain_text(shown.dollars(wanted.cost_usd))
        talk = page.get_by_role("region", name=t["conversation"])
        expect(talk).to_contain_text(wanted.prompt)
        expect(talk).to_contain_text(wanted.response.split("\n")[0])
        page.get_by_role("link", name=t["whole_session"]).click()
        clicks += 1
        turns = [
            call for call in stocked.view.store.export(CallQuery()) if call.identity.session == wanted.identity.session
        ]
        expect(page.locator(".talk .step")).to_have_count(len(turns))
        cost = sum(call.cost_usd or 0.0 for call in turns)
        expect(page.locator(".tile", has_text=t["cost"])).to_contain_text(shown.dollars(cost))
        walker.judge()
    assert clicks <= MOST_CLICKS
