"""The whole product: every page, width, theme and language on all four stores, the last of them with a million calls.

Pictures go to SERENO_ARTEFACTS. SERENO_MILLION names a data folder that `python -m benchmarks.pages --make` built, so
that it need not be built again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from web.browser.stores import WHOLE, Stocked, a_day, hostile, many, nothing, opened
from web.browser.walker import EVERY, Walker, walking
from web.serving import serving


def a_million(folder: Path) -> AbstractContextManager[Stocked]:
    built = os.environ.get("SERENO_MILLION")
    return opened(Path(built)) if built else many(folder, 1_000_000)


@pytest.fixture(scope="module", params=[a_day, nothing, hostile, a_million], ids=lambda store: str(store.__name__))
def stocked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    with request.param(tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture(scope="module")
def walker(stocked: Stocked, chromium: Browser) -> Iterator[Walker]:
    with serving(stocked.app) as base, walking(chromium, base) as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", WHOLE)
def test_a_page_is_sound_in_every_view(
    walker: Walker, stocked: Stocked, name: str, request: pytest.FixtureRequest
) -> None:
    address = stocked.addresses().get(name)
    if address is not None:
        store = request.node.callspec.params["stocked"].__name__
        walker.walk(f"{store}-{name}", address, EVERY)
