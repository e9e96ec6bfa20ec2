"""`sereno import FILE…`: calls exported by another Sereno, and recorded captures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from sereno.assembly.importing.files import records
from sereno.assembly.importing.run import import_records
from sereno.assembly.store import open_store
from sereno.cli.options import settings
from sereno.cli.progress import progress
from sereno.config import Loaded
from sereno.errors import ConfigError
from sereno.gateway.salt import salt as salt_of
from sereno.journal.instance import prepare_data
from sereno.store.base import Record

app = typer.Typer(help="Bring in calls exported elsewhere.", add_completion=False)


@app.command("import")
@settings("data")
def import_calls(
    loaded: Loaded,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="jsonl, json, csv (also .gz, .zst), parquet; or captures.")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring in calls that `sereno calls export` wrote elsewhere, and recorded captures.

    They are counted like live ones. Calls that are here already are left alone, so a file can be imported again.
    Gateway and keeper may run meanwhile.
    """
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise ConfigError(f"there is no file {', '.join(missing)}")
    prepare_data(loaded.settings.data)
    salt = salt_of(loaded.settings.data)
    store = open_store(loaded.settings)
    try:
        with progress("importing", sum(file.stat().st_size for file in files), amount="bytes") as bar:
            result = import_records(store, _all(files, salt, bar.reach), lambda _read: None)
    finally:
        store.close()
    if as_json:
        print(json.dumps({"read": result.read, "new": result.new, "known": result.read - result.new}))
    else:
        print(f"{result.read:,} calls read, {result.new:,} new, {result.read - result.new:,} were here already")
        if not result.read:
            print("No file held a call.", file=sys.stderr)


def _all(files: Sequence[Path], salt: bytes, reach: Callable[[int], None]) -> Iterator[Record]:
    before = 0
    for file in files:
        yield from records(file, salt, lambda read, before=before: reach(before + read))  # type: ignore[misc]
        before += file.stat().st_size
