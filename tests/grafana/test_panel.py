"""The panel in a real Chromium, in a real scene, on React 19 and 18."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from grafana.conftest import Visitor
from grafana.service_double import Service

Visiting = Callable[..., Visitor]


def test_it_tells_and_links_each_figure_to_its_fact(
    visiting: Visiting, host: Path, service: tuple[Service, str]
) -> None:
    state, address = service
    visitor = visiting(host, address, key="sk-sereno-secret")
    page = visitor.open()
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(page.get_by_test_id("verdict")).to_contain_text("2 of 3 figures checked and right")
