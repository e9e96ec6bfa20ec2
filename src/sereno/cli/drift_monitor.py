"""`sereno drift reference|check|features|events|triggers`: the drift monitor at the command line."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Callable
from typing import Annotated, Literal

import typer

from sereno.assembly.drift_monitor import opened
from sereno.cli.drift_monitor_text import (
    print_check,
    print_events,
    print_features,
    print_json,
    print_reference,
    print_references,
    print_triggers,
)
from sereno.cli.options import settings
from sereno.cli.stored_anew import moment
from sereno.config import Loaded
from sereno.errors import DriftError
from sereno.query.drift import decide, event_list, feature_list, reference_list, trigger_list
from sereno.query.drift_messages import check_message, reference_message

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Label = Annotated[str, typer.Argument(metavar="REFERENCE", help="NAME@VERSION, or NAME for its newest version.")]
Number = Annotated[int, typer.Argument(metavar="TRIGGER", help="Its number.", min=1)]
Note = Annotated[str, typer.Option(help="Kept with it.", metavar="TEXT")]
State = Literal["pending", "approved", "rejected", "running", "succeeded", "failed"]
DAY = 86_400.0

reference = typer.Typer(help="What live traffic is compared with.", no_args_is_help=True, add_completion=False)
triggers = typer.Typer(help="Triggers of fine-tuning.", no_args_is_help=True, add_completion=False)


@reference.command("create")
@settings("data")
def create(
    loaded: Loaded,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name; the same again makes its next version.")],
    *,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help="Calls from this time on.")] = "7d",
    end: Annotated[str, typer.Option("--until", metavar="TIME", help="Calls before this time.")] = "now",
    weekdays: Annotated[bool, typer.Option(help="Compare each weekday with its own kind.")] = False,
    use: Annotated[bool, typer.Option("--use", help="Compare with it from now on.")] = False,
    as_json: Json = False,
) -> None:
    """Freeze the calls of a window: bins, categories and vectors of a sample of prompts, no text.

    With --weekdays a check looks at the last whole day (UTC) and compares it with that weekday alone.
    """
    now = time.time()
    begin, finish = moment("--from", start, now), moment("--until", end, now)
    with opened(loaded.settings) as (monitor, _):
        made = monitor.create(name, begin, finish, weekdays=weekdays, by=_person())
        if use:
            made = monitor.use(made.label, _person())
    if as_json:
        print_json(reference_message(made))
    else:
        print_reference(reference_message(made))


@reference.command("list")
@settings("data")
def list_(loaded: Loaded, *, as_json: Json = False) -> None:
    """List references, the newest first."""
    with opened(loaded.settings, read_only=True) as (_, ledger):
        rows = reference_list(ledger)
    if as_json:
        print_json(rows)
    elif rows or not sys.stdout.isatty():
        print_references(rows)
    else:
        print("No reference yet. sereno drift reference create NAME --from 14d --until 7d --use makes one.")


@reference.command("use")
@settings("data")
def use_(loaded: Loaded, label: Label) -> None:
    """Compare with this one from now on."""
    with opened(loaded.settings) as (monitor, _):
        done = monitor.use(label, _person())
    print(f"Checks compare with {done.label} from now on.")


@reference.command("show")
@settings("data")
def show(loaded: Loaded, label: Label, *, as_json: Json = False) -> None:
    """Show what a reference was made of."""
    with opened(loaded.settings, read_only=True) as (_, ledger):
        found = [row for row in reference_list(ledger) if label in {row.reference, row.name}]
    if not found:
        raise DriftError(f"there is no reference {label!r}; sereno drift reference list shows them")
    newest = max(found, key=lambda row: row.version)
    if as_json:
        print_json(newest)
    else:
        print_reference(newest)


@settings("data")
def check(loaded: Loaded, *, as_json: Json = False) -> None:
    """Compare live traffic with the reference in use, now; exit code 1 if the check fails."""
    with opened(loaded.settings) as (monitor, ledger):
        done = check_message(monitor.check())
        found = [] if done.status == "error" else feature_list(ledger, done.id, None)
    if as_json:
        print_json(done)
    else:
        print_check(done, found)
    if done.status == "error":
        raise typer.Exit(1)


@settings("data")
def features(
    loaded: Loaded,
    *,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Of this model; all scopes by default.")] = None,
    number: Annotated[
        int | None, typer.Option("--check", metavar="N", min=1, help="Of this check; the last one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a check found, feature by feature."""
    with opened(loaded.settings, read_only=True) as (_, ledger):
        rows = feature_list(ledger, number, model)
    if as_json:
        print_json(rows)
    else:
        print_features(rows)


@settings("data")
def events(
    loaded: Loaded,
    *,
    days: Annotated[int, typer.Option(min=1, max=36_500, help="How many days back.")] = 90,
    as_json: Json = False,
) -> None:
    """Show what happened: drift that began, grew or ended, checks that failed, references."""
    with opened(loaded.settings, read_only=True) as (_, ledger):
        rows = event_list(ledger, time.time() - days * DAY)
    if as_json:
        print_json(rows)
    elif rows or not sys.stdout.isatty():
        print_events(rows)
    else:
        print("Nothing happened.")


@triggers.command("list")
@settings("data")
def list_triggers(
    loaded: Loaded,
    *,
    status: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    as_json: Json = False,
) -> None:
    """List triggers, the newest first."""
    with opened(loaded.settings, read_only=True) as (_, ledger):
        rows = trigger_list(ledger, status)
    if as_json:
        print_json(rows)
    elif rows or not sys.stdout.isatty():
        print_triggers(rows)
    else:
        print("No trigger yet.")


@triggers.command("approve")
@settings("data")
def approve(loaded: Loaded, number: Number, *, note: Note = "") -> None:
    """Approve a trigger: the keeper calls what is set, within some seconds."""
    _decide(loaded, number, note, approve=True)
    print(f"Trigger {number} is approved; the keeper calls what is set.")


@triggers.command("reject")
@settings("data")
def reject(loaded: Loaded, number: Number, *, note: Note = "") -> None:
    """Reject a trigger."""
    _decide(loaded, number, note, approve=False)
    print(f"Trigger {number} is rejected.")


def add_to(app: typer.Typer) -> None:
    """Add the commands to `sereno drift`."""
    commands: tuple[tuple[str, Callable[..., None]], ...] = (
        ("check", check), ("features", features), ("events", events),
    )  # fmt: skip
    for name, command in commands:
        app.command(name)(command)
    app.add_typer(reference, name="reference")
    app.add_typer(triggers, name="triggers")


def _decide(loaded: Loaded, number: int, note: str, *, approve: bool) -> None:
    with opened(loaded.settings) as (_, ledger):
        decide(ledger, number, approve=approve, by=_person(), note=note, now=time.time())


def _person() -> str:
    """Who works at this terminal, as events tell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in some containers
        return ""
