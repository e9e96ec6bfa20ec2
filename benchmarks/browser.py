"""Every page at a million calls as a browser meets it: Chromium on loopback, a keeper of its own process.

    python -m benchmarks.browser --data DIR   measures on a store that `benchmarks.pages --make` built
    python -m benchmarks browser              builds one, measures, writes the report

Each page is opened five times in a fresh context (first visit) and once more in the same one (next visit); figures are
medians. *server* is from the request's last byte to the answer's first, as the browser sees it on the next visit (on
the first, a browser that starts its processes takes the cores from the keeper); *bytes* are those on the wire,
heads and compression included, of everything the page asked for; *interactive* is the later of `load` and
`html[data-ready]`, which says that every control works; *drawn* is when all figures in sight have their drawing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from benchmarks import machine, million, pages, rig

SERVER_MS, FIRST_KIB, NEXT_KIB, READY_MS = 100.0, 350.0, 40.0, 1000.0
VISITS = 5
WATCH = """
window.seen = {};
new MutationObserver(() => {
  if (document.documentElement.dataset.ready) window.seen.ready ??= performance.now();
  if (window.seen.ready && ![...document.querySelectorAll("figure[data-chart]:not([data-drawn])")].some(
    (figure) => figure.getBoundingClientRect().top < innerHeight)) window.seen.drawn ??= performance.now();
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready", "data-drawn"] });
"""
TIMES = """() => {
  const seen = performance.getEntriesByType("navigation")[0];
  return { server: seen.responseStart - seen.requestStart, load: seen.loadEventEnd, ready: window.seen.ready,
           drawn: window.seen.drawn };
}"""


def addresses(base: str) -> dict[str, str]:
    """Every page at the end of the traffic, those of one thing at something large."""
    day, week, month = (
        {"start_time": f"{million.END - span:.0f}", "end_time": f"{million.END:.0f}"}
        for span in (86400, 604800, 2592000)
    )
    call = httpx.get(f"{base}/analytics/messages", params={"limit": 1, "sort": "tokens"}, timeout=60).json()[0]
    talks = httpx.get(f"{base}/analytics/sessions", params={"limit": 1, "sort": "calls"}, timeout=60).json()
    talk = (talks if isinstance(talks, list) else talks["sessions"])[0]["session"]
    found: dict[str, tuple[str, dict[str, str]]] = {
        "overview": ("", day),
        "overview, 30 days": ("", month),
        "calls": ("/calls", {}),
        "calls of 7 days by latency": ("/calls", week | {"sort": "latency"}),
        "calls with two words": ("/calls", {"search": "invoices kotlin"}),
        "one call": (f"/calls/{call['id']}", {}),
        "sessions": ("/sessions", {}),
        "one session": ("/session", {"session": talk}),
        "users": ("/users", month),
        "one user": ("/user", month | {"user": pages.HEAVY}),
        "models": ("/models", month),
        "one model": ("/model", month | {"model": pages.MODEL}),
        "two models": ("/models/compare", week | {"a": "gpt-4o", "b": pages.MODEL}),
        "cost": ("/cost", month),
        "health": ("/health", {}),
    }
    return {name: f"{base}/sereno{path}?{urlencode(given)}" for name, (path, given) in found.items()}


class Visitor:
    """A fresh browser context and the bytes that came into it."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.bytes = 0
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._came)

    def _came(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def open(self, address: str) -> dict[str, float]:
        """Open the page and wait until it is quiet."""
        self.bytes = 0
        answer = self.page.goto(address, wait_until="load")
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{address} answered {answer and answer.status}")
        self.page.wait_for_function("() => window.seen.ready && window.seen.drawn")
        self.page.wait_for_load_state("networkidle")
        times = self.page.evaluate(TIMES)
        return {
            "server": times["server"], "interactive": max(times["load"], times["ready"]), "drawn": times["drawn"],
            "kib": self.bytes / 1024,
        }  # fmt: skip


def measured(folder: Path, visits: int) -> dict[str, Any]:
    """All figures of every page, and the lines they add to the report."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # a tool of development
    except ModuleNotFoundError as error:
        raise rig.Missing("playwright is not installed") from error
    chromium = shutil.which("chromium")
    if chromium is None:
        raise rig.Missing("no chromium on PATH")
    out: dict[str, dict[str, float]] = {}
    with pages.keeper(folder) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        found = addresses(base)
        Visitor(browser).open(found["health"])  # the keeper and the browser warm up
        for name, address in found.items():
            first, following = [], []
            for _ in range(visits):
                visitor = Visitor(browser)
                first.append(visitor.open(address))
                following.append(visitor.open(address))
                visitor.context.close()
            out[name] = row = {
                "server_ms": _median(following, "server"), "first_server_ms": _median(first, "server"),
                "first_kib": _median(first, "kib"), "next_kib": _median(following, "kib"),
                "interactive_ms": _median(first, "interactive"), "drawn_ms": _median(first, "drawn"),
                "next_interactive_ms": _median(following, "interactive"),
            }  # fmt: skip
            print(name, {key: round(value, 1) for key, value in row.items()}, flush=True)
        browser.close()
    return {"pages": out, "table": table(out)}


def _median(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(visit[name] for visit in found)


def table(found: dict[str, dict[str, float]]) -> list[list[str]]:
    """The slowest and the heaviest page against each target."""
    lines = []
    for key, what, limit, unit in (
        ("server_ms", "server time", SERVER_MS, "ms"),
        ("first_kib", "on the wire, first visit", FIRST_KIB, "KiB"),
        ("next_kib", "on the wire, next visit", NEXT_KIB, "KiB"),
        ("interactive_ms", "interactive, first visit", READY_MS, "ms"),
    ):
        worst, name = max((row[key], name) for name, row in found.items())
        verdict = "reached" if worst <= limit else "**not reached**"
        lines.append(
            [f"1 M calls, Chromium: {what}, the worst page (“{name}”)", f"≤ {limit:g} {unit}", f"{worst:.0f} {unit}",
             verdict, ""]
        )  # fmt: skip
    return lines


def run(quick: bool) -> dict[str, Any]:
    """Build a store and measure on it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        pages.make(folder, 20_000 if quick else 1_000_000)
        return measured(folder, 1 if quick else VISITS)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.browser", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, metavar="DIR", required=True, help="a data folder with the store")
    parser.add_argument("--visits", type=int, default=VISITS)
    asked = parser.parse_args()
    print(json.dumps({"machine": machine.describe(), **measured(asked.data, asked.visits)}, indent=1))


if __name__ == "__main__":
    main()
