"""What typer refuses is told by name, value and expectation; an empty path is no folder."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from typer.main import get_command

from sereno.cli import main
from sereno.cli.commands import COMMANDS
from sereno.cli.wrong_value import empty_path

Shown = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("drift events --days x", "--days is 'x'; expected a whole number from 1 to 36500; see sereno drift events"),
        ("drift triggers approve x", "TRIGGER is 'x'; expected a whole number from 1 on"),
        ("drift features --check -1", "--check is '-1'; expected a whole number from 1 on"),
        ("eval run f --model m --max-tokens -1", "--max-tokens is '-1'; expected a whole number from 1 to 100000"),
        ("eval run f --model m --fail-under 2", "--fail-under is '2'; expected a number from 0 to 1"),
        ("drift compare a b --fail-on x", "'x'; expected one of notice, moderate, significant, critical"),
        ("ingest sp500 --from soon", "--from is 'soon'; expected a day such as 2024-01-31"),
        ("keeper --parent-fd -1", "--parent-fd is '-1'; expected a whole number from 0 on"),
        ("demo --upstream nonsense", "upstreams.default.url is 'nonsense' (no http:// or https:// with a host)"),
        ("gateway --listen-fd 987654", "--listen-fd is 987654, which is not open"),
        ("keeper --parent-fd 987654", "--parent-fd is 987654, which is not open"),
        ("up --data ''", "--data: data is '' (empty); expected the path of a file or folder"),
        ("keeper --upstream ''", "upstreams.default.url is '' (no http:// or https:// with a host)"),
        ("calls list --config ''", "--config is empty; expected a file of settings"),
        ("explain chart f --analysis question", "question; question needs --question TEXT"),
        ("config docs --output ''", "--output is empty; expected the name of a file or folder"),
        ("alerts contacts --output=", "--output is empty; expected the name of a file or folder"),
        ("alertmanager config -o ''", "-o is empty; expected the name of a file or folder"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(line: str, told: str, capsys: Shown) -> None:
    arguments = ["" if word == "''" else word for word in line.split()]
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines()), told in shown.err) == ("", 1, True), shown.err


def test_a_long_value_is_cut(capsys: Shown) -> None:
    assert main(["drift", "events", "--days", "x" * 5000]) == 2
    value = ast.literal_eval(capsys.readouterr().err.partition(" is ")[2].partition(";")[0])
    assert value == "x" * 200


def test_only_paths_must_not_be_empty() -> None:
    command = get_command(COMMANDS["lora"].app())
    assert empty_path(command, ["import", "d", "--base", ""]) == "--base"
    assert empty_path(command, ["import", "d", "--base-model", "", "--base", "b"]) == ""
    assert empty_path(command, ["nonsense", ""]) == empty_path(command, []) == ""


def test_a_file_that_cannot_be_had_is_the_command_lines_fault(
    capsys: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["config", "docs", "--output", "none/settings.md"]) == 2
    assert capsys.readouterr().err.endswith("No such file or directory; there is no folder none, make it first\n")
    assert main(["config", "docs", "--output", "."]) == 2
    assert capsys.readouterr().err.endswith("Is a directory; expected a file, and this is a folder\n")
