"""How often the built-in categories are what a person said: `python tests/categories/labelled.py` prints the table.

`prompts.tsv` holds prompts with the category that a person gave each before any word list was written. Of each category
and language every other one was looked at while words were chosen (tuning); the rest was not (held out).
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from sereno.categories.builtin import BUILTIN
from sereno.categories.categorise import Categoriser


class Labelled(NamedTuple):
    """One prompt and what a person said of it."""

    category: str
    language: str
    held_out: bool
    prompt: str


def labelled() -> list[Labelled]:
    """The prompts in the order of the file."""
    found, seen = [], Counter[tuple[str, str]]()
    for line in (Path(__file__).parent / "prompts.tsv").read_text("utf-8").splitlines():
        category, language, prompt = line.split("\t")
        seen[category, language] += 1
        held_out = seen[category, language] % 2 == 0
        found.append(Labelled(category, language, held_out, prompt.replace("\\n", "\n")))
    return found


def right(categoriser: Categoriser, prompts: list[Labelled]) -> int:
    """How many prompts get the category that a person gave them."""
    return sum(categoriser.name(one.prompt) == one.category for one in prompts)


def table() -> str:
    """The table of docs/categories.md."""
    categoriser, lines = Categoriser(BUILTIN), ["| prompts | English | Spanish | both |", "|---|---|---|---|"]
    for name, held_out in (("tuning", False), ("held out", True)):
        part = [one for one in labelled() if one.held_out == held_out]
        cells = []
        for prompts in ([p for p in part if p.language == "en"], [p for p in part if p.language == "es"], part):
            good = right(categoriser, prompts)
            cells.append(f"{good} of {len(prompts)} ({good / len(prompts):.0%})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def microseconds(text: str, times: int = 50) -> float:
    """How long one text takes: the best of many short runs, as other programs disturb most of them."""
    categoriser, best = Categoriser(BUILTIN), float("inf")
    for _ in range(400):
        began = perf_counter()
        for _ in range(times):
            categoriser.name(text)
        best = min(best, (perf_counter() - began) / times)
    return best * 1e6


if __name__ == "__main__":
    dense = " ".join(one.prompt for one in labelled() if one.category in {"question_answering", "writing"})[:2048]
    page = Path(__file__).parents[2] / "docs/decisions/0001-trust-boundary.md"
    prose = ("Summarise the following decision. " + page.read_text("utf-8"))[:2048]
    code = Path(sys.modules[Categoriser.__module__].__file__ or "").read_text("utf-8")[:2048]
    print(table())  # noqa: T201
    for what, text in (
        ("a sentence", dense[:75]),
        ("a page of 2 KB", prose),
        ("2 KB of code", code),
        ("2 KB of short prompts", dense),
    ):
        print(f"{what}: {microseconds(text):.0f} µs")  # noqa: T201
