"""axe-core in a page: WCAG 2.0–2.2 level A and AA, and its best practices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[3] / "src" / "sereno" / "web" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def violations(page: Page, *impacts: str) -> list[str]:
    """What axe finds, one line a rule: impact, rule, the elements. Without `impacts` only serious and critical ones."""
    return _found(page, "{ resultTypes: ['violations'] }", impacts or GRAVE)


def contrasts(page: Page) -> list[str]:
    """What axe finds wrong with colours alone."""
    return _found(page, "{ resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] }", GRAVE)


def _found(page: Page, options: str, impacts: Sequence[str]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text())  # by the debugger, so the page's policy need not allow it
    found = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{rule['impact']} {rule['id']}: " + " · ".join(str(node["target"][0]) for node in rule["nodes"][:5])
        for rule in found["violations"]
        if rule["impact"] in impacts
    ]
