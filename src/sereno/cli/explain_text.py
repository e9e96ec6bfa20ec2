"""Facts, verdicts and explanations on a terminal: numbers that a fact supports in green, others in red."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, aclosing
from typing import TextIO

from sereno.assembly.explainer import explainer_of
from sereno.cli.tables import print_table
from sereno.config.table import Settings
from sereno.explain.fact import FactSheet
from sereno.explain.narrate.telling import tell
from sereno.explain.verify import Verdict
from sereno.query.explaining import End, Facts, Failure, Text, Verified
from sereno.query.explaining.request import Asked

GREEN, RED, DIM, OFF = "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"

OTHERS = 10
"""Facts listed below a text that does not tell them."""


def print_facts(sheet: FactSheet) -> None:
    """A line a fact, the most important first."""
    rows = [(fact.id, f"{fact.weight:.2f}", tell(fact, sheet, "en")) for fact in sheet.facts]
    print_table(("fact", "weight", "what"), rows, right={"weight"}, flexible="what", drop=("weight",))


def print_verdict(verdict: Verdict) -> None:
    """The claims of a text, one a line, and the score."""
    rows = [(one.text, "supported" if one.supported else "unsupported", one.fact or "") for one in verdict.counted]
    print_table(("claim", "verdict", "fact"), rows, flexible="claim", style=_style)
    print(f"{verdict.supported} of {len(verdict.counted)} supported, score {verdict.score:.2f}")


def _style(row: object) -> str:
    return "red" if isinstance(row, tuple) and row[1] == "unsupported" else ""


class Printer:
    """Writes an explanation as it comes; each sentence once its claims are checked.

    Args:
        out: where to; colours only if it is a terminal, and `NO_COLOR` (https://no-color.org) is not set.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._colours = out.isatty() and not os.environ.get("NO_COLOR")
        self._text = ""
        self._shown = 0
        self._cited: list[str] = []

    async def run(self, settings: Settings, asked: Asked) -> None:
        """Explain, and write it.

        Raises:
            Problem: too much is asked at once.
            ConfigError: a setting is wrong.
        """
        explainer = explainer_of(settings, time.time)
        sheet: FactSheet | None = None
        try:
            with ExitStack() as hold:
                model = explainer.admit(asked, hold)
                async with aclosing(explainer.explain(asked, model=model)) as events:
                    async for event in events:
                        if isinstance(event, Facts):
                            sheet = event.sheet
                        elif isinstance(event, Text):
                            self._text += event.text
                        elif isinstance(event, Verified):
                            self._verified(event)
                        elif isinstance(event, Failure):
                            self._out.write(f"{self._mark(RED)}{event.title}: {event.detail}{self._mark(OFF)}\n\n")
                        elif isinstance(event, End):
                            self._end(event, sheet, asked.language)
        finally:
            await explainer.close()

    def _verified(self, one: Verified) -> None:
        self._out.write(self._text[self._shown : one.start])
        link = ""
        if one.fact is not None:
            if one.fact not in self._cited:
                self._cited.append(one.fact)
            link = f"{self._mark(DIM)}[{self._cited.index(one.fact) + 1}]{self._mark(OFF)}"
        elif not one.supported:
            link = f"{self._mark(DIM)}[?]{self._mark(OFF)}"
        colour = self._mark(GREEN if one.supported else RED)
        self._out.write(f"{colour}{one.text}{self._mark(OFF)}{link}")
        self._shown = one.end
        self._out.flush()

    def _end(self, end: End, sheet: FactSheet | None, language: str) -> None:
        self._out.write(self._text[self._shown :].rstrip() + "\n\n")
        told = {fact.id: tell(fact, sheet, language) for fact in sheet.facts} if sheet is not None else {}
        for position, fact in enumerate(self._cited, 1):
            self._out.write(f"{self._mark(DIM)}[{position}] {fact}: {told.get(fact, '')}{self._mark(OFF)}\n")
        others = [fact for fact in told if fact not in self._cited]
        for fact in others[:OTHERS]:
            self._out.write(f"{self._mark(DIM)}    {fact}: {told[fact]}{self._mark(OFF)}\n")
        if len(others) > OTHERS:
            left = f"and {len(others) - OTHERS} facts more; `sereno explain facts FILE` lists all of a file's"
            self._out.write(f"{self._mark(DIM)}    {left}{self._mark(OFF)}\n")
        who = end.model or "templates"
        score = f"{end.supported} of {end.numbers} claims supported ({end.score:.0%})"
        who += {"given": ", shown your picture", "drawn": ", shown a picture of it"}.get(end.picture, "")
        self._out.write(f"{self._mark(DIM)}{score}, by {who} in {end.seconds:.1f} s{self._mark(OFF)}\n")

    def _mark(self, code: str) -> str:
        return code if self._colours else ""
