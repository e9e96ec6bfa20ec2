"""`sereno drift`: compare data with what it was, watch it over time, estimate how well a model does without labels.

The commands of the monitor are in `drift_monitor`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sereno.cli.drift_monitor import add_to
from sereno.cli.options import settings
from sereno.config import Loaded
from sereno.errors import ConfigError, DriftFoundError

app = typer.Typer(help="Compare data with what it was, watch live traffic.", no_args_is_help=True, add_completion=False)
add_to(app)
Reference = Annotated[str, typer.Argument(help="What was: a .csv or .parquet file, or a time range such as 14d..7d.")]
Current = Annotated[str, typer.Argument(help="What is: a file or a time range such as 7d..now.")]
Columns = Annotated[
    list[str] | None, typer.Option("--column", "-c", help="Compare only this column; may be repeated.", metavar="NAME")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", help="Leave this column out; may be repeated.", metavar="NAME")
]
Model = Annotated[str | None, typer.Option(help="Only calls of this model, for time ranges.", metavar="NAME")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Grade = Literal["notice", "moderate", "significant", "critical"]
FailOn = Annotated[Grade | None, typer.Option("--fail-on", help="Exit with 1 from this severity on.")]
ChunkSize = Annotated[int, typer.Option("--chunk-size", min=1, help="Rows a chunk.", metavar="N")]


@app.command("compare")
@settings("data")
def compare(
    loaded: Loaded,
    reference: Reference,
    current: Current,
    *,
    column: Columns = None,
    exclude: Exclude = None,
    model: Model = None,
    as_json: Json = False,
    multivariate: Annotated[bool, typer.Option("--multivariate", help="Compare whole rows as well.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a report there as well.", metavar="FILE")] = None,
    language: Annotated[Literal["en", "es"], typer.Option(help="Language of the report.")] = "en",
    fail_on: FailOn = None,
) -> None:
    """Say which columns drifted: significant and large, or noise.

    A column is `none` unless its shift is significant (after correcting for the number of columns) and its PSI, less
    what noise adds to it, is 0.02 or more; `notice`, `moderate` from 0.1, `significant` from 0.2, `critical` from 0.3.

    --multivariate compares samples of whole rows too, by MMD, a classifier and principal components; a report always
    does.
    """
    from sereno.assembly.drift.rows import compared_rows
    from sereno.cli.drift_text import print_comparison, print_rows, say
    from sereno.drift.compare import compare as compared
    from sereno.drift.form import comparison_json, rows_json
    from sereno.drift.reference import freeze

    before, now = _sources(loaded, reference, current, model, column or [], exclude or [])
    frozen = freeze(before.columns())
    try:
        found = compared(frozen, now.columns())
    except ValueError as error:
        raise ConfigError(f"{reference} and {current} cannot be compared: {error}") from error
    say(before, now, found)
    whole = compared_rows(before, now, frozen) if multivariate or html is not None else None
    if html is not None:
        from sereno.assembly.drift.report import write_report

        write_report(html, before, now, frozen, found, language, whole)
    if as_json:
        _print_json(comparison_json(found) | (rows_json(whole) if multivariate else {}))
    else:
        print_comparison(found)
        if multivariate:
            print_rows(whole)
    _fail(fail_on, found.severity)


@app.command("watch")
@settings("data")
def watch(
    loaded: Loaded,
    reference: Reference,
    current: Current,
    *,
    chunk_size: ChunkSize,
    column: Columns = None,
    exclude: Exclude = None,
    model: Model = None,
    as_json: Json = False,
    fail_on: FailOn = None,
) -> None:
    """Compare chunk after chunk of the current rows, in their order, with one frozen reference."""
    from sereno.cli.drift_text import print_chunks, say
    from sereno.drift.chunks import chunk_json, chunks_of
    from sereno.drift.reference import freeze
    from sereno.drift.verdict import worst

    before, now = _sources(loaded, reference, current, model, column or [], exclude or [])
    try:
        found = list(chunks_of(freeze(before.columns()), now.columns, now.rows, chunk_size))
    except ValueError as error:
        raise ConfigError(f"{reference} and {current} cannot be compared: {error}") from error
    say(before, now, found[0].comparison if found else None)
    if as_json:
        _print_json({"chunks": [chunk_json(chunk) for chunk in found]})
    else:
        print_chunks(found)
    _fail(fail_on, worst(chunk.comparison.severity for chunk in found))


@app.command("performance")
@settings("data")
def performance(
    loaded: Loaded,
    reference: Reference,
    current: Current,
    *,
    score: Annotated[str, typer.Option(help="Column with the score of being positive.", metavar="COLUMN")],
    prediction: Annotated[
        str | None,
        typer.Option(help="Column with the prediction, 0 or 1; from score 0.5 on without one.", metavar="COLUMN"),
    ] = None,
    label: Annotated[
        str, typer.Option(help="Column with the truth, 0 or 1; current rows may lack it.", metavar="COLUMN")
    ] = "label",
    chunk_size: ChunkSize = 1000,
    as_json: Json = False,
) -> None:
    """Estimate how well a classifier does on rows whose labels have not come yet (CBPE), calibrated on the reference.

    Where current rows have labels, the realised figures stand beside the estimates.
    """
    from sereno.assembly.drift.performance import chunks_of
    from sereno.cli.drift_text import print_performance
    from sereno.drift.performance import performance_json

    before, now = _sources(loaded, reference, current, None, [], [])
    found = chunks_of(before, now, score, prediction, label, chunk_size)
    if as_json:
        _print_json({"chunks": [performance_json(chunk) for chunk in found]})
    else:
        print_performance(found)


def _sources(
    loaded: Loaded, reference: str, current: str, model: str | None, columns: list[str], exclude: list[str]
) -> tuple[Any, Any]:
    from sereno.assembly.drift.source import open_source

    moment = time.time()
    return tuple(  # type: ignore[return-value]
        open_source(text, loaded.settings, moment, model).only(columns, exclude) for text in (reference, current)
    )


def _print_json(document: Any) -> None:
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def _fail(grade: Grade | None, found: str) -> None:
    from sereno.drift.verdict import ORDER

    if grade is not None and ORDER.index(found) >= ORDER.index(grade):
        raise DriftFoundError(f"drift is {found}, and --fail-on says {grade}")
