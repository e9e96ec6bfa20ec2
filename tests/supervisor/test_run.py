"""Real child processes: started, restarted, drained, and ended with their parent."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sereno.errors import ConfigError
from sereno.supervisor.run import supervise
from sereno.supervisor.spec import ChildSpec, sereno_command

CHILD = """
import os, pathlib, signal, sys, time
me, folder, parent_fd = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
def note(word):
    with open(folder / "log", "a") as log:
        log.write(f"{me} {word} {os.getpid()}\\n")
def drain(*_):
    note("drained")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if me == "stubborn" else drain)
note("started")
(folder / f"{me}.ready").touch()
if me in ("dying", "optional"):
    print("the reason is here", file=sys.stderr)
    sys.exit(7)
if me == "misconfigured":
    print("sereno: wrong setting", file=sys.stderr)
    sys.exit(2)
os.read(parent_fd, 1)
note("orphaned")
"""

SUPERVISOR = """
import sys
from pathlib import Path
from sereno.supervisor.backoff import Backoff
from sereno.supervisor.run import supervise
from sereno.supervisor.spec import ChildSpec
folder, child, *names = sys.argv[1:]
folder = Path(folder)
specs = [
    ChildSpec(
        name=name,
        argv=(sys.executable, "-c", child, name, str(folder), "{parent_fd}"),
        ready=(folder / ("never" if name in ("dying", "optional", "misconfigured") else f"{name}.ready")).exists,
        stop_order=1 if name == "keeper" else 0,
        essential=not name.startswith("optional"),
        stop_seconds=0.3 if name == "stubborn" else 20.0,
    )
    for name in names
]
sys.exit(supervise(
    specs, folder, on_ready=lambda: print("all ready", flush=True),
    make_backoff=lambda: Backoff(first=0.01, longest=0.02),
))
"""


class Supervised:
    """A supervisor in a process of its own, and what its children noted."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(folder), CHILD, *names],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def log(self) -> list[tuple[str, str, int]]:
        path = self.folder / "log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(name, word, int(pid)) for name, word, pid in (line.split() for line in lines)]

    def noted(self, name: str, word: str) -> list[int]:
        return [pid for who, what, pid in self.log() if (who, what) == (name, word)]

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "all ready\n"

    def end(self) -> tuple[int, str]:
        _, stderr = self.process.communicate(timeout=60)
        return self.process.returncode, stderr


def wait_for(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"  # its parent is dead: whoever inherited it may not reap it


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    running: list[Supervised] = []

    def start_one(*names: str) -> Supervised:
        running.append(Supervised(tmp_path, *names))
        return running[-1]

    yield start_one
    for one in running:
        one.process.kill()
        one.process.communicate()


def test_a_signal_drains_the_children_in_order(start: Callable[..., Supervised]) -> None:
    up = start("keeper", "gateway")
    up.wait_ready()
    up.process.send_signal(signal.SIGTERM)
    status, stderr = up.end()
    assert status == 0, stderr
    assert [(who, what) for who, what, _ in up.log() if what != "started"] == [
        ("gateway", "drained"),
        ("keeper", "drained"),
    ]


def test_a_killed_child_is_started_again_and_the_others_live_on(start: Callable[..., Supervised]) -> None:
    up = start("keeper", "gateway")
    up.wait_ready()
    (first,) = up.noted("gateway", "started")
    for lives in (2, 3, 4):
        os.kill(up.noted("gateway", "started")[-1], signal.SIGKILL)
        wait_for(lambda lives=lives: len(up.noted("gateway", "started")) == lives)  # type: ignore[misc]
    assert len(set(up.noted("gateway", "started"))) == 4
    assert first in up.noted("gateway", "started")
    assert len(up.noted("keeper", "started")) == 1
    up.process.send_signal(signal.SIGINT)
    status, stderr = up.end()
    assert status == 0
    assert "gateway was killed by SIGKILL, starting it again at once" in stderr
    assert "starting it again in 0.01 s" in stderr


def test_children_end_when_the_supervisor_is_killed(start: Callable[..., Supervised]) -> None:
    up = start("keeper", "gateway")
    up.wait_ready()
    pids = up.noted("keeper", "started") + up.noted("gateway", "started")
    up.process.kill()
    wait_for(lambda: all(gone(pid) for pid in pids))
    assert up.noted("keeper", "orphaned")
    assert up.noted("gateway", "orphaned")


def test_one_that_ignores_sigterm_is_killed_after_its_time(start: Callable[..., Supervised]) -> None:
    up = start("stubborn")
    up.wait_ready()
    (pid,) = up.noted("stubborn", "started")
    up.process.send_signal(signal.SIGTERM)
    status, stderr = up.end()
    assert status == 1
    assert "stubborn did not end within 0.3 s of SIGTERM and is killed" in stderr
    assert gone(pid)


def test_a_second_ctrl_c_ends_at_once(start: Callable[..., Supervised], tmp_path: Path) -> None:
    code = CHILD.replace('note("drained")\n    sys.exit(0)', "note('draining')\n    time.sleep(60)")
    up = Supervised.__new__(Supervised)
    up.folder = tmp_path
    up.process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path), code, "gateway"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    up.wait_ready()
    (pid,) = up.noted("gateway", "started")
    up.process.send_signal(signal.SIGINT)
    wait_for(lambda: up.noted("gateway", "draining"))
    up.process.send_signal(signal.SIGINT)
    status, stderr = up.end()
    assert status == 1
    assert "SIGINT again: ending at once" in stderr
    assert gone(pid)


