"""Lists that grow with the project are whole: pages, decisions, rooms; figures in the README are those measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ROOMS = sorted(path.name for path in (ROOT / "src/sereno").iterdir() if (path / "__init__.py").is_file())


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md") if path.name != "README.md"))
def test_every_page_is_listed(page: str) -> None:
    assert f"]({page})" in text("docs/README.md"), f"docs/README.md does not list {page}"


@pytest.mark.parametrize("page", sorted(path.name for path in (DOCS / "decisions").glob("0*.md")))
def test_every_decision_is_listed(page: str) -> None:
    assert f"| [{page[:4]}]({page}) |" in text("docs/decisions/README.md")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_in_the_architecture(room: str) -> None:
    assert f"`{room}`" in text("docs/architecture.md"), f"docs/architecture.md does not name the room {room}"


def test_no_room_is_told_of_that_is_not_there() -> None:
    layers = text("docs/architecture.md").partition("| layer | rooms |")[2].partition("\n\n")[0]
    alone = {path.stem for path in (ROOT / "src/sereno").glob("*.py")}
    assert set(re.findall(r"`(\w+)`", layers)) <= {*ROOMS, *alone}


def test_figures_in_the_readme_are_those_measured() -> None:
    figures = re.findall(r"^\| ([^|]+) \| (\d[^|]*) \|$", text("README.md"), re.MULTILINE)
    measured = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|", text("docs/benchmarks.md"), re.MULTILINE)
    assert len(figures) >= 5
    assert set(figures) <= set(measured)
