"""`sereno alerts`: the rules as files, and what fires."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sereno.assembly.alerts import BOTH, left_over, rule_files, write
from sereno.cli.options import settings
from sereno.cli.tables import Row, print_table
from sereno.config import Loaded
from sereno.errors import ConfigError
from sereno.notify.client import Alert, Alertmanager

app = typer.Typer(help="Write alert rules, list what fires.", no_args_is_help=True, add_completion=False)
ENGINES = ("prometheus", "grafana", BOTH)


@app.command()
@settings()
def rules(
    loaded: Loaded,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.", metavar="DIR")] = Path("alerts"),
    engine: Annotated[
        str, typer.Option(help="For prometheus, grafana or both; by default as alerting.engine says.")
    ] = "",
) -> None:
    """Write the alert rules with the thresholds in force.

    DIR/prometheus/*.rules.yaml go into Prometheus, DIR/prometheus/tests/*.yaml are for `promtool test rules`;
    DIR/grafana/alerts/*.yaml go into Grafana's provisioning/alerting. Never load both.
    """
    if engine and engine not in ENGINES:
        raise ConfigError(f"--engine is {engine!r}; expected one of {', '.join(ENGINES)}")
    out = rule_files(loaded.settings, engine)
    write(out, output)
    for note in left_over(out, output):
        print(note, file=sys.stderr)
    print(f"{len(out)} files in {output}", file=sys.stderr)


@app.command("list")
@settings("alerting.alertmanager_url")
def list_(
    loaded: Loaded,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show those held back and the Watchdog, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the alerts that fire, the gravest first."""
    client = Alertmanager(loaded.settings.alerting.alertmanager_url)
    try:
        found = client.alerts()
    finally:
        client.close()
    if not everything:
        found = [alert for alert in found if alert.state != "suppressed" and alert.labels.get("severity") != "none"]
    if as_json:
        print(json.dumps([_json(alert) for alert in found], indent=2, ensure_ascii=False))
        return
    if not found:
        print("Nothing fires.", file=sys.stderr)
        return
    print_table(
        ("severity", "alert", "since", "what", "state"),
        [_row(alert) for alert in found],
        flexible="what",
        drop=("state",),
        style=lambda row: {"critical": "red", "warning": "yellow"}.get(row[0], ""),
    )


def _row(alert: Alert) -> Row:
    held = "silenced" if alert.silenced_by else "inhibited" if alert.inhibited_by else alert.state
    what = alert.annotations.get("summary") or alert.labels.get("instance", "")
    since = alert.starts_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return (alert.labels.get("severity", ""), alert.labels.get("alertname", ""), since, what, held)


def _json(alert: Alert) -> dict[str, object]:
    return {
        "labels": alert.labels,
        "annotations": alert.annotations,
        "starts_at": alert.starts_at.isoformat(),
        "state": alert.state,
        "silenced_by": alert.silenced_by,
        "inhibited_by": alert.inhibited_by,
    }
