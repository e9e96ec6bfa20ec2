"""The pages with a keyboard alone: everything is reached, in order, seen, and left again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from web.browser.stores import WHOLE, Stocked, a_day
from web.browser.walker import DESK, PHONE, View, Walker, walking
from web.serving import serving

STOPS = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const stops = [...document.querySelectorAll(all)].filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility()
    && getComputedStyle(e).visibility !== "hidden");
  stops.forEach((e, i) => { e.dataset.stop = String(i); });
  return stops.length;
}"""
"""Numbers what can take the focus, in the order of the document; returns how many there are."""

FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const rects = [...e.getClientRects()].filter((r) => r.width && r.height);
  // WCAG 2.4.11 asks that some of it is seen.
  const at = rects.flatMap((r) => [Math.min(r.width / 2, 6), r.width / 2, r.width - Math.min(r.width / 2, 6)].map(
    (x) => document.elementFromPoint(r.x + x, r.y + r.height / 2)));
  return {
    stop: e.dataset.stop ? Number(e.dataset.stop) : null,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    free: at.some((there) => there && (e.contains(there) || there.contains(e))),
    name: e.tagName + " " + e.textContent.trim().slice(0, 30),
  };
}"""


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    with a_day(tmp_path_factory.mktemp("day")) as made:
        yield made


@pytest.fixture(scope="module")
def walker(stocked: Stocked, chromium: Browser) -> Iterator[Walker]:
    with serving(stocked.app) as base, walking(chromium, base) as made:
        yield made


@pytest.fixture
def page(walker: Walker) -> Iterator[Page]:
    yield walker.page
    walker.judge()


def at(walker: Walker, address: str, width: int = DESK) -> Page:
    """The page opened, its figures drawn, no focus anywhere."""
    walker.open(address, View(width))
    return walker.page


def focus(page: Page) -> Any:
    return page.evaluate(FOCUS)


@pytest.mark.parametrize("name", WHOLE)
def test_tab_reaches_everything_in_order_and_shows_where_it_is(
    walker: Walker, stocked: Stocked, page: Page, name: str
) -> None:
    at(walker, stocked.addresses()[name], PHONE if WHOLE.index(name) % 3 == 2 else DESK)
    count = page.evaluate(STOPS)
    seen: list[int] = []
    wrong = []
    for _ in range(count + 20):
        page.keyboard.press("Tab")
        now = focus(page)
        if now is None or now["stop"] in seen:
            break
        assert now["stop"] is not None, now
        seen.append(now["stop"])
        if not (now["ring"] and now["inside"] and now["free"]):
            wrong.append(now)
    assert wrong == []
    assert seen == list(range(count))


def test_the_first_stop_leads_to_the_content(walker: Walker, page: Page) -> None:
    at(walker, "/sereno")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('content').contains(document.activeElement)")


def test_a_page_of_the_navigation_and_its_theme(walker: Walker, page: Page) -> None:
    at(walker, "/sereno")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Models").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sereno/models")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.get_by_role("button", name="Dark").focus()
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Auto").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_a_filter_waits_for_enter_while_the_keyboard_chooses(walker: Walker, page: Page) -> None:
    at(walker, "/sereno/calls")
    page.keyboard.press("/")
    page.keyboard.type("sunset")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sereno/calls?search=sunset")
    page.wait_for_selector("html[data-ready]", state="attached")
    status = page.locator("select[name=status]")
    status.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(status).to_be_focused()
    expect(status).to_have_value("error")
    assert "status" not in page.url
    page.keyboard.press("Enter")
    page.wait_for_url("**status=error*")


def test_a_range_by_hand_and_more_filters_open_and_close(walker: Walker, page: Page) -> None:
    at(walker, "/sereno/calls")
    for summary in ("Other…", "More filters"):
        opener = page.locator("summary", has_text=summary)
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.locator("details.pop[open]")).to_have_count(1)
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('details.pop[open]').contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(page.locator("details.pop[open]")).to_have_count(0)
        expect(opener).to_be_focused()


def test_rows_by_letters_and_a_call_by_enter(walker: Walker, page: Page) -> None:
    at(walker, "/sereno/calls")
    rows = page.locator("tr[data-href]")
    for key, number in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(rows.nth(number).locator("a").first).to_be_focused()
    assert focus(page)["ring"]
    wanted = rows.nth(1).get_attribute("data-href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")


def test_the_points_of_a_figure_are_told_and_lead_on(walker: Walker, page: Page) -> None:
    at(walker, "/sereno")
    plot = page.get_by_role("application").first
    plot.focus()
    page.keyboard.press("End")
    told = page.locator("figure [aria-live]").first
    expect(told).to_contain_text("success")
    last = told.inner_text()
    page.keyboard.press("ArrowLeft")
    expect(told).not_to_have_text(last)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sereno/calls?*start_time=*")


def test_the_list_of_shortcuts_holds_the_focus_and_gives_it_back(walker: Walker, page: Page) -> None:
    at(walker, "/sereno/calls")
    page.keyboard.press("j")
    row = page.locator("tr[data-href] a").first
    expect(row).to_be_focused()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(row).to_be_focused()


def test_live_rows_are_switched_on_and_off(walker: Walker, page: Page) -> None:
    at(walker, "/sereno/calls")
    toggle = page.get_by_role("button", name="Live")
    toggle.focus()
    page.keyboard.press("Space")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-live-state]")).to_have_text("Connected")
    page.keyboard.press("Space")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-live-state]")).to_be_hidden()
