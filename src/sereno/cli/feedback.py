"""`sereno feedback`: what people say of answers: list, import, export."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sereno.assembly.lora import registry
from sereno.cli.options import settings
from sereno.cli.tables import print_table
from sereno.config import Loaded
from sereno.errors import ConfigError
from sereno.query.cells import neutralised
from sereno.query.feedback import COLUMNS, cells_of, feedback_message, read_csv
from sereno.store.ledger import quality_feedback

app = typer.Typer(help="What people say of answers.", no_args_is_help=True, add_completion=False)
MOST_BYTES = 256 * 1024 * 1024
MOST_ROWS = 10_000_000
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("import")
@settings("data")
def import_(loaded: Loaded, file: Annotated[Path, typer.Argument(help="CSV with a heading.")]) -> None:
    """Bring in feedback and labels: all of a file, or, where a line is wrong, nothing.

    Columns: call, trace_id or session; score (−1 to 1), thumbs (up, down) or label (correct, incorrect); at, model,
    user, comment. What is there already counts once.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise ConfigError(f"{file} has more than {MOST_BYTES:,} bytes; import it in parts")
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text; expected CSV") from None
    words = list(read_csv(file.name, text, time.time()))
    with registry(loaded.settings, make=True) as (ledger, _), ledger.write() as connection:
        new = quality_feedback.add(connection, words)
    print(f"{new} of {len(words)} words are new." if new != len(words) else f"{new} words.")


@app.command()
@settings("data")
def export(
    loaded: Loaded,
    *,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="On this model's answers.")] = None,
    as_json: Json = False,
) -> None:
    """Print all feedback as CSV that `import` reads, or as JSON lines."""
    with registry(loaded.settings, read_only=True) as (ledger, _), ledger.read() as connection:
        rows = [feedback_message(one) for one in quality_feedback.newest(connection, model=model, limit=MOST_ROWS)]
    if as_json:
        for row in rows:
            print(msgspec.json.encode(row).decode())
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([neutralised(value) if isinstance(value, str) else value for value in cells_of(row)])


@app.command("list")
@settings("data")
def list_(
    loaded: Loaded,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Words at most.")] = 20,
    as_json: Json = False,
) -> None:
    """List the newest words."""
    with registry(loaded.settings, read_only=True) as (ledger, _), ledger.read() as connection:
        rows = [feedback_message(one) for one in quality_feedback.newest(connection, limit=limit)]
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
        return
    if not rows and sys.stdout.isatty():
        print("No feedback yet. docs/quality.md says how it comes in.")
        return
    cells = [
        [row.at[:19].replace("T", " "), row.model or "–", "" if row.score is None else f"{row.score:+g}",
         row.label or "", row.user, row.comment]
        for row in rows
    ]  # fmt: skip
    print_table(("time", "model", "score", "label", "user", "comment"), cells, right=("score",), drop=("user",))
