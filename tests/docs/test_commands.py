"""Every `sereno …` line in the README and on the pages is a command that exists, with options that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.names import is_command

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|.*[({ ])(?=sereno [a-z])")


def commands(page: str) -> list[str]:
    """The lines of a page's shell blocks that call sereno, without what a shell adds to them."""
    lines = "\n".join(FENCED.findall(page)).replace("\\\n", " ").splitlines()
    found = [
        re.sub(r"(?:^|.*[({ ])(?=sereno [a-z])", "", line)
        for line in lines
        if re.search(r"(^|[({ ])sereno [a-z]", line)
    ]
    return [re.split(r" # | \| | [0-9]?>|[;&)]", line)[0].strip() for line in found]


EXAMPLES = sorted({(page.name, command) for page in PAGES for command in commands(page.read_text("utf-8"))})


@pytest.mark.parametrize(("page", "command"), EXAMPLES)
def test_a_command_on_a_page_exists(page: str, command: str) -> None:
    assert is_command(command), f"{page} shows `{command}`, which is no command or has an option it does not know"


def test_the_pages_are_read() -> None:
    assert len(EXAMPLES) > 60
