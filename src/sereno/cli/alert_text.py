"""Alerts of the past as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sereno.alerts.history import History, Spread
from sereno.cli.tables import Row
from sereno.query.alerts import AlertMessage
from sereno.web.shown import Shown

HISTORY_COLUMNS = ("id", "severity", "alert", "began", "state", "lasted", "taken up", "what")
_STATES = {"active": "fires", "silent": "no news", "over": "over"}
_NOISY = 3


def history_row(one: AlertMessage) -> Row:
    """An alert as a row of `HISTORY_COLUMNS`."""
    began = datetime.fromisoformat(one.starts_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    taken = "" if one.acknowledged_at is None else one.acknowledged_by or "yes"
    return (str(one.id), one.severity, one.name, began, _STATES[one.state], _seconds(one.seconds), taken, one.summary)


def severity_style(row: Row) -> str:
    """How a row that begins with a severity is drawn."""
    return {"critical": "red", "warning": "yellow"}.get(row[0], "")


def told(found: History) -> Iterator[str]:
    """What a history says, a line each."""
    critical = found.severities.get("critical", 0)
    yield f"{found.episodes} alerts, {critical} of them critical"
    yield f"until a critical one was taken up: {_spread(found.acknowledge, '5 min')}"
    yield f"until a critical one was told, from the beginning of its condition: {_spread(found.detection, '2 min')}"
    noisy = [f"{rule.name} {rule.episodes}×" for rule in found.rules[:_NOISY] if rule.episodes > 1]
    if noisy:
        yield f"noisiest: {', '.join(noisy)}"


def _spread(spread: Spread, target: str) -> str:
    if not spread.due:
        return "unknown, there was none"
    share = f"{100 * (spread.within or 0):.0f} % of {spread.due} within {target}"
    return f"{_seconds(spread.mean)} (mean), {_seconds(spread.median)} (median); {share}"


def _seconds(value: float | None) -> str:
    return Shown().seconds(value).replace("\N{NO-BREAK SPACE}", " ")
