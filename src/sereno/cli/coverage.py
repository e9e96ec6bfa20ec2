"""`sereno coverage`: the success figures, computed from Prometheus, the history of alerts and the settings."""

from __future__ import annotations

import math
import sys
import time
from contextlib import closing
from typing import Annotated

import msgspec
import typer

from sereno.alerts import success
from sereno.alerts.catalogue import holds
from sereno.alerts.history import history
from sereno.alerts.success import WINDOW, Figure
from sereno.assembly.alert_history import open_alerts
from sereno.cli.options import settings
from sereno.cli.tables import Row, print_table
from sereno.cli.web_address import web_address
from sereno.config import Loaded
from sereno.config.table import Settings
from sereno.errors import StoreError
from sereno.notify.prometheus import Prometheus, PrometheusError
from sereno.store.ledger.alerts import Filter, episodes, first_told

app = typer.Typer(help="Compute the success figures of the stack.", add_completion=False)
WATCHED = "sereno|llm-agent|ollama.*|keycloak.*|postgres.*|redis.*|qdrant.*|n8n.*|open-webui.*"
"""Jobs whose outage a critical rule tells."""
_NEEDS = "needs Prometheus: --prometheus URL"


@app.command()
@settings("data")
def main(
    loaded: Loaded,
    *,
    prometheus: Annotated[
        str,
        typer.Option(help="Where Prometheus is, for coverage and availability.", metavar="URL", callback=web_address),
    ] = "",
    service: Annotated[
        list[str] | None, typer.Option(help="A service that runs, scraped or not; may be repeated.", metavar="NAME")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show availability, detection, acknowledgement, coverage and retention against what was asked for.

    What cannot be computed says why. The exit code is 1 when a figure that is known misses its target.
    """
    by_up, covered = _asked(prometheus, service or [])
    by_history, detected, taken = _remembered(loaded.settings)
    available = by_history if by_up.value is None and by_history.value is not None else by_up
    kept = success.retention(loaded.settings.retention.calls_days, loaded.settings.retention.bodies_days)
    shown = (available, detected, taken, covered, kept)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")
    else:
        print_table(
            ("figure", "value", "target", "state", "made of"),
            [_row(figure) for figure in shown],
            right={"value", "target"},
            style=lambda row: {"met": "green", "missed": "red"}.get(row[3], "dim"),
        )
    raise typer.Exit(any(figure.met is False for figure in shown))


def _asked(url: str, named: list[str]) -> tuple[Figure, Figure]:
    """What Prometheus knows: availability and coverage."""
    if not url:
        return success.unknown("availability", _NEEDS), success.unknown("coverage", _NEEDS)
    try:
        with closing(Prometheus(url)) as server:
            answering = server.by_job("max by (job) (up)")
            means = server.by_job(f'avg by (job) (avg_over_time(up{{job=~"{WATCHED}"}}[30d]))')
    except PrometheusError as error:
        return success.unknown("availability", str(error)), success.unknown("coverage", str(error))
    answers = {job: value == 1 for job, value in answering.items() if job}
    return success.availability_by_up(means), success.coverage(answers, named)


def _remembered(settings: Settings) -> tuple[Figure, Figure, Figure]:
    """What the history knows: availability, detection and acknowledgement."""
    now = time.time()
    try:
        with closing(open_alerts(settings, read_only=True)) as ledger, ledger.read() as connection:
            first = first_told(connection)
            found = episodes(connection, Filter(start=now - WINDOW))
    except StoreError as error:
        first, found, why = None, [], str(error)
    else:
        why = "no alert was ever reported: connect Alertmanager, see docs/alerts.md"
    if first is None:
        return (
            success.unknown("availability", why),
            success.unknown("detection", why),
            success.unknown("acknowledgement", why),
        )
    said = history(found, now, holds(settings.thresholds))
    since = max(first, now - WINDOW)
    return success.availability_by_history(found, now, since), success.detection(said), success.acknowledgement(said)


def _row(figure: Figure) -> Row:
    sign = "≥" if figure.better == "more" else "≤"
    state = "unknown" if figure.met is None else "met" if figure.met else "missed"
    target = f"{sign} {_text(figure.target, figure.unit)}"
    return (figure.name, _text(figure.value, figure.unit), target, state, figure.note)


def _text(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return f"{100 * value:.4g} %"
    if math.isinf(value):
        return "for ever"
    return f"{value:.0f} {'s' if unit == 'seconds' else 'd'}"
