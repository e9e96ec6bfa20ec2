"""`sereno up`: everything, supervised."""

from __future__ import annotations

import typer

from sereno.assembly.logs import start_log
from sereno.assembly.up import up as run_up
from sereno.cli.options import settings
from sereno.cli.start_screen import show_start
from sereno.config import Loaded

app = typer.Typer(help="Start everything: gateway and keeper, restarted when they fall.", add_completion=False)

SETTINGS = (
    "gateway.listen",
    "keeper.listen",
    "upstreams.NAME.url",
    "data",
    "gateway.workers",
    "gateway.durability",
    "log.level",
)


@app.command()
@settings(*SETTINGS)
def up(loaded: Loaded) -> int:
    """Start the gateway in front of a model server, and the keeper that stores, counts and shows its calls.

    Both are restarted when they fall. Ctrl-C or SIGTERM lets running answers end first; a second one does not.
    """
    start_log(loaded.settings.log, "up")
    return run_up(loaded, lambda addresses: show_start(loaded.settings, addresses))
