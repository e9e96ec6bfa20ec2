"""`sereno demo --once` on the real parts: it must end well, and only because everything was recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(400)  # a model writes, on one core
def test_the_demo_records_what_it_sends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sereno", "demo", "--once", "--calls", "6", "--data", str(tmp_path / "data")]
    command += ["--listen", "127.0.0.1:0", "--keeper", "127.0.0.1:0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=380, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 6 calls that were sent are recorded" in done.stdout
    listing = [sys.executable, "-m", "sereno", "calls", "list", "--json", "--data", str(tmp_path / "data")]
    kept = subprocess.run(listing, capture_output=True, text=True, timeout=60, check=False)
    if kept.returncode == 0:  # the record outlives the demo where --data was given
        assert len(json.loads(kept.stdout)) >= 6


def test_a_wrong_address_is_said_in_one_sentence() -> None:
    command = [
        sys.executable,
        "-m",
        "sereno",
        "demo",
        "--once",
        "--listen",
        "nonsense",
        "--upstream",
        "http://127.0.0.1:9",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "expected HOST:PORT" in done.stderr
    assert "Traceback" not in done.stderr
