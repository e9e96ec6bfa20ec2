"""docs/tutorial.md does what it says: its commands run in order, as a newcomer has them, and print what it shows."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from docs.blocks import Step, missing, steps
from sereno.web.ranges import USUAL
from sereno.web.texts import texts

PAGE = (Path(__file__).parents[2] / "docs/tutorial.md").read_text("utf-8")
STEPS = steps(PAGE)
RUN = [step for step in STEPS if not step.not_run]
DEADLINE = 60.0
"""Seconds after which something that should show soon did not."""
pytestmark = pytest.mark.timeout(400)  # the first test waits for the whole page


class Terminal:
    """One shell that lives as long as the page, in an empty home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "home").mkdir()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"HOME": str(folder / "home"), "PATH": path, "LANG": "C.UTF-8", "NO_PROXY": "*"}
        self._shell = subprocess.Popen(
            ["bash", "--norc", "-e"], cwd=folder, env=environment, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, code: str) -> tuple[bool, str]:
        """Run commands in the shell; whether all of them succeeded, and what they printed."""
        (self._folder / "code").write_text(code, "utf-8")
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        with suppress(BrokenPipeError):
            self._shell.stdin.write(f". {self._folder}/code >{self._folder}/out 2>&1 </dev/null\necho done\n")
            self._shell.stdin.flush()
        done = self._shell.stdout.readline() == "done\n"
        return done, (self._folder / "out").read_text("utf-8", "replace")

    def close(self) -> None:
        """End the shell and whatever it left running."""
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGTERM)
        self._shell.communicate()


def free_ports(code: str) -> str:
    """The page's addresses with ports that are free here, changed where the page says to change them."""
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        probes = [one, two, three]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        ports = iter([probe.getsockname()[1] for probe in probes])
    return re.sub(r"^([A-Z]+=127\.0\.0\.1:)\d+", lambda found: f"{found[1]}{next(ports)}", code, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, tuple[bool, str]]]:
    """What each step printed, by its line; steps after one that failed are not there."""
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"the page needs {program}")
    terminal = Terminal(tmp_path_factory.mktemp("tour"))
    printed: dict[int, tuple[bool, str]] = {}
    try:
        for step in RUN:
            if step.needs and shutil.which(step.needs) is None:
                continue
            deadline = time.monotonic() + DEADLINE
            while True:
                done, output = printed[step.line] = terminal.run(free_ports(step.code))
                if not done or not step.again or not missing(step, output) or time.monotonic() > deadline:
                    break
            if not done:
                break
        yield printed
    finally:
        terminal.close()


@pytest.mark.parametrize("step", RUN, ids=[f"line-{step.line}" for step in RUN])
def test_a_step_works_and_prints_what_the_page_shows(step: Step, tour: dict[int, tuple[bool, str]]) -> None:
    if step.needs and shutil.which(step.needs) is None:
        pytest.skip(f"{step.needs} is not on PATH")
    if step.line not in tour:
        pytest.fail("an earlier step failed", pytrace=False)
    done, output = tour[step.line]
    assert done, f"a command failed:\n{step.code}\n\nprinted:\n{output}"
    assert missing(step, output) == [], f"printed:\n{output}"


def test_nearly_every_step_is_run() -> None:
    assert len([step for step in STEPS if step.not_run]) <= 2
    assert len(RUN) >= 30


def test_what_is_not_printed_is_found_missing() -> None:
    step = Step(1, "", ["a … c", "id time"])
    assert missing(step, "id\ttime\na b c\n") == []
    assert missing(step, "a b c d\nid\ttime\n") == ["a … c"]
    assert missing(step, "") == step.printed


def test_what_the_page_names_in_the_browser_is_written_there() -> None:
    part = PAGE.partition("## 5. Find a call")[2].partition("\n## ")[0]
    named = re.findall(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])", part)
    assert len(named) >= 4
    assert set(named) <= {*texts("en").values(), *USUAL}
