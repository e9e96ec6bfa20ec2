"""One real model server for the session: SmolLM2 under llama.cpp, about a second to load."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def model_port() -> Iterator[int]:
    """Port of a running demo model server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sereno.demo.server", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line.strip().isdigit(), process.stderr.read()
        yield int(line)
    finally:
        process.terminate()
        process.wait(15)
        process.stdout.close()
        process.stderr.close()
