"""The fenced blocks of a page: commands, what they print, and what the page says about running them.

A block of commands (`sh`) runs unless a comment before it says `<!-- not run: REASON -->` or
`<!-- needs: PROGRAM -->`. A block of text (`text`) after it is what it prints; with `<!-- again -->` before it
they may be run again until they do: what was done before shows within a second or two, not at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_COMMENT = re.compile(r"<!-- (?P<word>not run|needs|again)(?:: (?P<rest>.+))? -->")


@dataclass
class Step:
    """One block of commands.

    Attributes:
        line: where it begins on the page.
        code: the commands.
        printed: lines that the page says are printed; `…` is any text.
        again: may be run again until it prints that.
        needs: a program that may be missing, "" for none.
        not_run: why it is not run, "" where it is.
    """

    line: int
    code: str
    printed: list[str] = field(default_factory=list)
    again: bool = False
    needs: str = ""
    not_run: str = ""


def steps(page: str) -> list[Step]:
    """The blocks of commands of a page, in order, with what each prints."""
    found: list[Step] = []
    said: dict[str, str] = {}
    kind, block, begin = "", [""], 0
    for number, line in enumerate(page.splitlines(), 1):
        comment = _COMMENT.fullmatch(line)
        if kind and line == "```":
            text = "\n".join(block)
            if kind == "sh":
                found.append(Step(begin, text, needs=said.get("needs", ""), not_run=said.get("not run", "")))
            elif kind == "text":
                found[-1].printed += text.splitlines()
                found[-1].again = "again" in said
            said, kind = {}, ""
        elif kind:
            block.append(line)
        elif line.startswith("```"):
            kind, block, begin = line[3:] or "plain", [], number
        elif comment:
            said[comment["word"]] = comment["rest"] or ""
    return found


def missing(step: Step, output: str) -> list[str]:
    """The lines that a step should print and did not; spaces and tabs count as one space."""
    lines = [" ".join(line.split()) for line in output.split("\n")]  # not at the line separators of Unicode
    wanted = [" ".join(line.split()) for line in step.printed]
    return [line for line in wanted if not any(_pattern(line).fullmatch(one) for one in lines)]


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(r" ?.* ?".join(re.escape(part.strip()) for part in line.split("…")))
