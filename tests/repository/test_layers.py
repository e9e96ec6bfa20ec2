"""The architecture is a test: imports point downwards only."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_import_contracts_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_no_room_is_called_by_what_it_is_not() -> None:
    banned = {"utils", "util", "helpers", "common", "misc"}
    found = [
        str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("*.py") if {path.stem, *path.parts[-3:-1]} & banned
    ]
    assert found == []
