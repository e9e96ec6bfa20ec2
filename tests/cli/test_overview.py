"""`sereno --help` in one look: every command once, each heading once, 80 columns."""

from __future__ import annotations

from collections import Counter

import pytest

from sereno.cli import overview as shown
from sereno.cli.commands import COMMANDS, Command
from sereno.cli.overview import overview


def test_every_command_and_every_heading_stands_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # A command added at the end of the table, of a group that stands first.
    late = Command("later", next(iter(COMMANDS.values())).group, "Something new.", "later")
    monkeypatch.setattr(shown, "COMMANDS", {**COMMANDS, "later": late})
    lines = Counter(overview(colour=False).splitlines())
    words = Counter(line.split()[0] for line in lines if line.startswith("  "))
    assert all(words[name] == 1 for name in (*COMMANDS, "later"))
    assert all(lines[command.group] == 1 for command in COMMANDS.values())


def test_it_fits_eighty_columns() -> None:
    assert max(map(len, overview(colour=False).splitlines())) <= 80
