"""Every page without script: its figures are tables, nothing waits for a script to be shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from web.browser.stores import WHOLE, Stocked, a_day
from web.browser.walker import DESK, PHONE
from web.serving import serving


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    with a_day(tmp_path_factory.mktemp("day")) as made:
        yield made


@pytest.fixture(scope="module")
def plain(stocked: Stocked, chromium: Browser) -> Iterator[tuple[Page, str]]:
    with serving(stocked.app) as base:
        context = chromium.new_context(java_script_enabled=False)
        yield context.new_page(), base
        context.close()


@pytest.mark.parametrize("name", WHOLE)
def test_a_page_says_all_without_script(plain: tuple[Page, str], stocked: Stocked, name: str) -> None:
    page, base = plain
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        answer = page.goto(base + stocked.addresses()[name])
        assert answer is not None
        assert answer.status == 200
        drawn = page.locator("figure.chart:has(details.chart-data)")
        for figure in drawn.all():
            rows = figure.locator(".chart-data tbody tr")
            assert rows.count() > 0
            if figure.get_attribute("data-kind") != "radar":
                assert rows.first.is_visible()
        assert all(text.strip() for text in page.locator(".tile b").all_inner_texts())
        for hidden in page.locator("button[data-copy], [data-live-toggle], [data-themes]").all():
            assert not hidden.is_visible()
        assert page.evaluate("document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth")
