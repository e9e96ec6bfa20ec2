"""`sereno calls tail` as a process: it follows, and Ctrl-C ends it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from sereno.assembly.importing.messages import call_of
from sereno.assembly.importing.run import import_records
from sereno.assembly.store import open_store
from sereno.config import Settings
from sereno.query.message import CallMessage
from sereno.store.base import Record


def call(number: int) -> Record:
    told = {
        **dict.fromkeys(CallMessage.__struct_fields__), "operation": "chat", "status": "success", "latency": 0.1,
        "id": f"0192f0a1-b2c3-7def-8123-4567000000{number:02x}", "timestamp": f"2026-11-20T10:00:{number:02}Z",
        "prompt": f"q{number}", "response": "r", "stream": True,
    }  # fmt: skip
    return Record(call_of(CallMessage(**told)), None)  # type: ignore[arg-type]  # built from its own field names


def test_tail_follows_until_interrupted(tmp_path: Path, environment: dict[str, str]) -> None:
    store = open_store(Settings(data=tmp_path))
    import_records(store, [call(1), call(2)], lambda _: None)
    command = [sys.executable, "-P", "-m", "sereno", "calls", "tail", "--json", "-n", "1", "--data", str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        assert json.loads(tail.stdout.readline())["prompt"] == "q2"
        import_records(store, [call(3)], lambda _: None)
        assert json.loads(tail.stdout.readline())["prompt"] == "q3"
        tail.send_signal(signal.SIGINT)
        assert tail.wait(30) == 130
        assert tail.stderr.read() == ""
    store.close()


def test_at_a_terminal_it_says_that_it_waits(tmp_path: Path, environment: dict[str, str]) -> None:
    open_store(Settings(data=tmp_path)).close()
    main, terminal = pty.openpty()
    command = [sys.executable, "-P", "-m", "sereno", "calls", "tail", "--data", str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=terminal, stderr=terminal) as tail, os.fdopen(main) as shown:
        os.close(terminal)
        assert shown.readline() == "New calls appear here as they are stored; Ctrl-C ends it.\n"
        tail.send_signal(signal.SIGINT)
        assert tail.wait(30) == 130
