"""`sereno alertmanager`: Alertmanager's configuration from the settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sereno.assembly.alerts import alertmanager_files, plan, write
from sereno.cli.options import settings
from sereno.config import Loaded
from sereno.notify.configuration import TEMPLATES

app = typer.Typer(help="Write Alertmanager's configuration.", no_args_is_help=True, add_completion=False)


@app.callback()
def main() -> None:
    """Write Alertmanager's configuration."""


@app.command()
@settings()
def config(
    loaded: Loaded,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write; its texts lie beside it.", metavar="FILE")
    ] = Path("alertmanager.yml"),
) -> None:
    """Write the configuration and the texts of notifications.

    Ways to tell people, maintenance windows and the heartbeat come from the settings ([email], [slack], [discord],
    [webhook], [maintenance.NAME], [alerting]); secrets stay in their files.
    """
    write(alertmanager_files(loaded.settings, output), output.parent)
    if loaded.settings.alerting.engine == "grafana":
        print("alerting.engine is grafana: do not let both notify", file=sys.stderr)
    if not plan(loaded.settings).channels:
        print("nobody is told: set email.to, slack.url_file, discord.url_file or webhook.url", file=sys.stderr)
    print(f"{output} and {output.parent / TEMPLATES}", file=sys.stderr)
