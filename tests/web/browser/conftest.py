"""A real Chromium on the gallery. Every test ends with the check that the page was quiet and asked no other host."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from web.browser.gallery import PATIENCE, gallery
from web.serving import serving

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"]


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    with serving(gallery()) as address:
        yield address


@pytest.fixture(scope="module")  # Playwright's loop runs as long: tests of other files in this process want their own
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH to open the pages with")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, base: str) -> Iterator[Callable[..., Page]]:
    """Opens an address of the gallery in a fresh browser context; options are Playwright's `new_context`."""
    contexts, said, asked = [], [], []

    def opened(path: str = "/sereno", *, before: str = "", **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1000, "height": 800}, "locale": "en-US", **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        if before:
            page.add_init_script(before)
        page.goto(base + path)
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []  # a violation of the content security policy is a message too
    assert all(url.startswith((base, "data:")) for url in asked)
