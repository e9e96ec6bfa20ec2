"""Completion offers what exists, and only that."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sereno.cli import main
from sereno.cli.commands import COMMANDS
from sereno.cli.complete import SHELLS, candidates, script


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], sorted(COMMANDS)),
        ([""], sorted(COMMANDS)),
        (["ke"], ["keeper", "keys"]),
        (["keys", ""], ["add", "budget", "list", "revoke"]),
        (["keys", "r"], ["revoke"]),
        (["config", "check", "--s"], ["--set"]),
        (["up", "--l"], ["--listen", "--log-level"]),
        (["nonsense", ""], []),
    ],
)
def test_candidates(words: list[str], expected: list[str]) -> None:
    assert list(candidates(words)) == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert capsys.readouterr().out == script(shell)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_with_it() -> None:
    test = (
        f"{script('bash')}\n"
        'sereno() { [ "$1 $2 $3" = "__complete keys re" ] && printf "revoke\\n"; }\n'
        "COMP_WORDS=(sereno keys re) COMP_CWORD=2\n_sereno\n"
        'echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", test], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "revoke\n"
