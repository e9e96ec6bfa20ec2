"""The real programs that `make parts` builds, for tests of any room."""

from pathlib import Path

import pytest

BIN = Path(__file__).parents[2] / ".tools" / "bin"


def built(program: str) -> Path:
    """A program's path; without it the test is left out, in one line that says why."""
    path = BIN / program
    if not path.is_file():
        missing = BIN / ".missing"
        reason = missing.read_text().strip() if missing.is_file() else "nobody ran `make parts` yet"
        pytest.skip(f"not run, {program} is not built: {reason}")
    return path
