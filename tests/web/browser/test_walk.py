"""Every page in a real browser on a day of traffic: both themes and languages by turns, desk and phone, WCAG."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from web.browser.stores import LEDGERED, WHOLE, Stocked, a_day
from web.browser.walker import Walker, turns, walking
from web.serving import serving


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    with a_day(tmp_path_factory.mktemp("day")) as made:
        yield made


@pytest.fixture(scope="module")
def walker(stocked: Stocked, chromium: Browser) -> Iterator[Walker]:
    with serving(stocked.app) as base, walking(chromium, base) as made:
        yield made


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in LEDGERED])
def test_a_page_is_sound(walker: Walker, stocked: Stocked, name: str) -> None:
    walker.walk(f"day-{name}", stocked.addresses()[name], turns(WHOLE.index(name)))


def test_the_judge_sees_what_is_wrong(walker: Walker) -> None:
    """A walk that finds nothing proves something only if it would find it."""
    walker.open("/sereno", turns(0)[0])
    walker.page.evaluate("""() => {
        const tile = document.querySelector(".tile b");
        tile.innerHTML = "<span>" + "123456789".repeat(9) + "</span>";
        const said = document.querySelector("main").appendChild(document.createElement("p"));
        said.textContent = "Todavía no hay llamadas";
        said.style.color = "#ccc";
        document.querySelector("h1").insertAdjacentHTML("afterend", "<img src='http://other.invalid/x.png'>");
        document.body.append(Object.assign(document.createElement("hr"), { className: "wide" }));
        document.querySelector(".wide").setAttribute("width", "3000");
        console.log("noise");
    }""")
    walker.look("en")
    walker.axe()
    found, walker.faults = "\n".join(walker.faults), []
    for part in ("sticks out", "not in en", "asked http://other.invalid", "scrolls sideways", "noise", "axe: serious"):
        assert part in found, part
