"""What the first module adds to a page, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, expect

from web.browser.gallery import STORED

Visit = Callable[..., Page]


def cookies(context: BrowserContext) -> dict[str, str]:
    return {str(cookie["name"]): str(cookie["value"]) for cookie in context.cookies()}


def test_the_theme_is_kept_for_the_next_page_and_for_the_server(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert cookies(page.context)["sereno_theme"] == "dark"
    page.reload()
    expect(page.locator("html[data-ready]")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Auto").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    assert cookies(page.context)["sereno_theme"] == "auto"


def test_a_theme_that_the_server_chose_stands(visit: Visit) -> None:
    page = visit("/sereno?theme=dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


def test_the_server_learns_the_zone_of_the_reader(visit: Visit) -> None:
    assert cookies(visit(timezone_id="America/Bogota").context)["sereno_tz"] == "America/Bogota"


def test_moments_are_shown_in_the_readers_zone_and_language(visit: Visit) -> None:
    page = visit("/sereno?lang=es", timezone_id="America/Bogota", locale="es-CO")
    local = page.locator("time[data-local]")
    expect(local).to_contain_text("20 nov 2025, 23:40:00")  # UTC−5 all year
    expect(local).to_have_attribute("title", "2025-11-21T04:40:00.000Z")
    expect(page.locator("time[data-relative]")).to_contain_text("hace ")


def test_copying_takes_the_text_of_the_element(visit: Visit) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "curl http://localhost/"
    expect(page.locator("[data-copy]")).to_have_text("Copy")


def test_where_there_is_no_clipboard_the_text_is_selected(visit: Visit) -> None:
    page = visit(before="Object.defineProperty(navigator, 'clipboard', { value: undefined });")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_contain_text("select")
    assert page.evaluate("String(getSelection()).trim()") == "curl http://localhost/"


def test_a_choice_applies_at_once_and_empty_fields_stay_out_of_the_address(visit: Visit, base: str) -> None:
    page = visit()
    page.select_option("select[name=only]", "cost")
    page.wait_for_url(f"{base}/sereno?only=cost")
    page.fill("input[name=search]", "two words")
    page.press("input[name=search]", "Enter")
    page.wait_for_url(f"{base}/sereno?search=two+words")


def test_keys_lead_to_search_rows_and_pages(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("gx/")  # the reader types: no shortcut
    expect(page.locator("[data-search]")).to_have_value("gx/")
    page.locator("[data-search]").blur()
    page.keyboard.press("j")
    expect(page.locator("tr[data-href] a")).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("x")
    page.wait_for_url("**/at/x")


def test_two_pages_that_ask_for_one_letter_get_two(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("?")
    rows = page.get_by_role("dialog").locator("dl div").filter(has_text="g")
    expect(rows).to_have_text([re.compile("gx *X page"), re.compile("go *Other")])
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/at/o")


def test_a_focused_row_opens_with_enter_and_a_click_anywhere_on_it_does_too(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/at/0")
    page.go_back()
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("tr[data-href] td").click(position={"x": 2, "y": 2})  # beside its link
    page.wait_for_url("**/at/0")


def test_the_list_of_shortcuts_can_turn_them_off(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("X page")
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).not_to_be_focused()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()  # the way back stays open


def test_live_rows_come_newest_first_once_each_and_not_more_than_200(visit: Visit) -> None:
    page = visit()
    table = page.locator("#rows tr")
    assert table.count() == 1
    button = page.get_by_role("button", name="Live")
    button.click()
    expect(page.locator("[data-live-state]")).to_have_text("Connected")
    expect(table).to_have_count(200)
    expect(table.first).to_have_text(str(STORED))
    expect(table.last).to_have_text(str(STORED - 199))
    expect(page.get_by_role("status")).to_have_text(f"{STORED} new")
    button.click()
    expect(page.locator("[data-live-state]")).to_have_text("")
    button.click()  # goes on where it stopped: the same rows again change nothing
    expect(page.locator("[data-live-state]")).to_have_text("Connected")
    expect(table).to_have_count(200)


def test_live_says_when_it_is_refused(visit: Visit) -> None:
    page = visit()
    page.route("**/events", lambda route: route.fulfill(status=204))  # HTML §9.2: do not come again
    page.get_by_role("button", name="Live").click()
    expect(page.locator("[data-live-state]")).to_contain_text("refused")


def test_first_and_next_visit_stay_small(visit: Visit, base: str) -> None:
    page = visit()
    page.wait_for_selector("#latency[data-drawn]")
    weigh = """() => performance.getEntries().filter((entry) => "transferSize" in entry)
      .reduce((sum, entry) => sum + entry.transferSize, 0)"""
    first = page.evaluate(weigh)
    page.goto(base + "/sereno?lang=es")
    page.wait_for_selector("#latency[data-drawn]")
    following = page.evaluate(weigh)
    assert 100_000 < first <= 350_000
    assert 1_000 < following <= 40_000


def test_the_policy_stops_inline_script_inline_style_and_other_hosts(chromium: Browser, base: str) -> None:
    page = chromium.new_page()
    page.goto(f"{base}/sereno?only=nothing")
    page.evaluate("""() => {
      window.stopped = [];
      document.addEventListener("securitypolicyviolation", (event) => window.stopped.push(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "document.title = 'owned'";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", '<p id="styled" style="color: red">x</p>');
      document.body.insertAdjacentHTML("beforeend", '<img src="http://192.0.2.1/x.png">');
    }""")
    page.wait_for_function("window.stopped.length === 3")
    assert set(page.evaluate("window.stopped")) == {"script-src-elem", "style-src-attr", "img-src"}
    assert page.title() == "Gallery"
    assert page.evaluate("document.getElementById('styled').style.color") == ""
    page.close()
