"""Every page in a real browser, on a day of traffic and on nothing: themes, widths, languages by turns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest
from playwright.sync_api import Browser

from web.browser.stores import WHOLE, Stocked, a_day, nothing
from web.browser.walker import DESK, PHONE, Language, Theme, Walker, walking
from web.serving import serving

THEMES: tuple[Theme, ...] = ("light", "dark")
LANGUAGES: tuple[Language, ...] = ("en", "es")


@pytest.fixture(scope="module", params=[a_day, nothing], ids=["a_day", "nothing"])
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    with request.param(tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture(scope="module")
def walker(stocked: Stocked, chromium: Browser) -> Iterator[Walker]:
    with serving(stocked.app) as base, walking(chromium, base) as made:
        yield made


@pytest.mark.parametrize("name", WHOLE)
def test_a_page_is_sound(walker: Walker, stocked: Stocked, name: str, request: pytest.FixtureRequest) -> None:
    address = stocked.addresses().get(name)
    if address is None:
        pytest.skip("nothing to show on this page")
    turn = cycle(LANGUAGES if WHOLE.index(name) % 2 else LANGUAGES[::-1])
    store = request.node.callspec.params["stocked"].__name__
    for width in (DESK, PHONE):
        for theme in THEMES:
            language = next(turn)
            walker.open(address, width=width, theme=theme, language=language)
            walker.look(language)
            walker.axe()
            walker.picture(f"{store}-{name}-{width}-{theme}-{language}")
        next(turn)
    walker.judge()
