"""`sereno slo`: objectives compiled to rules, and how they stand."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from sereno.assembly.slo import compile_to, load
from sereno.assembly.store import open_store
from sereno.cli.options import settings
from sereno.cli.tables import Row, print_table
from sereno.config import Loaded
from sereno.promql.durations import written
from sereno.query.objectives import objective_message, status_of
from sereno.slo.spec import Mean, decimal_text
from sereno.slo.status import Status

app = typer.Typer(help="Compile service level objectives, show how they stand.", add_completion=False)
Specs = Annotated[
    list[Path] | None, typer.Argument(help="Specs: ours, Sloth's or OpenSLO's; the shipped one if none is given.")
]
Unknown = Annotated[bool, typer.Option("--allow-unknown", help="Let metrics pass that nobody is known to expose.")]
Metrics = Annotated[
    list[Path] | None,
    typer.Option(
        help="File that names further metrics, such as a saved /metrics page; may be repeated.", metavar="FILE"
    ),
]


@app.command(name="compile")
def compile_(
    spec: Specs = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.", metavar="DIR")] = Path("slo"),
    allow_unknown: Unknown = False,
    metrics: Metrics = None,
) -> None:
    """Write recording rules, burn-rate alerts for Prometheus and for Grafana, and promtool tests for every alert.

    DIR/prometheus/*.rules.yaml go into Prometheus (*.recording.rules.yaml alone, where Grafana notifies),
    DIR/grafana/alerts/*.yaml into Grafana's provisioning/alerting; DIR/prometheus/tests/*.yaml are for
    `promtool test rules`. Nothing is written if anything in a spec is wrong.
    """
    slos = load(spec or (), allow_unknown=allow_unknown, metrics=metrics or ())
    done = compile_to(slos, output)
    for note in done.notes:
        print(note, file=sys.stderr)
    count = f"{len(slos)} objective{'s' if len(slos) != 1 else ''}"
    print(f"{count}, {len(done.paths)} files in {output}", file=sys.stderr)


@app.command()
@settings("data")
def status(
    loaded: Loaded,
    spec: Specs = None,
    allow_unknown: Unknown = False,
    metrics: Metrics = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what each objective attained, what is left of its budget and how fast it burns, from the record alone.

    Prometheus is not asked; both agree, for they count the same.
    """
    slos = load(spec or loaded.settings.slo.specs, allow_unknown=allow_unknown, metrics=metrics or ())
    store = open_store(loaded.settings, read_only=True)
    try:
        found = status_of(store, slos, time.time())
    finally:
        store.close()
    if as_json:
        encoded = msgspec.json.encode([objective_message(one) for one in found])
        sys.stdout.buffer.write(msgspec.json.format(encoded, indent=2) + b"\n")
        return
    columns = ("objective", "target", "attained", "budget left", "burn 1h", "burn 6h", "burn 3d", "events", "state")
    print_table(
        columns,
        [_row(one) for one in found],
        right=columns[1:-1],
        flexible="objective",
        drop=("burn 3d", "burn 6h", "events"),
        style=lambda row: {"page": "red", "ticket": "yellow", "overdrawn": "yellow"}.get(row[-1], ""),
    )
    for one in found:
        if one.unknown is not None:
            print(f"{one.slo.id}: {one.unknown}", file=sys.stderr)


def _row(one: Status) -> Row:
    period = one.period
    events = "–" if period is None else f"{period.events:.0f}"
    left = "–" if one.budget_left is None else f"{100 * one.budget_left:.1f} %"
    burns = [_burn(one, hours * 3600) for hours in (1, 6, 72)]
    return (one.slo.id, _target(one), _attained(one), left, *burns, events, _state(one))


def _target(one: Status) -> str:
    indicator = one.slo.indicator
    if isinstance(indicator, Mean):
        return f"≤ {decimal_text(indicator.at_most)} +{decimal_text(one.slo.budget * 100)} %"
    return f"{decimal_text(one.slo.objective)} % / {written(one.slo.period)}"


def _attained(one: Status) -> str:
    if one.period is not None and one.period.mean is not None:
        return f"{one.period.mean:.4g}"
    return "–" if one.attained is None else f"{one.attained:.3f} %"


def _burn(one: Status, window: int) -> str:
    found = next((burn for burn in one.burns if burn.window == window), None)
    return "–" if found is None or found.rate is None else f"{found.rate:.2f}×"


def _state(one: Status) -> str:
    if one.unknown is not None:
        return "ask Prometheus"
    if one.firing:
        return one.firing[0]
    if one.budget_left is None:
        return "no traffic"
    return "overdrawn" if one.budget_left < 0 else "kept"
