"""Builds the app and the pages that stand for Grafana, where a source has changed: `python tests/grafana/building.py`.

`make test` runs it first: packages of Grafana take minutes to fetch where none is kept, longer than a test may take.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "grafana"
DIST = PLUGIN / "dist"
MARK = PLUGIN / "harness/dist/built"


def build() -> str:
    """Build if needed, two processes in turn; what went wrong, empty where nothing did."""
    (ROOT / ".tools").mkdir(exist_ok=True)
    with (ROOT / ".tools/grafana.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if MARK.exists() and MARK.read_text() == _sources() and (DIST / "module.js").exists():
            return ""
        done = subprocess.run([ROOT / "tools/grafana.sh", "host"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            MARK.write_text(_sources())
            return ""
        return done.stderr or f"tools/grafana.sh ended with {done.returncode}"


def installed() -> bool:
    """Whether the packages that it is built with are here."""
    return all((at / "node_modules/.installed.json").exists() for at in (PLUGIN, PLUGIN / "harness"))


def _sources() -> str:
    """What the build depends on, as one hash."""
    digest = sha256()
    for path in sorted(PLUGIN.rglob("*")):
        inside = path.relative_to(PLUGIN).parts
        if path.is_file() and not {"node_modules", "dist"} & set(inside) and path.suffix != ".zip":
            digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(build())
