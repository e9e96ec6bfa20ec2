"""`sereno stack`: everything for docker compose, and what Prometheus scrapes, written as files."""

from __future__ import annotations

import re
import sys
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from sereno import __version__
from sereno.assembly.alerts import write
from sereno.assembly.stack import stack_files, write_secrets
from sereno.cli.options import settings
from sereno.config import Loaded
from sereno.errors import ConfigError
from sereno.stack.plan import Plan
from sereno.stack.target import EXTRAS, read_target

app = typer.Typer(help="Write a whole stack for docker compose.", no_args_is_help=True, add_completion=False)
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder of the stack.", metavar="DIR")]


@app.command()
@settings()
def build(
    loaded: Loaded,
    output: Output = Path("stack"),
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", help=f"A further part: {', '.join(EXTRAS)}; may be repeated.", metavar="PART"),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="A service of your own that Prometheus scrapes; may be repeated.",
            metavar="JOB=HOST:PORT[/PATH][@INTERVAL]",
        ),
    ] = None,
    retention: Annotated[str, typer.Option(help="How long Prometheus keeps samples.")] = "90d",
    scrape: Annotated[str, typer.Option(help="How often it scrapes.")] = "15s",
    bind: Annotated[str, typer.Option(help="Address of this machine that ports are opened on.")] = "127.0.0.1",
) -> None:
    """Write compose.yaml, Prometheus's configuration with rules and objectives, Alertmanager's, Grafana's.

    Who is told of alerts, thresholds and objectives come from the settings. `sereno stack secrets` makes the secrets,
    `docker compose up -d` starts it. Files of your own in DIR are left alone.
    """
    unknown = sorted(set(with_ or ()) - set(EXTRAS))
    if unknown:
        raise ConfigError(f"--with {unknown[0]} is no part of the stack; expected one of {', '.join(EXTRAS)}")
    for option, text in (("--retention", retention), ("--scrape", scrape)):
        if not re.fullmatch(r"[1-9][0-9]*(ms|[smhdwy])", text):
            raise ConfigError(f"{option} is {text!r}; expected a duration such as 15s, 12h or 90d")
    try:
        bind = f"[{bind}]" if ip_address(bind).version == 6 else bind  # as compose takes it
    except ValueError:
        raise ConfigError(f"--bind is {bind!r}; expected an address of this machine such as 127.0.0.1") from None
    try:
        targets = tuple(read_target(text) for text in target or ())
    except ValueError as error:
        raise ConfigError(f"--target {error}") from None
    plan = Plan(
        version=__version__,
        extras=frozenset(with_ or ()),
        targets=targets,
        retention=retention,
        interval=scrape,
        bind=bind,
        grafana_notifies=loaded.settings.alerting.engine == "grafana",
    )
    out = stack_files(loaded.settings, plan)
    write({path: text for path, text in out.items() if not _kept(output / path)}, output)
    print(f"{len(out)} files in {output}; next: sereno stack secrets -o {output}", file=sys.stderr)


@app.command()
def secrets(output: Output = Path("stack")) -> None:
    """Make the passwords and keys of the stack that are missing, one file each; none has a default."""
    made = write_secrets(output, time.time())
    place = output / "stack" / "secrets"
    print(f"{len(made)} secrets made in {place}" if made else f"all secrets are in {place}", file=sys.stderr)
    print(f"Grafana's admin: {place}/grafana_admin_password; a key for your programs: {place}/sereno_client",
          file=sys.stderr)  # fmt: skip


def _kept(path: Path) -> bool:
    """The note in the user's own folder of dashboards is written once."""
    return path.parent.name == "own" and path.exists()
