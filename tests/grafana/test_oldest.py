"""The same build on the oldest Grafana packages that the app promises to run with: 12.3.0, React 18."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from grafana.building import PLUGIN, ROOT
from grafana.conftest import Visitor
from grafana.service_double import Service

pytestmark = pytest.mark.slow
Visiting = Callable[..., Visitor]


@pytest.fixture(scope="module")
def oldest(built: Path) -> Path:
    """The host page of Grafana 12.3.0."""
    assert built
    done = subprocess.run([ROOT / "tools/grafana.sh", "oldest"], capture_output=True, text=True, check=False)
    if done.returncode and not (PLUGIN / "harness/oldest/node_modules/.installed.json").exists():
        pytest.skip(f"the packages of the oldest Grafana cannot be had: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return PLUGIN / "harness/dist/oldest"


def test_what_is_promised_is_what_is_tried() -> None:
    promised = json.loads((PLUGIN / "src/plugin.json").read_text())["dependencies"]["grafanaDependency"]
    tried = json.loads((PLUGIN / "harness/oldest/package.json").read_text())["dependencies"]["@grafana/data"]
    assert promised == f">={tried}"


def test_the_panel_explains(visiting: Visiting, oldest: Path, service: tuple[Service, str]) -> None:
    visitor = visiting(oldest, service[1])
    page = visitor.open()
    page.get_by_role("button", name="Explain", exact=True).click()
    expect(page.get_by_test_id("verdict")).to_contain_text("2 of 3 figures checked and right")
    page.get_by_test_id("answer").get_by_role("button", name="50 %").click()
    expect(page.locator("tr[aria-current=true]")).to_have_attribute("data-fact", "change_point-1")
    assert (visitor.said, visitor.refused) == ([], [])


def test_the_menu_explains_without_a_picture(visiting: Visiting, oldest: Path, service: tuple[Service, str]) -> None:
    state, address = service
    visitor = visiting(oldest, address)
    page = visitor.open("menu")
    page.get_by_role("button", name="Explain this panel").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="moondream").click()
    dialog.get_by_role("button", name="Explain", exact=True).click()
    expect(dialog.get_by_test_id("verdict")).to_contain_text("2 of 3")
    assert "image" not in state.seen[0]  # 12.3 has no service that takes one
    assert visitor.said == []


def test_options_and_configuration_open(visiting: Visiting, oldest: Path, service: tuple[Service, str]) -> None:
    visitor = visiting(oldest, service[1])
    options = visitor.open("options")
    options.get_by_role("combobox", name="Model").click()
    expect(options.get_by_role("option")).to_have_count(4)
    configuration = visitor.open("configuration")
    expect(configuration.get_by_role("button", name="Save and test")).to_be_visible()
    assert visitor.said == []
