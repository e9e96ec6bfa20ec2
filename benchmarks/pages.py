"""Every page's question at a million calls: `python -m benchmarks.pages --make DIR` builds the store."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks import million
from sereno.journal.instance import prepare_data
from sereno.store.sqlite import SqliteStore


def make(folder: Path, calls: int) -> dict[str, float]:
    """Build DIR/sereno.db; refuses a folder that has one."""
    path = folder / "sereno.db"
    if path.exists():
        raise SystemExit(f"{path} is there already: name another folder, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    prepare_data(folder)
    return million.make(folder, calls, SqliteStore(path))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--make", type=Path, metavar="DIR", help="build the store in this data folder")
    parser.add_argument("--calls", type=int, default=1_000_000)
    asked = parser.parse_args()
    if asked.make:
        print(json.dumps({"calls": asked.calls, **make(asked.make, asked.calls)}))


if __name__ == "__main__":
    main()
