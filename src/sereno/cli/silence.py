"""`sereno silence`: hold alerts back for a while."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from sereno.cli.login import login_name
from sereno.cli.options import settings
from sereno.cli.tables import Row, print_table
from sereno.config import Loaded
from sereno.errors import ConfigError
from sereno.notify.client import Alertmanager, Silence
from sereno.notify.matchers import Matcher, read_matcher
from sereno.promql.durations import seconds

app = typer.Typer(help="Hold alerts back for a while.", no_args_is_help=True, add_completion=False)
LONGEST = 365 * 86400


@app.command()
@settings("alerting.alertmanager_url")
def add(
    loaded: Loaded,
    conditions: Annotated[
        list[str],
        typer.Argument(help="The alert's name, or conditions such as job=qdrant or instance=~gpu.*; all hold."),
    ],
    *,
    duration: Annotated[str, typer.Option("--for", help="How long, for instance 30m or 1d.", metavar="TIME")] = "2h",
    comment: Annotated[str, typer.Option(help="Why, for those who come after you.")] = "",
    by: Annotated[str, typer.Option(help="Who; by default your login name.")] = "",
) -> None:
    """Silence alerts; prints the silence's id."""
    matchers = [_condition(text) for text in conditions]
    try:
        length = seconds(duration)
    except ValueError as error:
        raise ConfigError(f"--for: {error}") from None
    if not 0 < length <= LONGEST:
        raise ConfigError(f"--for is {duration}; expected more than nothing and at most a year")
    begin = datetime.now(UTC)
    client = Alertmanager(loaded.settings.alerting.alertmanager_url)
    try:
        print(client.silence(matchers, begin, begin + timedelta(seconds=length), by or login_name(), comment or "–"))
    finally:
        client.close()
    until = (begin + timedelta(seconds=length)).astimezone()
    print(f"{', '.join(map(str, matchers))} until {until:%Y-%m-%d %H:%M:%S %Z}", file=sys.stderr)


@app.command("list")
@settings("alerting.alertmanager_url")
def list_(
    loaded: Loaded,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show those that have ended, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List silences, those that end first first."""
    client = Alertmanager(loaded.settings.alerting.alertmanager_url)
    try:
        found = [silence for silence in client.silences() if everything or silence.state != "expired"]
    finally:
        client.close()
    if as_json:
        print(json.dumps([_json(silence) for silence in found], indent=2, ensure_ascii=False))
        return
    if not found:
        print("Nothing is silenced.", file=sys.stderr)
        return
    columns = ("id", "state", "until", "conditions", "by", "comment")
    print_table(columns, [_row(silence) for silence in found], flexible="conditions", drop=("comment", "by"))


@app.command()
@settings("alerting.alertmanager_url")
def expire(
    loaded: Loaded,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids, or enough of their beginning.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="End every silence.")] = False,
) -> None:
    """End silences: what they held back is sent if it still fires."""
    if not ids and not everything:
        raise ConfigError("no id is given; expected ids that `sereno silence list` shows, or --all")
    client = Alertmanager(loaded.settings.alerting.alertmanager_url)
    try:
        running = [silence.id for silence in client.silences() if silence.state != "expired"]
        chosen = running if everything else [_chosen(beginning, running) for beginning in ids or ()]
        client.expire(dict.fromkeys(chosen))
    finally:
        client.close()
    print(f"{len(set(chosen))} silence{'s' if len(set(chosen)) != 1 else ''} ended", file=sys.stderr)


def _condition(text: str) -> Matcher:
    if not any(sign in text for sign in "=~"):
        return Matcher("alertname", text, regex=False, equal=True)
    try:
        return read_matcher(text)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _chosen(beginning: str, ids: list[str]) -> str:
    found = [one for one in ids if one.startswith(beginning)]
    if len(found) != 1:
        what = "no running silence begins" if not found else f"{len(found)} silences begin"
        raise ConfigError(f"{what} with {beginning!r}; `sereno silence list` shows them")
    return found[0]


def _row(silence: Silence) -> Row:
    until = silence.ends_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    conditions = ", ".join(map(str, silence.matchers))
    return (silence.id[:8], silence.state, until, conditions, silence.created_by, silence.comment)


def _json(silence: Silence) -> dict[str, object]:
    return {
        "id": silence.id,
        "state": silence.state,
        "matchers": [str(matcher) for matcher in silence.matchers],
        "starts_at": silence.starts_at.isoformat(),
        "ends_at": silence.ends_at.isoformat(),
        "created_by": silence.created_by,
        "comment": silence.comment,
    }
