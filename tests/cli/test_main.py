"""The way in: which command, what a mistake is told, which exit code, what is imported."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from sereno import __version__
from sereno.cli import main
from sereno.cli.commands import COMMANDS, Command
from sereno.cli.failures import report
from sereno.errors import ConfigError, JournalError, QueryError, StoreError, UpstreamError
from sereno.store.sqlite.store import SqliteStore

HEAVY = (
    "typing_extensions", "fastapi", "typer", "pydantic", "numpy", "rich", "uvicorn", "httpx", "pyarrow", "sqlite3",
    "jinja2",
)  # fmt: skip


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"sereno {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    for command in COMMANDS.values():
        assert f"  {command.name} " in shown
        assert command.help in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["gatewy"], "gatewy is no command of sereno; did you mean gateway?"),
        (["xyzzy"], "xyzzy is no command of sereno; see sereno --help"),
        (["--verbose"], "--verbose is no option of sereno; see sereno --help"),
        (["gateway", "--lisen", "x"], "--lisen is no option of sereno gateway; did you mean --listen?"),
        (["gateway", "--listen"], "--listen needs a value"),
        (["gateway", "--worker", "x"], "--worker is 'x'; expected a whole number"),
        (["keys", "ad"], "No such command 'ad'. Did you mean 'add'?; see sereno keys --help"),
        (["keys", "add"], "Missing argument 'name'; see sereno keys add --help"),
        (["calls", "list", "--limit", "x"], "`limit` is 'x'; expected a whole number from 1 to 1000"),
        (["up", "--upstream", "nope"], "(no http:// or https:// with a host); expected a URL such as"),
        (["up", "--workers", "0"], "--workers: gateway.workers is '0' (out of range)"),
        (["completion", "tcsh"], "tcsh is no shell that completion knows; expected bash, zsh, fish"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_exit_code_2(
    arguments: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    SqliteStore(tmp_path / "sereno.db").close()
    monkeypatch.setenv("SERENO_DATA", str(tmp_path))
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("sereno: ")
    assert told in shown.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("x"), 2), (QueryError("p", "x"), 2), (UpstreamError("x"), 3), (StoreError("x"), 4),
        (JournalError("x"), 5), (KeyboardInterrupt(), 130), (ValueError("x"), 1), (PermissionError(13, "No", "/f"), 1),
    ],
)  # fmt: skip
def test_errors_have_their_exit_code_and_no_traceback(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error, ["up"]) == code
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) == 1
    assert "Traceback" not in shown


def test_a_traceback_is_shown_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SERENO_DEBUG", "1")
    monkeypatch.setattr("sereno.cli.COMMANDS", {})
    assert main(["up"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_every_command_exists_and_explains_itself(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert find_spec(f"sereno.cli.{command.module}") is not None
    assert main([command.name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: sereno {command.name}" in shown
    assert "╭" not in shown


def loaded_by(code: str) -> set[str]:
    """Which heavy packages a fresh interpreter has imported after running the code."""
    script = f"import sys\n{code}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.splitlines()[-1].split())


def test_the_gateway_is_reached_without_heavy_imports() -> None:
    # A port that cannot be: everything is imported and the options are built, then it ends.
    code = (
        "from sereno.cli import main\n"
        "assert main(['gateway', '--listen', '203.0.113.1:9', '--data', '/dev/null/x']) == 2\n"
        "import sereno.gateway.serve, sereno.journal.writer, sereno.journal.status"
    )
    assert loaded_by(code) == set()


def test_help_is_shown_without_heavy_imports() -> None:
    assert loaded_by("from sereno.cli import main\nmain(['--help'])") == set()


def test_help_of_a_command_needs_no_rich() -> None:
    assert loaded_by("from sereno.cli import main\nmain(['up', '--help'])") <= {"typer", "typing_extensions"}


def test_a_reader_that_leaves_early_is_no_error() -> None:
    script = f"{sys.executable} -P -m sereno config docs | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"
