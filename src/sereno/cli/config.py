"""`sereno config`: show, check and document the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sereno.assembly.energy import local_upstreams
from sereno.assembly.prices import prices_of
from sereno.cli.options import settings
from sereno.cli.tables import print_table
from sereno.config import Loaded
from sereno.config.load import DEFAULT_ORIGIN
from sereno.config.reference import reference
from sereno.config.report import document, shown

app = typer.Typer(help="Show, check and document the settings.", no_args_is_help=True, add_completion=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("show")
@settings()
def show(
    loaded: Loaded,
    *,
    changed: Annotated[bool, typer.Option(help="Only settings that some source gives.")] = False,
    as_json: Json = False,
) -> None:
    """Print every setting with its value and where it came from; secrets are hidden."""
    if as_json:
        print(json.dumps(document(loaded), indent=2))
        return
    rows = [
        (item.name, item.value, item.origin) for item in shown(loaded) if not changed or item.origin != DEFAULT_ORIGIN
    ]
    print_table(("setting", "value", "from"), rows, dim=lambda row: row[2] == DEFAULT_ORIGIN)


@app.command("check")
@settings()
def check(loaded: Loaded, *, as_json: Json = False) -> None:
    """Read every source and say whether all settings are right; exit code 2 when they are not."""
    prices_of(loaded.settings)
    local_upstreams(loaded.settings)
    given = len(loaded.origins)
    if as_json:
        print(json.dumps({"ok": True, "file": str(loaded.file) if loaded.file else None, "given": given}))
        return
    print(f"settings are right: {given} given{f', file {loaded.file}' if loaded.file else ', no file'}")


@app.command("docs")
def docs(
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there instead of printing.")] = None,
) -> None:
    """Print the reference of all settings (docs/configuration.md)."""
    if output is None:
        print(reference(), end="")
    else:
        output.write_text(reference(), "utf-8")
