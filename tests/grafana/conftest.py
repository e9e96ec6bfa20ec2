"""The app as built from these sources, in a real Chromium, on a page of Grafana's own packages."""

from __future__ import annotations

import shutil
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from grafana.building import DIST, PLUGIN, build, installed
from grafana.grafana_double import Settings, grafana
from grafana.service_double import Service, service_app
from web.serving import serving

HOSTS = {"react19": PLUGIN / "harness/dist/own", "react18": PLUGIN / "harness/dist/plugin"}
PATIENCE = 30_000
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-gpu"]


@pytest.fixture(scope="session")
def built() -> Path:
    """The built app; made anew where a source has changed, which `make test` does before any test's time runs."""
    said = build()
    if said and not installed():
        pytest.skip(f"the packages that the app is built with cannot be had: {said[-300:]}")
    assert not said, said
    return DIST


@pytest.fixture(scope="module")  # Playwright's loop runs as long: tests of other files in this process want their own
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on PATH to open the panel in")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def service() -> Iterator[tuple[Service, str]]:
    """A service that can be made to fail, and its address."""
    state = Service()
    with serving(service_app(state)) as address:
        yield state, address


@dataclass
class Visitor:
    """Opens views of the host page; remembers what the browser said and asked."""

    context: BrowserContext
    base: str
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def open(self, view: str = "scene", *, width: int = 1400, height: int = 900, **asked: Any) -> Page:
        page = self.context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.said.append(str(e)))
        page.on("request", lambda r: self.asked.append(r.url))
        page.on("response", lambda r: self.refused.append((r.status, r.url)) if r.status >= 400 else None)
        page.goto(f"{self.base}/?{urllib.parse.urlencode({'view': view, **asked})}")
        page.wait_for_selector("html[data-ready]", state="attached")
        return page


SLOWLY = pytest.param("react18", marks=pytest.mark.slow)


@pytest.fixture(params=["react19", SLOWLY])
def host(request: pytest.FixtureRequest, built: Path) -> Path:
    """The host page with React 19 (Grafana 13.2); in the slow run also with React 18 (13.1)."""
    assert built
    return HOSTS[request.param]


@pytest.fixture(params=["react19", "react18"])
def every_host(request: pytest.FixtureRequest, built: Path) -> Path:
    """The host page with React 19 (Grafana 13.2) and with React 18 (13.1), in every run."""
    assert built
    return HOSTS[request.param]


@dataclass
class Grafanas:
    """One double of Grafana for each host, and one browser context, whose cache keeps what a host loaded once."""

    context: BrowserContext
    dist: Path
    stack: ExitStack
    running: dict[Path, tuple[str, Settings]] = field(default_factory=dict)

    def visitor(self, host: Path, url: str, key: str = "") -> Visitor:
        """A visitor of a Grafana whose app is set up so."""
        if host not in self.running:
            settings = Settings()
            self.running[host] = self.stack.enter_context(serving(grafana(self.dist, host, settings))), settings
        base, settings = self.running[host]
        settings.json_data, settings.secure = {"serviceUrl": url}, {"apiKey": key} if key else {}
        return Visitor(self.context, base)


@pytest.fixture(scope="module")
def grafanas(chromium: Browser, built: Path) -> Iterator[Grafanas]:
    context = chromium.new_context(locale="en-US", timezone_id="UTC")
    context.set_default_timeout(PATIENCE)
    context.add_init_script("if (location.protocol === 'http:') localStorage.clear()")
    with ExitStack() as stack:
        yield Grafanas(context, built, stack)
    context.close()


@pytest.fixture
def visiting(grafanas: Grafanas) -> Iterator[Callable[..., Visitor]]:
    """Gives a visitor of a Grafana double; its pages are closed after the test."""
    yield grafanas.visitor
    for page in grafanas.context.pages:
        page.close()
