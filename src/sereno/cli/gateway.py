"""`sereno gateway` as typer knows it: for its help and for completion. `gateway_start` runs it."""

from __future__ import annotations

from typing import Annotated

import typer

from sereno.assembly.gateway import gateway_options, run
from sereno.assembly.logs import start_log
from sereno.cli.gateway_start import NUMBERS, SETTINGS
from sereno.cli.options import settings
from sereno.config import Loaded

app = typer.Typer(help="Run one gateway worker alone.", add_completion=False)


@app.command()
@settings(*SETTINGS)
def gateway(
    loaded: Loaded,
    *,
    worker: Annotated[int, typer.Option(help=NUMBERS["--worker"], metavar="N")] = 0,
    listen_fd: Annotated[int | None, typer.Option(help=NUMBERS["--listen-fd"], metavar="N")] = None,
    parent_fd: Annotated[int | None, typer.Option(help=NUMBERS["--parent-fd"], metavar="N")] = None,
) -> int:
    """Run one gateway worker alone, in front of a model server.

    Every byte passes through; one record a call goes to the journal in the data folder, where a keeper finds it.
    """
    start_log(loaded.settings.log, f"gateway/{worker}")
    return run(gateway_options(loaded.settings, worker=worker, listen_fd=listen_fd, parent_fd=parent_fd))
