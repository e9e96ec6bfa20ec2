"""axe-core in a page: WCAG 2.0–2.2 level A and AA, and its best practices."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[3] / "src" / "sereno" / "web" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def violations(page: Page, *impacts: str) -> list[str]:
    """What axe finds, one line a rule: impact, rule, the elements. Without `impacts` only serious and critical ones."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text())  # by the debugger, so the page's policy need not allow it
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['impact']} {rule['id']}: " + " · ".join(str(node["target"][0]) for node in rule["nodes"][:5])
        for rule in found["violations"]
        if rule["impact"] in (impacts or GRAVE)
    ]
