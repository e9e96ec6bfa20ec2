"""Every page in a real browser where it is hard: nothing to show, hostile content, many calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from web.browser.stores import LEDGERED, WHOLE, Stocked, hostile, many, nothing
from web.browser.walker import Walker, turns, walking
from web.serving import serving


def thousands(folder: Path) -> AbstractContextManager[Stocked]:
    """A week of a small firm."""
    return many(folder, 6_000)


@pytest.fixture(scope="module")
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    with request.param(tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture(scope="module")
def walker(stocked: Stocked, chromium: Browser) -> Iterator[Walker]:
    with serving(stocked.app) as base, walking(chromium, base) as made:
        yield made


@pytest.mark.parametrize("stocked", [nothing], indirect=True, ids=["nothing"])
@pytest.mark.parametrize("name", WHOLE)
def test_a_page_with_nothing_is_sound(walker: Walker, stocked: Stocked, name: str) -> None:
    address = stocked.addresses().get(name)
    if address is None:
        assert name in ("call", "session", "user", "model", "explain")
        return
    # What is there changes structure, which one view shows; colours of both themes are judged on the day.
    walker.walk(f"nothing-{name}", address, turns(WHOLE.index(name) + 1), wcag=1)


@pytest.mark.parametrize("stocked", [hostile, thousands], indirect=True, ids=["hostile", "thousands"])
@pytest.mark.parametrize("name", [name for name in WHOLE if name not in LEDGERED])
def test_a_page_is_sound(walker: Walker, stocked: Stocked, name: str, request: pytest.FixtureRequest) -> None:
    store = request.node.callspec.params["stocked"].__name__
    views = turns(WHOLE.index(name) + 1)
    walker.walk(f"{store}-{name}", stocked.addresses()[name], views, wcag=0 if store == "thousands" else 1)
