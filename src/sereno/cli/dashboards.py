"""`sereno dashboards`: Grafana's dashboards and provisioning, written as files."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from sereno.assembly.dashboards import write
from sereno.cli.tables import print_table
from sereno.cli.web_address import web_address
from sereno.dashboards.boards import ALL
from sereno.dashboards.build import DASHBOARDS, built
from sereno.dashboards.limits import Limits, limits_of
from sereno.dashboards.provisioning import PATH, Sources
from sereno.errors import ConfigError

app = typer.Typer(help="Build the dashboards for Grafana, list them.", add_completion=False)


def _server(parameter: typer.CallbackParam, value: str) -> str:
    return value if value.startswith("$") else web_address(parameter, value)  # Grafana fills in its own environment


def _database(parameter: typer.CallbackParam, value: str) -> str:
    if value and not value.startswith("$") and not re.fullmatch(r"[^\s/@]+:[0-9]{1,5}", value):
        raise ConfigError(f"{parameter.opts[-1]} is {value!r}; expected HOST:PORT, for instance {DEFAULT.postgres}")
    return value


def _duration(parameter: typer.CallbackParam, value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*(ms|[smhdwy])", value):
        raise ConfigError(f"{parameter.opts[-1]} is {value!r}; expected a duration such as 15s or 1m")
    return value


def _address(what: str, check: Callable[[typer.CallbackParam, str], str] = _server) -> typer.models.OptionInfo:
    text = f"Address of {what}, as Grafana reaches it; '' leaves it out."
    option = typer.Option(help=text, metavar="URL" if check is _server else "HOST:PORT", callback=check)
    assert isinstance(option, typer.models.OptionInfo)
    return option


DEFAULT = Sources()


@app.command()
def build(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.", metavar="DIR")] = Path(
        "grafana"
    ),
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A threshold, for instance latency_red=8; may be repeated.", metavar="NAME=NUMBER"),
    ] = None,
    language: Annotated[Literal["en", "es"], typer.Option(help="Language of the dashboards.")] = "en",
    path: Annotated[str, typer.Option(help="Where Grafana sees DIR/dashboards.")] = PATH,
    prometheus: Annotated[str, _address("Prometheus")] = DEFAULT.prometheus,
    alertmanager: Annotated[str, _address("Alertmanager")] = DEFAULT.alertmanager,
    loki: Annotated[str, _address("Loki")] = DEFAULT.loki,
    jaeger: Annotated[str, _address("Jaeger")] = DEFAULT.jaeger,
    postgres: Annotated[str, _address("PostgreSQL", _database)] = DEFAULT.postgres,
    database: Annotated[str, typer.Option(help="Name of Sereno's database there.")] = DEFAULT.database,
    database_user: Annotated[str, typer.Option(help="Who may read it.")] = DEFAULT.database_user,
    scrape: Annotated[str, typer.Option(help="How often Prometheus scrapes.", callback=_duration)] = DEFAULT.scrape,
) -> None:
    """Write the dashboards, their data sources and providers.

    DIR/dashboards goes where --path says, DIR/provisioning to Grafana's provisioning folder; DIR/import holds the
    Ollama dashboard to import by hand. Files of your own, in DIR/dashboards/own and elsewhere, are left alone.
    """
    try:
        limits = limits_of(set_ or ())
    except ValueError as error:
        raise ConfigError(f"--set {error}") from None
    sources = Sources(
        prometheus=prometheus,
        alertmanager=alertmanager,
        loki=loki,
        jaeger=jaeger,
        postgres=postgres,
        database=database,
        database_user=database_user,
        scrape=scrape,
    )
    files = built(limits, sources, path.rstrip("/"), language)
    for note in write(files, output):
        print(note, file=sys.stderr)
    dashboards = sum(path.startswith(DASHBOARDS) and path.endswith(".json") for path in files)
    print(f"{dashboards} dashboards, {len(files)} files in {output}", file=sys.stderr)


@app.command(name="list")
def list_() -> None:
    """List the dashboards: uid, Grafana folder, whom they serve, how many panels."""
    boards = [make(Limits()) for make in ALL]
    print_table(
        ("uid", "folder", "for", "panels", "answers"),
        [(board.uid, board.folder, ", ".join(board.audiences), str(len(board.panels)), board.text) for board in boards],
        right=("panels",),
        flexible="answers",
    )


@app.command()
def thresholds() -> None:
    """List the thresholds that `build --set` takes, and their defaults."""
    for name in Limits.__struct_fields__:
        print(f"{name}={getattr(Limits(), name):g}")
