"""A browser that opens pages and writes down what is wrong with each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import product, starmap
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from sereno.web.texts import texts
from web.browser import axe
from web.browser.gallery import PATIENCE

Theme = Literal["light", "dark"]
Language = Literal["en", "es"]
PHONE, LAPTOP, DESK, WALL = 375, 1280, 1440, 2560
HEIGHTS = {PHONE: 740, DESK: 900, WALL: 1400}
MOST_SHIFT = 0.05
VISITS = 3
"""A busy machine paints half of a page before the rest has come; what moves by itself moves at every visit."""

JUDGE = Path(__file__).with_name("judge.js")


class View(NamedTuple):
    """How a page is looked at."""

    width: int = DESK
    theme: Theme = "light"
    language: Language = "en"


EVERY = tuple(starmap(View, product((PHONE, DESK, WALL), ("light", "dark"), ("en", "es"))))


def turns(number: int) -> tuple[View, View]:
    """Two views that together have both widths, themes and languages; which go together changes with the number.

    Of two numbers that follow one another, themes and widths go together in all four ways.
    """
    first = View(DESK, "dark" if number & 1 else "light", "es" if number & 2 else "en")
    return first, View(PHONE, "light" if number & 1 else "dark", "en" if number & 2 else "es")


class Walker:
    """One browser context on one site. `faults` holds what it found so far, each with the page it was found on.

    Args:
        context: fresh; its console and requests are watched.
        base: address of the site.
        artefacts: folder for pictures, None for none.
    """

    def __init__(self, context: BrowserContext, base: str, artefacts: Path | None = None) -> None:
        self.base = base
        self.artefacts = artefacts
        self.faults: list[str] = []
        self._at = "before the first page"
        self._context = context
        context.set_default_timeout(PATIENCE)
        context.add_init_script(path=JUDGE)
        context.on("console", lambda message: self._fault(f"console: {message.text}"))
        context.on("weberror", lambda error: self._fault(f"error: {error.error}"))
        context.on("request", lambda request: self._asked(request.url))
        self.page: Page = context.new_page()

    def open(self, address: str, view: View) -> None:
        """Go there and wait until the page and its figures are ready."""
        self._at = f"{address[:90]} {view.width} {view.theme} {view.language}"
        self.page.set_viewport_size({"width": view.width, "height": HEIGHTS.get(view.width, 900)})
        self.page.emulate_media(color_scheme=view.theme)
        cookie = {"name": "sereno_lang", "value": view.language, "url": self.base + "/sereno"}
        self._context.add_cookies([cookie])  # type: ignore[list-item]  # a dict of texts
        answer = self.page.goto(self.base + address)
        assert answer is not None
        if answer.status != 200:
            self._fault(f"status {answer.status}")
        self.page.wait_for_selector("html[data-ready]", state="attached")
        self.page.wait_for_function("() => !document.querySelector('figure[data-chart]:not([data-drawn])')")

    def look(self, language: Language = "en") -> None:
        """Judge the page as it stands: width, cuts, overlaps, shifts, language."""
        self._layout()
        shift = self._shift()
        if shift >= MOST_SHIFT:
            self._fault(f"layout shift {shift:.3f}")
        if (said := self.page.evaluate("document.documentElement.lang")) != language:
            self._fault(f"lang is {said}")
        for text in untranslated(self.page.evaluate("judge.words()"), language):
            self._fault(f"not in {language}: {text!r}")

        if self.page.viewport_size == {"width": DESK, "height": HEIGHTS[DESK]}:
            self._at += f", then {LAPTOP}"
            self.page.set_viewport_size({"width": LAPTOP, "height": HEIGHTS[DESK]})
            self._layout()
            self.page.set_viewport_size({"width": DESK, "height": HEIGHTS[DESK]})

    def _shift(self) -> float:
        """How much of the page has moved by itself since it came (Cumulative Layout Shift)."""
        return float(self.page.evaluate("judge.shift"))

    def _layout(self) -> None:
        for fault in self.page.evaluate("judge.layout()"):
            self._fault(fault)

    def axe(self) -> None:
        """Judge the page by WCAG, as it is seen now: views of both themes are needed to judge all its colours."""
        for violation in axe.violations(self.page):
            self._fault(f"axe: {violation}")

    def walk(self, name: str, address: str, views: Sequence[View], *, wcag: int | None = None) -> None:
        """Open a page in several views and judge each; fails with everything that was wrong.

        Args:
            name: begins the names of its pictures.
            address: path and query.
            views: how it is looked at, one after the other.
            wcag: in how many of the views axe judges it as well; None: in all.
        """
        for number, view in enumerate(views):
            for _ in range(VISITS):
                self.open(address, view)
                if self._shift() < MOST_SHIFT:
                    break
            self.look(view.language)
            self.picture(f"{name}-{view.width}-{view.theme}-{view.language}")
            if wcag is None or number < wcag:
                self.axe()
        self.judge()

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page."""
        if self.artefacts is not None:
            self.artefacts.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.artefacts / f"{name}.png", full_page=True)

    def judge(self) -> None:
        """Fail with everything found since the last time."""
        found, self.faults = self.faults, []
        if found:
            pytest.fail("\n".join(found), pytrace=False)

    def words(self) -> list[str]:
        """Every text of the page that is ours, not the record's."""
        return list(self.page.evaluate("judge.words()"))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.base + "/", "data:")):
            self._fault(f"asked {url[:100]}")

    def _fault(self, text: str) -> None:
        self.faults.append(f"{self._at}: {text}")


def untranslated(words: list[str], language: Language) -> list[str]:
    """What stands in the other language: one of its whole texts that ours has not, or a long one inside of another."""
    foreign, pieces = _foreign(language)
    return [word for word in words if word.casefold() in foreign or any(piece in word.casefold() for piece in pieces)]


@cache
def _foreign(language: Language) -> tuple[set[str], set[str]]:
    """Texts that only the other language has, and the long parts of them that stand in none of ours."""
    ours, theirs = texts(language), texts("es" if language == "en" else "en")
    own = {text.casefold() for text in ours.values()}
    foreign = {text.casefold() for text in theirs.values()} - own
    pieces = {piece.strip() for text in foreign for piece in re.split(r"\{[a-z_]+\}", text) if len(piece.strip()) > 14}
    return foreign, {piece for piece in pieces if not any(piece in text for text in own)}


def artefacts() -> Path | None:
    """The folder for pictures: `SERENO_ARTEFACTS`; none are made without it."""
    given = os.environ.get("SERENO_ARTEFACTS")
    return Path(given) if given else None


@contextmanager
def walking(browser: Browser, base: str, **options: Any) -> Iterator[Walker]:
    """A walker with a context of its own; options are Playwright's `new_context`."""
    context = browser.new_context(**{"locale": "en-US", "timezone_id": "UTC", **options})
    yield Walker(context, base, artefacts())
    context.close()
