"""`sereno calls`: list, show, follow and export what was recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sereno.assembly.record import Record, open_record
from sereno.cli.call_text import call_rows, columns, live_line, print_call
from sereno.cli.filters import Pairs, filters
from sereno.cli.options import settings
from sereno.cli.tables import Row, print_table
from sereno.config import Loaded
from sereno.errors import ConfigError, QueryError
from sereno.query.fields import FORMAT, LIMIT, ORDER

app = typer.Typer(help="List, show, follow and export recorded calls.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
WHERE = ("data", "client.url")
SUFFIX_DEPTH = 5000
"""How many of the latest calls `show` looks through for the end of an id."""


@app.command("list")
@settings(*WHERE)
@filters(LIMIT, ORDER)
def list_calls(loaded: Loaded, *, pairs: Pairs, as_json: Json = False) -> None:
    """List calls, newest first."""
    import msgspec

    with open_record(loaded.settings) as record:
        calls, more = record.page(pairs)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(calls), indent=2) + b"\n")
        return
    print_table(
        columns(),
        call_rows(calls),
        right={"in", "out", "s", "ttft"},
        drop=("user", "ttft", "in", "out", "s"),
        most={"model": 20, "status": 16, "user": 16},
        style=_style,
    )
    if sys.stdout.isatty():
        if not calls:
            print("No call matches.")
        elif more:
            print(f"… and more; --limit N shows up to {LIMIT.maximum:.0f}, `sereno calls export` writes all.")


@app.command("show")
@settings(*WHERE)
def show(
    loaded: Loaded,
    call: Annotated[str, typer.Argument(help="Its id, or the end of it as `sereno calls list` prints it, or `last`.")],
    *,
    as_json: Json = False,
) -> None:
    """Show one call whole: figures, prompt and answer."""
    with open_record(loaded.settings) as record:
        detail = record.detail(_full_id(record, call))
    if as_json:
        import json

        print(json.dumps(detail, indent=2, ensure_ascii=False))
    else:
        print_call(detail)


@app.command("tail")
@settings(*WHERE)
@filters()
def tail(
    loaded: Loaded,
    *,
    pairs: Pairs,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, max=1000, help="Calls to begin with.")] = 10,
    as_json: Json = False,
) -> None:
    """Follow calls as they are stored, until Ctrl-C."""
    import msgspec

    encode = msgspec.json.encode
    if sys.stderr.isatty():  # silence might be taken for a program that hangs
        print("New calls appear here as they are stored; Ctrl-C ends it.", file=sys.stderr)
    with open_record(loaded.settings) as record:
        for message in record.follow(pairs, lines):
            if as_json:
                sys.stdout.buffer.write(encode(message) + b"\n")
                sys.stdout.buffer.flush()
            else:
                live_line(message)


@app.command("export")
@settings(*WHERE)
@filters(FORMAT)
def export(
    loaded: Loaded,
    *,
    pairs: Pairs,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there; its ending gives the format.")
    ] = None,
) -> None:
    """Write every call that matches to a file or to stdout, as json, jsonl, csv or parquet."""
    from sereno.cli.progress import progress

    if output is not None and not any(name == "format" for name, _ in pairs):
        ending = output.suffix.removeprefix(".")
        if ending not in FORMAT.choices:
            raise ConfigError(f"{output} ends in none of {', '.join(FORMAT.choices)}; say which with --format")
        pairs = [*pairs, ("format", ending)]
    if output is None and sys.stdout.isatty() and ("format", "parquet") in pairs:
        raise ConfigError("parquet is no text for a terminal; give a file with --output FILE")
    with open_record(loaded.settings) as record:
        exported = record.export(pairs)
        if output is None:
            for piece in exported.pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        partial = output.with_name(output.name + ".part")
        try:
            with partial.open("wb") as file, progress("exporting", exported.total, exported.unit) as bar:
                for piece in exported.pieces:
                    file.write(piece)
                    bar.reach(exported.done())
            partial.replace(output)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    print(f"{output}: {exported.done():,} {exported.unit}", file=sys.stderr)


def _full_id(record: Record, text: str) -> str:
    wanted = text.lower()
    if len(wanted) == 36:
        return wanted
    found: str | None = None
    for call_id in record.latest_ids(1 if wanted == "last" else SUFFIX_DEPTH):
        if wanted == "last":
            return call_id
        if call_id.endswith(wanted):
            if found is not None:
                raise QueryError("call", f"{text} is the end of several ids", "more of it, or a whole id")
            found = call_id
    if found is None:
        if wanted == "last":
            raise QueryError("call", "no call is recorded yet")
        raise QueryError("call", f"no recent call has an id ending in {text}", "the whole id")
    return found


def _style(row: Row) -> str:
    return {"error": "red", "aborted": "yellow"}.get(row[3], "")
