"""How soon the Chart Analyzer panel shows a first fact and a first word, told by templates, in Chromium.

    python -m benchmarks grafana_panel

The built app on a page of Grafana's own packages (`@grafana/scenes`, two series of 288 points over two days), before a
keeper of its own process, through the tests' stand-in for Grafana's proxy; no Grafana server. Each figure is the median
of pages opened anew, one click on Explain each: the clock of the page starts with the click; *fact* is when the first
row of the table of facts stands in the document, *word* when the first text does, *whole* when the verdict does.
Bundle: each module that Grafana loads, as gzip at level 9.
"""

from __future__ import annotations

import gzip
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import pages, rig

sys.path.insert(0, str(rig.ROOT / "tests"))  # the stand-in for Grafana's server is a part of the tests

FACT_MS, WORD_MS, BUNDLE_KB = 150.0, 200.0, 150.0
VISITS = 15
PLUGIN = rig.ROOT / "grafana"
HOSTS = {"React 19": "own", "React 18": "plugin"}
MODULES = ("module.js", "panels/chart-analyzer/module.js", "datasource/module.js")
CLICK = """
() => new Promise((done) => {
  const seen = {};
  let start;
  const watch = new MutationObserver(() => {
    const now = performance.now() - start;
    if (document.querySelector("tr[data-fact]")) seen.fact ??= now;
    if (document.querySelector("[data-testid=answer]")?.textContent.trim()) seen.word ??= now;
    if (!document.querySelector("[data-testid=verdict]")) return;
    watch.disconnect();
    done({ ...seen, whole: now });
  });
  watch.observe(document.body, { subtree: true, childList: true, characterData: true });
  const button = [...document.querySelectorAll("button")].find((one) => one.textContent === "Explain");
  start = performance.now();
  button.click();
})
"""


def run(quick: bool) -> dict[str, Any]:
    """Both hosts, and the size of what Grafana loads."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # a tool of development
    except ModuleNotFoundError as error:
        raise rig.Missing("playwright is not installed") from error
    chromium = shutil.which("chromium")
    if chromium is None:
        raise rig.Missing("no chromium on PATH")
    built = subprocess.run([rig.ROOT / "tools/grafana.sh", "host"], capture_output=True, text=True, check=False)
    if built.returncode:
        raise rig.Missing(f"the app cannot be built here: {built.stderr[-200:]}")
    found: dict[str, dict[str, float]] = {}
    with rig.scratch() as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with pages.keeper(folder) as service:
            for name, host in HOSTS.items():
                found[name] = clicked(browser, PLUGIN / "harness/dist" / host, service, 2 if quick else VISITS)
                print(name, {key: round(value, 1) for key, value in found[name].items()}, flush=True)
        browser.close()
    sizes = {module: len(gzip.compress((PLUGIN / "dist" / module).read_bytes(), 9)) / 1000 for module in MODULES}
    return {"milliseconds": found, "gzip_kb": sizes, "table": table(found, sizes)}


def clicked(browser: Any, host: Path, service: str, visits: int) -> dict[str, float]:
    """Medians, milliseconds, and the slowest word; a first page that warms up keeper and browser is left out."""
    from grafana.grafana_double import Settings, grafana  # noqa: PLC0415  # of the tests, see above
    from web.serving import serving  # noqa: PLC0415  # of the tests, see above

    options = json.dumps({"model": "template"})
    seen: list[dict[str, float]] = []
    with serving(grafana(PLUGIN / "dist", host, Settings({"serviceUrl": service}))) as base:
        context = browser.new_context(viewport={"width": 1400, "height": 900}, locale="en-US", timezone_id="UTC")
        for _ in range(visits + 1):
            page = context.new_page()
            page.goto(f"{base}/?view=scene&options={options}")
            page.wait_for_selector("html[data-ready]", state="attached")
            page.get_by_role("button", name="Explain", exact=True).wait_for()
            page.wait_for_load_state("networkidle")
            seen.append(page.evaluate(CLICK))
            page.close()
        context.close()
    counted = seen[1:]
    medians = {name: statistics.median(one[name] for one in counted) for name in ("fact", "word", "whole")}
    return {**medians, "slowest_word": max(one["word"] for one in counted)}


def table(found: dict[str, dict[str, float]], sizes: dict[str, float]) -> list[list[str]]:
    """The rows of the report: the slower host counts."""
    lines = []
    for key, what, limit in (("fact", "first fact", FACT_MS), ("word", "first word, templates", WORD_MS)):
        worst, host = max((row[key], host) for host, row in found.items())
        verdict = "reached" if worst <= limit else "**not reached**"
        lines.append([f"Grafana panel: {what} ({host})", f"≤ {limit:g} ms", f"{worst:.0f} ms", verdict, ""])
    whole = sum(sizes.values())
    verdict = "reached" if whole <= BUNDLE_KB else "**not reached**"
    panel = f"the panel {sizes[MODULES[1]]:.0f} KB, in one file"
    return [*lines, ["Grafana app: bundle, gzip", f"≤ {BUNDLE_KB:g} KB", f"{whole:.0f} KB", verdict, panel]]
