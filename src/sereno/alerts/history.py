"""What a history of alerts says: how fast they are told and taken up, which rules are noisy, how many a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import fmean, median
from zoneinfo import ZoneInfo

import msgspec

from sereno.alerts.episode import Episode

ACKNOWLEDGE_WITHIN = 300.0
"""Seconds in which somebody takes up a critical alert: the target of seed 001."""
DETECT_WITHIN = 120.0
"""Seconds in which an outage is told."""
SHORT = 300.0
"""An alert that is over after so many seconds was over before anybody came: noise, if it happens often."""
Holds = Mapping[tuple[str, str], int]
"""Seconds that a rule waits before it alerts (`for`), by its name and severity."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took, over those for which it is known; seconds.

    Attributes:
        known: for how many it is known.
        mean, median, greatest: None where it is known for none.
        due: those that should have happened in time: known, or already too late.
        within: share of `due` that did; None where none was due.
    """

    known: int
    mean: float | None
    median: float | None
    greatest: float | None
    due: int
    within: float | None


class Noise(msgspec.Struct, frozen=True, kw_only=True):
    """How often one rule alerted.

    Attributes:
        name: of the rule. severity: of its last alert.
        episodes: how often. firing: how many of them go on.
        seconds: how long together.
        short: share of those that are over which lasted less than five minutes; None while none is over.
        acknowledged: share that a person took up.
        last_at: start of the last one, epoch seconds.
    """

    name: str
    severity: str
    episodes: int
    firing: int
    seconds: float
    short: float | None
    acknowledged: float
    last_at: float


class Day(msgspec.Struct, frozen=True):
    """Alerts that began on a day: its start in epoch seconds, and how many by severity."""

    at: float
    severities: Mapping[str, int]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What episodes say.

    Attributes:
        episodes: how many.
        severities: how many by severity.
        acknowledge: from the first report of critical alerts until a person took them up; in time is five minutes.
        detection: from the beginning of the condition until it was told, for rules whose `for` is known; in time is
            two minutes for those of severity `critical`, the only ones that count here.
        delivery: from the moment an alert fired until it was told.
        rules: the rules, the noisiest first.
    """

    episodes: int
    severities: Mapping[str, int]
    acknowledge: Spread
    detection: Spread
    delivery: Spread
    rules: Sequence[Noise]


def history(found: Sequence[Episode], now: float, holds: Holds) -> History:
    """What episodes say.

    Args:
        found: the episodes, in any order.
        now: epoch seconds.
        holds: how long each rule waits before it alerts; rules that are not known have no detection time, since nobody
            knows when their condition began.
    """
    critical = [one for one in found if one.severity == "critical"]
    severities: dict[str, int] = {}
    for one in found:
        severities[one.severity] = severities.get(one.severity, 0) + 1
    known = [(one, holds[one.name, one.severity]) for one in critical if (one.name, one.severity) in holds]
    return History(
        episodes=len(found),
        severities=severities,
        acknowledge=_acknowledged(critical, now),
        detection=spread([_delivery(one) + hold for one, hold in known], DETECT_WITHIN),
        delivery=spread([_delivery(one) for one in found], DETECT_WITHIN),
        rules=_noise(found, now),
    )


def spread(seconds: Sequence[float], within: float, missed: int = 0) -> Spread:
    """How long something took.

    >>> spread([60.0, 120.0, 600.0], 300.0, missed=1)
    Spread(known=3, mean=260.0, median=120.0, greatest=600.0, due=4, within=0.5)

    Args:
        seconds: each that is known.
        within: what counts as in time.
        missed: how many never happened and are too late by now.
    """
    due = len(seconds) + missed
    return Spread(
        known=len(seconds),
        mean=fmean(seconds) if seconds else None,
        median=median(seconds) if seconds else None,
        greatest=max(seconds, default=None),
        due=due,
        within=sum(one <= within for one in seconds) / due if due else None,
    )


def days(found: Iterable[Episode], start: float, end: float, tz: str) -> list[Day]:
    """Alerts by the day on which they began, every day of the range, those without any as well.

    Args:
        found: the episodes.
        start: of the range, epoch seconds.
        end: of the range.
        tz: time zone in which days begin.
    """
    zone = ZoneInfo(tz)
    counts: dict[int, dict[str, int]] = {}
    for one in found:
        of_day = counts.setdefault(datetime.fromtimestamp(one.starts_at, zone).toordinal(), {})
        of_day[one.severity] = of_day.get(one.severity, 0) + 1
    first, last = (datetime.fromtimestamp(at, zone).toordinal() for at in (start, max(start, end - 1)))
    return [Day(_midnight(day, zone), counts.get(day, {})) for day in range(first, last + 1)]


def _midnight(ordinal: int, zone: ZoneInfo) -> float:
    day = datetime.fromordinal(ordinal)
    return day.replace(tzinfo=zone).timestamp()


def _delivery(one: Episode) -> float:
    return max(0.0, one.received_at - one.starts_at)


def _acknowledged(critical: Sequence[Episode], now: float) -> Spread:
    """One that was over in time without anybody was not due."""
    taken = [max(0.0, one.acknowledged_at - one.received_at) for one in critical if one.acknowledged_at is not None]
    missed = sum(
        one.acknowledged_at is None
        and (one.ends_at if one.ends_at is not None else now) - one.received_at > ACKNOWLEDGE_WITHIN
        for one in critical
    )
    return spread(taken, ACKNOWLEDGE_WITHIN, missed)


def _noise(found: Iterable[Episode], now: float) -> list[Noise]:
    by: dict[str, list[Episode]] = {}
    for one in found:
        by.setdefault(one.name, []).append(one)
    rules = []
    for name, of_rule in by.items():
        last = max(of_rule, key=lambda one: one.starts_at)
        over = [one.seconds(now) for one in of_rule if one.state(now) == "over"]
        rules.append(
            Noise(
                name=name,
                severity=last.severity,
                episodes=len(of_rule),
                firing=sum(one.state(now) == "active" for one in of_rule),
                seconds=sum(one.seconds(now) for one in of_rule),
                short=sum(one < SHORT for one in over) / len(over) if over else None,
                acknowledged=sum(one.acknowledged_at is not None for one in of_rule) / len(of_rule),
                last_at=last.starts_at,
            )
        )
    return sorted(rules, key=lambda rule: (-rule.episodes, -rule.seconds, rule.name))
