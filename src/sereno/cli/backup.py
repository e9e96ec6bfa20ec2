"""`sereno backup FILE`: a consistent copy of the store, while everything runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sereno.assembly.checkup.finding import about
from sereno.assembly.store import open_store
from sereno.cli.options import settings
from sereno.config import Loaded
from sereno.errors import ConfigError

app = typer.Typer(help="Write a consistent copy of the store.", add_completion=False)


@app.command()
@settings("data")
def backup(
    loaded: Loaded, file: Annotated[Path, typer.Argument(help="Where to write it; must not exist yet.")]
) -> None:
    """Write a consistent copy of the store to FILE; gateway and keeper may run meanwhile.

    It is one SQLite file, whatever the store. To restore, stop Sereno and put the file in the place of DATA/sereno.db
    (remove sereno.db-wal and sereno.db-shm), or bring it to an empty PostgreSQL with `sereno store copy`.
    """
    if file.exists():
        raise ConfigError(f"{file} exists already; give a new name")
    if not file.absolute().parent.is_dir():
        raise ConfigError(f"there is no folder {file.absolute().parent}; make it first")
    store = open_store(loaded.settings, read_only=True)
    try:
        store.backup(str(file))
    finally:
        store.close()
    print(f"{file}: {about(file.stat().st_size)}", file=sys.stderr)
