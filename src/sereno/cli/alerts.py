"""`sereno alerts`: the rules as files, what fires, what fired, who took it up."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sereno.alerts.catalogue import holds
from sereno.alerts.history import history
from sereno.assembly.alert_history import chosen, open_alerts
from sereno.assembly.alerts import BOTH, contacts_file, left_over, rule_files, write
from sereno.assembly.record import question
from sereno.cli.alert_text import HISTORY_COLUMNS, history_row, severity_style, told
from sereno.cli.filters import Pairs, parameters
from sereno.cli.login import login_name
from sereno.cli.options import settings
from sereno.cli.tables import Row, print_table
from sereno.config import Loaded
from sereno.errors import ConfigError, StoreError
from sereno.notify.client import Alert, Alertmanager, AlertmanagerError
from sereno.query.alerts import FIELDS, AlertMessage, Taking, alert_message, checked, filter_of
from sereno.query.problems import Problem
from sereno.store.ledger.alerts import Filter, acknowledge, episodes, last_told

app = typer.Typer(
    help="Write alert rules, list what fires and fired, take it up.", no_args_is_help=True, add_completion=False
)
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


@app.command("contacts")
@settings()
def contacts_(
    loaded: Loaded,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", metavar="FILE")] = Path(
        "contacts.yaml"
    ),
) -> None:
    """Write contact points, notification policies and mute timings for Grafana's provisioning/alerting.

    They come from the same settings as Alertmanager's configuration, for alerting.engine = grafana.
    """
    write(contacts_file(loaded.settings, output), output.parent)
    if loaded.settings.alerting.engine == "prometheus":
        print("alerting.engine is prometheus: do not let both notify", file=sys.stderr)
    print(output, file=sys.stderr)


@app.command("list")
@settings("data", "alerting.alertmanager_url")
def list_(
    loaded: Loaded,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show those held back and the Watchdog, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the alerts that fire, the gravest first; by the history, where Alertmanager does not answer."""
    client = Alertmanager(loaded.settings.alerting.alertmanager_url)
    try:
        found = client.alerts()
    except AlertmanagerError as error:
        reported = _reported(loaded, error)
        _print_history(reported, as_json=as_json, nothing="Nothing fires, as far as was reported.")
        return
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
        style=severity_style,
    )


@app.command("history")
@settings("data")
@parameters(*FIELDS)
def history_(
    loaded: Loaded, *, pairs: Pairs, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List the alerts of the past, the last begun first, and how fast they were told and taken up."""
    now = time.time()
    values = question(pairs, FIELDS, now)
    asked = values.query()
    with closing(open_alerts(loaded.settings, read_only=True)) as ledger, ledger.read() as connection:
        wanted = filter_of(values, asked.start, asked.end)
        found = episodes(connection, wanted, limit=asked.limit, offset=asked.offset)
        every = episodes(connection, wanted) if not as_json else []
    _print_history([alert_message(one, now) for one in found], as_json=as_json, nothing="No alert matches.")
    if every and not as_json:
        for line in told(history(every, now, holds(loaded.settings.thresholds))):
            print(line, file=sys.stderr)


@app.command()
@settings("data")
def ack(
    loaded: Loaded,
    alerts: Annotated[list[str], typer.Argument(help="Numbers that `sereno alerts history` shows, or names of rules.")],
    *,
    by: Annotated[str, typer.Option(help="Who; by default your login name.")] = "",
    note: Annotated[str, typer.Option(help="What you know, for those who come after you.")] = "",
) -> None:
    """Take alerts up: a name stands for all of that rule that are not over."""
    now = time.time()
    try:
        taking = checked(Taking(by=by or login_name(), note=note), None)
    except Problem as problem:
        raise ConfigError(f"--{problem.parameter}: expected {problem.expected}") from None
    with closing(open_alerts(loaded.settings)) as ledger, ledger.write() as connection:
        numbers = [number for text in alerts for number in chosen(connection, text)]
        taken = acknowledge(connection, numbers, by=taking.by, note=taking.note, now=now)
    known = len(set(numbers)) - taken
    print(
        f"{taken} taken up by {taking.by}" + (f", {known} had been taken up before" if known else ""), file=sys.stderr
    )
    if taken:
        print("They go on being told; `sereno silence add NAME --for 2h` holds them back.", file=sys.stderr)


def _reported(loaded: Loaded, error: AlertmanagerError) -> list[AlertMessage]:
    """What the history holds as firing; `error` where there is no history either."""
    now = time.time()
    try:
        with closing(open_alerts(loaded.settings, read_only=True)) as ledger, ledger.read() as connection:
            when = last_told(connection)
            found = [alert_message(one, now) for one in episodes(connection, Filter(open=True))]
    except StoreError:
        raise error from None
    if when is None:
        raise error from None
    print(f"{error}\nBy what was last reported, {int(now - when)} s ago:", file=sys.stderr)
    return sorted(found, key=lambda one: ({"critical": 0, "warning": 1, "info": 2}.get(one.severity, 3), one.starts_at))


def _print_history(found: list[AlertMessage], *, as_json: bool, nothing: str) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    elif found:
        print_table(
            HISTORY_COLUMNS,
            [history_row(one) for one in found],
            right={"id", "lasted"},
            flexible="what",
            drop=("what", "lasted", "taken up"),
            style=lambda row: severity_style(row[1:]),
        )
    else:
        print(nothing, file=sys.stderr)


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
