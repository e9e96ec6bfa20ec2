"""docs/cli.md tells of every command, and its examples are commands that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from sereno.cli.commands import COMMANDS

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text("utf-8")
LINES = PAGE.replace("\\\n", " ").splitlines()
EXAMPLES = [line.partition("#")[0].strip() for line in LINES if re.match(r"sereno ", line)]


def test_every_command_is_in_the_table() -> None:
    for name in COMMANDS:
        assert f"`{name}`" in PAGE


@pytest.mark.parametrize("line", EXAMPLES)
def test_an_example_is_accepted(line: str) -> None:
    words = shlex.split(line.partition("|")[0])[1:]
    app = COMMANDS[words[0]].app()
    command = get_command(app)
    # Parses the command line without running anything.
    context = command.make_context(words[0], words[1:], resilient_parsing=False)
    nested = getattr(command, "resolve_command", None)
    if nested is not None:
        name, sub, rest = nested(context, [*context._protected_args, *context.args])
        sub.make_context(name, rest)
