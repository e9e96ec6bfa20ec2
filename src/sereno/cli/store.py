"""`sereno store copy`: the whole record to another place."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated

import typer

from sereno.assembly.store_copy import Copied, copy_record
from sereno.cli.options import settings
from sereno.cli.progress import progress
from sereno.cli.tables import print_table
from sereno.config import Loaded

app = typer.Typer(help="Move the record: SQLite to PostgreSQL, and back.", no_args_is_help=True, add_completion=False)


@app.callback()
def store() -> None:
    """Move the record: SQLite to PostgreSQL, and back."""


@app.command()
@settings("data")
def copy(
    loaded: Loaded,
    source: Annotated[str, typer.Argument(metavar="FROM", help="sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Likewise; it must be empty.")],
    *,
    resume: Annotated[bool, typer.Option("--continue", help="Go on with a copy that was interrupted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Copy all calls, bodies, roll-ups, counters, positions and the ledger, then compare counts and checksums.

    FROM is only read, as it is at one moment; stop its keeper first, or calls that come meanwhile are missing.
    A password is read from store.password_file, PGPASSWORD or ~/.pgpass. An interrupted copy goes on with --continue.
    """
    with ExitStack() as stack:

        def begun(total: int) -> Callable[[str, int], None]:
            bar = stack.enter_context(progress("copying", total))

            def tell(table: str, rows: int) -> None:
                if table in {"calls", "bodies"}:
                    bar.reach(bar.done + rows)

            return tell

        done = copy_record(loaded.settings, source, target, begun, resume=resume)
    if as_json:
        print(json.dumps(_document(done), indent=2))
    else:
        _print(done)


def _document(done: Copied) -> dict[str, object]:
    tables = {name: {"rows": of.rows, "checksum": f"{of.sum:016x}"} for name, of in done.tables.items()}
    return {"status": "equal", "tables": tables, "ledger": done.ledger}


def _print(done: Copied) -> None:
    rows = [(name, f"{of.rows:,}", f"{of.sum:016x}") for name, of in done.tables.items()]
    rows += [(name, f"{count:,}", "equal") for name, count in done.ledger.items()]
    print_table(("table", "rows", "checksum"), rows, right=("rows",))
    print("Both hold the same rows, by count and checksum.", file=sys.stderr)
