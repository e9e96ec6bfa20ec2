"""How often the built-in categories are what a person said: `python tests/categories/labelled.py` prints the table.

With the path of FastChat's `fastchat/llm_judge/data/vicuna_bench/question.jsonl` it says how many of those are right.

`prompts.tsv` holds prompts with the category that a person gave each before any word list was written. One half was
looked at while words were chosen (tuning), the other was not (held out).
"""

from __future__ import annotations

import json
import sys
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
    found = []
    for line in (Path(__file__).parent / "prompts.tsv").read_text("utf-8").splitlines():
        part, language, category, prompt = line.split("\t")
        found.append(Labelled(category, language, part == "held-out", prompt.replace("\\n", "\n")))
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


VICUNA = {
    "generic": "question_answering", "knowledge": "question_answering", "common-sense": "question_answering",
    "counterfactual": "question_answering", "roleplay": "role_play", "coding": "code", "math": "mathematics",
    "writing": "writing",
}  # fmt: skip
"""Its kinds of questions as our categories; the rest (estimates such as "How many …?") has none of its own."""


def foreign(path: Path) -> str:
    """How many first turns of a FastChat `question.jsonl` get the category that its authors' kind stands for."""
    questions = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    found = [
        Labelled(VICUNA[one["category"]], "en", held_out=True, prompt=one["turns"][0])
        for one in questions
        if one["category"] in VICUNA
    ]
    return f"{right(Categoriser(BUILTIN), found)} of {len(found)}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(foreign(Path(sys.argv[1])))  # noqa: T201
        sys.exit()
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