def test_a_child_that_never_gets_ready_is_reported_with_its_last_words(start: Callable[..., Supervised]) -> None:
    up = start("keeper", "dying")
    status, stderr = up.end()
    assert status == 1
    assert re.search(
        r"dying ended with status 7 and is not started again; its last lines:\n +the reason is here", stderr
    )
    assert len(up.noted("dying", "started")) == 5
    assert up.noted("keeper", "drained")


def test_one_that_is_not_essential_does_not_take_the_others_with_it(start: Callable[..., Supervised]) -> None:
    up = start("gateway", "optional")
    wait_for(lambda: len(up.noted("optional", "started")) > 7)
    assert len(up.noted("gateway", "started")) == 1
    up.process.send_signal(signal.SIGTERM)
    status, stderr = up.end()
    assert status == 0
    assert up.noted("gateway", "drained")
    assert stderr.count("its last lines:\n    the reason is here") == 1


def test_wrong_settings_end_everything_at_once_with_status_2(start: Callable[..., Supervised]) -> None:
    up = start("keeper", "misconfigured")
    status, stderr = up.end()
    assert status == 2
    assert len(up.noted("misconfigured", "started")) == 1
    assert "sereno: wrong setting" in stderr


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    said: list[str] = []
    spec = ChildSpec(name="ghost", argv=("/nonexistent/program",))
    assert supervise([spec], tmp_path, report=said.append) == 1
    assert "/nonexistent/program: No such file or directory" in said[-1]


def test_until_ends_everything_and_its_value_is_the_status(tmp_path: Path) -> None:
    spec = ChildSpec(name="child", argv=(sys.executable, "-c", CHILD, "c", str(tmp_path), "{parent_fd}"))
    said: list[str] = []
    ready: list[int] = []
    assert supervise([spec], tmp_path, on_ready=lambda: ready.append(1), report=said.append, until=lambda: True) == 0
    assert supervise([spec], tmp_path, report=said.append, until=lambda: False) == 1
    assert ready == [1]


def test_two_supervisors_of_one_folder_and_none_of_nothing(tmp_path: Path, start: Callable[..., Supervised]) -> None:
    up = start("gateway")
    up.wait_ready()
    with pytest.raises(ConfigError, match=f"in use by another `sereno up` \\(pid {up.process.pid}"):
        supervise([ChildSpec(name="x", argv=("true",))], tmp_path)
    with pytest.raises(ConfigError, match="nothing to run"):
        supervise([], tmp_path)


def test_the_command_line_reads_sereno_and_the_command() -> None:
    line = " ".join(sereno_command("gateway", "--worker", "0"))
    assert re.search(r"\bsereno gateway --worker 0$", line)
