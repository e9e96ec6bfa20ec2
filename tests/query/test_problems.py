"""Every problem that is raised has a title, and the keeper's stand in docs/api.md."""

from __future__ import annotations

import re
from pathlib import Path

import sereno
from sereno.query.problems import TITLES, Problem

ROOMS = ("api", "query", "web", "keeper", "assembly", "artifacts", "agent")
RAISED = re.compile(r'\bProblem\(\s*"([a-z-]+)"')


def raised(*rooms: str) -> set[str]:
    """Names that the code of these rooms writes out."""
    files = [file for room in rooms for file in (Path(sereno.__file__).parent / room).rglob("*.py")]
    return {name for file in files for name in RAISED.findall(file.read_text("utf-8"))}


def test_every_problem_has_a_title() -> None:
    assert len(raised(*ROOMS)) > 15
    assert raised(*ROOMS) - TITLES.keys() == set()
    assert Problem("drift-refused", 409, "x").title == "The drift monitor refused this"
    assert Problem("none-of-ours", 409, "x").title == "Conflict"


def test_the_keepers_problems_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/api.md").read_text("utf-8")
    listed = set(re.findall(r"`([a-z-]+)`", page.partition("| NAME | status |")[2].partition("\n\n")[0]))
    assert raised("api", "query", "web") - listed == set()
    assert listed - TITLES.keys() == set()
