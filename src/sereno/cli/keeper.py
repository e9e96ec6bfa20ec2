"""`sereno keeper`: ingest, API, pages and metrics of one data folder."""

from __future__ import annotations

from typing import Annotated

import typer

from sereno.assembly.logs import start_log
from sereno.cli.gateway_start import NUMBERS, must_be_open
from sereno.cli.options import settings
from sereno.config import Loaded

app = typer.Typer(help="Run the keeper alone: ingest, API, pages, metrics.", add_completion=False)


@app.command()
@settings("keeper.listen", "upstreams.NAME.url", "data", "log.level")
def keeper(
    loaded: Loaded,
    *,
    parent_fd: Annotated[int | None, typer.Option(help=NUMBERS["--parent-fd"], metavar="N", min=0)] = None,
) -> int:
    """Run the keeper alone: it reads what gateways wrote into the data folder, stores, counts and shows it.

    One keeper a data folder, on the gateways' machine. It may be stopped and started at any time: gateways go on
    without it, and it goes on where it was.
    """
    from sereno.assembly.keeper import run

    if parent_fd is not None:
        must_be_open("--parent-fd", parent_fd)
    start_log(loaded.settings.log, "keeper")
    return run(loaded, parent_fd=parent_fd)
