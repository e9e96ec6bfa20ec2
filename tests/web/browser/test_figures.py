"""Figures in a real Chromium: drawn, gaps kept, by keyboard, in both themes and languages, without script."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from playwright.sync_api import TimeoutError as LateError

from web.browser.axe import violations
from web.browser.gallery import CHARTS, HOSTILE, PATIENCE

Visit = Callable[..., Page]

# How many pixels of a colour (a custom property) a figure's canvas shows between two shares of its width.
COUNT = """([id, name, from, to]) => {
  const canvas = document.querySelector(`#${id} canvas`);
  const style = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const [r, g, b] = style.match(/[0-9a-f]{2}/gi).map((part) => parseInt(part, 16));
  const left = Math.floor(canvas.width * from), width = Math.ceil(canvas.width * (to - from));
  const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(left, 0, width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4)
    count += Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 24 && data[i + 3] > 200;
  return count;
}"""

# Notes every text a canvas shows, with the box it takes, until the canvas is cleared.
NOTE_TEXTS = """
const prototype = CanvasRenderingContext2D.prototype;
const { fillText, clearRect } = prototype;
prototype.clearRect = function (...box) { this.canvas.texts = []; return clearRect.apply(this, box); };
prototype.fillText = function (text, x, y) {
  const { width } = this.measureText(text), at = this.getTransform().transformPoint({ x, y });
  const shares = { center: 0.5, right: 1, end: 1 }, scale = devicePixelRatio;
  const left = at.x / scale - width * (shares[this.textAlign] ?? 0);
  (this.canvas.texts ??= []).push({ text, left, right: left + width, y: at.y / scale });
  return fillText.call(this, text, x, y);
};
"""


def drawn(page: Page, name: str) -> Any:
    figure = page.locator(f"figure#{name}")
    figure.scroll_into_view_if_needed()
    page.wait_for_selector(f"figure#{name}[data-drawn]")
    return figure


def pixels(page: Page, name: str, colour: str, left: float = 0.0, right: float = 1.0) -> int:
    return int(page.evaluate(COUNT, [name, colour, left, right]))


@pytest.mark.parametrize(
    ("name", "colours"),
    [("latency", ("s1", "s2", "bad")), ("cost", ("accent",)), ("calls", ("good", "bad")), ("spread", ("accent",))],
)
def test_every_kind_draws_in_the_colours_of_the_theme(visit: Visit, name: str, colours: tuple[str, ...]) -> None:
    page = visit(f"/sereno?only={name}")
    drawn(page, name)
    for colour in colours:
        assert pixels(page, name, colour) > 20, colour


def test_a_gap_stays_a_gap(visit: Visit) -> None:
    page = visit("/sereno?only=latency")
    drawn(page, "latency")
    # Unknown from position 20 to 24 of 48; the axis takes a few per cent on the left.
    for colour in ("s1", "s2"):
        assert pixels(page, "latency", colour, 0.46, 0.50) == 0
        assert pixels(page, "latency", colour, 0.20, 0.24) > 0
        assert pixels(page, "latency", colour, 0.70, 0.74) > 0


def test_arrow_keys_read_the_points_and_enter_opens_one(visit: Visit) -> None:
    page = visit("/sereno?only=latency")
    figure = drawn(page, "latency")
    plot, told = figure.locator(".chart-plot"), figure.locator("[aria-live=polite]")
    plot.focus()
    page.keyboard.press("ArrowRight")
    # 04:40 UTC in Madrid's winter; 0.4 s and 1.5 s are the first values
    expect(told).to_have_text("Nov 21, 05:40: p50 400\u00a0ms; p95 1.5\u00a0s")
    expect(page.locator(".chart-tip")).to_contain_text("400\u00a0ms")
    page.keyboard.press("ArrowRight")
    expect(told).to_have_text("Nov 21, 05:45: p50 680\u00a0ms; p95 2.55\u00a0s")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(told).to_have_text("Nov 21, 07:25: p50 –; p95 –")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/at/47")


def test_a_click_opens_the_point_below_it(visit: Visit) -> None:
    page = visit("/sereno?only=latency")
    figure = drawn(page, "latency")
    box = figure.locator(".chart-plot").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 14, box["y"] + 100)
    page.wait_for_url("**/at/47")


def test_a_finger_sees_the_values_first_and_opens_with_the_second_tap(visit: Visit) -> None:
    page = visit("/sereno?only=latency", has_touch=True, viewport={"width": 375, "height": 800})
    box = drawn(page, "latency").locator(".chart-plot").bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] - 14, box["y"] + 100)
    page.touchscreen.tap(*at)
    expect(page.locator(".chart-tip")).to_contain_text("p95")
    assert page.url.endswith("only=latency")
    for _ in range(10):  # on a slow machine a tap may take longer than a click may
        page.touchscreen.tap(*at)
        with suppress(LateError):
            page.wait_for_url("**/at/47", timeout=3000)
            break
    assert page.url.endswith("/at/47")


def test_one_moment_is_marked_in_all_figures(visit: Visit) -> None:
    page = visit()
    drawn(page, "tokens")
    figure = drawn(page, "latency")
    figure.locator(".chart-plot").focus()
    page.keyboard.press("Home")
    other = page.locator("#tokens .chart-cross")
    expect(other).to_be_visible()
    first = other.evaluate("mark => mark.getBoundingClientRect().x")
    page.keyboard.press("End")
    page.wait_for_function(
        "before => document.querySelector('#tokens .chart-cross').getBoundingClientRect().x > before + 400", arg=first
    )
    page.keyboard.press("Escape")
    expect(other).to_be_hidden()


def test_the_pointer_shows_values_and_hostile_names_as_text(visit: Visit) -> None:
    page = visit("/sereno?only=models")
    figure = drawn(page, "models")
    box = figure.locator(".chart-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 120)
    expect(page.locator(".chart-tip")).to_contain_text("qwen3:0.6b")
    figure.locator(".chart-plot").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(figure.locator("[aria-live=polite]")).to_have_text(f"{HOSTILE}: calls –")
    assert page.title() == "Gallery"
    assert page.locator("img[src=x]").count() == 0


def test_what_stands_on_one_another_is_summed_and_an_unknown_part_leaves_no_sum(visit: Visit) -> None:
    page = visit("/sereno?only=calls")
    drawn(page, "calls").locator(".chart-plot").focus()
    page.keyboard.press("Home")
    expect(page.locator(".chart-tip-row")).to_have_text(["ok10", "errors1", "Total11"])
    page = visit("/sereno?only=latency")
    drawn(page, "latency").locator(".chart-plot").focus()
    page.keyboard.press("Home")
    expect(page.locator(".chart-tip-row")).to_have_count(2)  # percentiles have no sum


def test_the_legend_hides_a_series(visit: Visit) -> None:
    page = visit("/sereno?only=latency")
    figure = drawn(page, "latency")
    button = figure.get_by_role("button", name="p95")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    page.wait_for_function(f"arguments => ({COUNT})(arguments) === 0", arg=["latency", "s2", 0, 1])
    page.wait_for_function(f"arguments => ({COUNT})(arguments) > 20", arg=["latency", "s1", 0, 1])


def test_the_colours_follow_the_theme(visit: Visit) -> None:
    page = visit("/sereno?only=cost", color_scheme="light")
    drawn(page, "cost")
    light = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')")
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')")
    assert light != dark
    page.wait_for_function(f"arguments => ({COUNT})(arguments) > 20", arg=["cost", "accent", 0, 1])
    page.get_by_role("button", name="Auto").click()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"arguments => ({COUNT})(arguments) > 20", arg=["cost", "accent", 0, 1])


@pytest.mark.parametrize("language", ["en", "es"])
def test_labels_never_overlap_on_a_narrow_screen(visit: Visit, language: str) -> None:
    page = visit(f"/sereno?lang={language}", before=NOTE_TEXTS, viewport={"width": 375, "height": 800})
    for name in (chart.id for chart in CHARTS if chart.known and chart.kind != "radar"):
        drawn(page, name)
        texts = page.evaluate(f"document.querySelector('#{name} canvas').texts")
        width = page.evaluate(f"document.querySelector('#{name} canvas').clientWidth")
        assert len(texts) >= 5, name
        for first in texts:
            assert first["left"] >= -1, (name, first)
            assert first["right"] <= width + 1, (name, first)
            for second in texts:
                beside = abs(first["y"] - second["y"]) > 10
                assert first is second or beside or first["right"] <= second["left"] or second["right"] <= first["left"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_numbers_are_written_as_the_language_does(visit: Visit) -> None:
    page = visit("/sereno?lang=es&only=cost", before=NOTE_TEXTS)
    drawn(page, "cost")
    texts = [text["text"] for text in page.evaluate("document.querySelector('#cost canvas').texts")]
    assert "0,0004\u00a0US$" in texts
    page = visit("/sereno?only=cost", before=NOTE_TEXTS)
    drawn(page, "cost")
    assert "$0.0004" in [text["text"] for text in page.evaluate("document.querySelector('#cost canvas').texts")]


def test_nothing_moves_when_the_figures_come(visit: Visit) -> None:
    page = visit(
        before="""window.moved = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.moved += entry.value; })
          .observe({ type: "layout-shift", buffered: true });"""
    )
    for name in ("latency", "tokens", "models"):
        drawn(page, name)
    assert page.evaluate("window.moved") < 0.05


def test_without_script_the_tables_are_there(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    expect(page.locator("#latency .chart-plot")).to_be_hidden()
    table = page.locator("#latency table")
    expect(table).to_be_visible()
    assert table.locator("tbody tr").count() == 48
    expect(page.locator("#compared svg")).to_be_visible()
    expect(page.get_by_text("Nothing yet: send a call.")).to_be_visible()


def test_data_that_cannot_be_read_opens_the_table(chromium: Browser, base: str) -> None:
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    address = f"{base}/sereno?only=calls"

    def spoilt(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('{"kind"', '{"kin'))

    page.route(address, spoilt)
    page.goto(address)
    expect(page.locator("#calls table")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#calls .chart-plot")).to_be_hidden()
    assert len(errors) == 1
    page.close()


def test_a_figure_that_comes_later_is_drawn(visit: Visit) -> None:
    page = visit("/sereno?only=cost")
    drawn(page, "cost")
    page.get_by_role("button", name="More").click()
    drawn(page, "calls")
    assert pixels(page, "calls", "good") > 20


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_grave(visit: Visit, theme: str) -> None:
    page = visit(f"/sereno?theme={theme}")
    for name in ("latency", "models", "compared"):
        figure = page.locator(f"figure#{name}")
        figure.scroll_into_view_if_needed()
        figure.locator("summary").click()
    page.wait_for_selector("figure#models[data-drawn]")
    assert violations(page) == []
    page.keyboard.press("?")  # the list makes the rest inert, so it is looked at apart
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
