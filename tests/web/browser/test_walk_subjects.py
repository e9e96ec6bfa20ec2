"""The pages of the keeper's subjects with a month in them: drift, quality, adapters, alerts, what a chart tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from web.browser.subjects import PAGES, subjects
from web.browser.walker import Walker, turns, walking
from web.serving import serving


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Walker]:
    with (
        subjects(tmp_path_factory.mktemp("month")) as stocked,
        serving(stocked.app) as base,
        walking(chromium, base) as made,
    ):
        yield made


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound(walker: Walker, name: str) -> None:
    walker.walk(f"month-{name}", PAGES[name], turns(list(PAGES).index(name)))
    empty = walker.page.locator("section.empty").count()
    assert not empty, "the page has nothing to show"
