"""The pictures of the docs, made from a day of traffic: `make pictures` writes docs/pictures."""

from __future__ import annotations

import sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from sereno.store.base import CallQuery
from web.browser.conftest import ARGUMENTS, CHROMIUM
from web.browser.stores import a_day
from web.browser.walker import Theme, View, walking
from web.serving import serving

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
SIZE = (1280, 860)
SCALE = 1.5
MOST_BYTES = 120_000
PICTURES: dict[str, tuple[str, str, Theme]] = {
    "overview": ("overview", "", "light"),
    "overview-dark": ("overview", "", "dark"),
    "call": ("call", "", "light"),
    "models": ("models", "", "light"),
    "cost": ("cost", "?start_time=24h", "light"),
    "health": ("health", "", "light"),
}
"""File name → page, what is added to its address, theme."""


def draw(folder: Path) -> None:
    """Write every picture as WebP, which Chromium makes itself."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as store,
        a_day(Path(store)) as made,
        serving(made.app) as base,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with walking(browser, base, device_scale_factor=SCALE) as walker:
            dearest = made.view.store.calls(CallQuery(sort="cost", limit=1)).calls[0]
            addresses = made.addresses() | {"call": f"/sereno/calls/{dearest.id}"}
            for name, (page, more, theme) in PICTURES.items():
                walker.open(addresses[page] + more, View(SIZE[0], theme))
                walker.page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
                session = walker.page.context.new_cdp_session(walker.page)
                clip = {"x": 0, "y": 0, "width": SIZE[0], "height": SIZE[1], "scale": SCALE}
                taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": 70, "clip": clip})
                (folder / f"{name}.webp").write_bytes(b64decode(taken["data"]))
            walker.judge()
        browser.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
