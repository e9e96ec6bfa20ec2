"""The success figures of seed 001, computed: what is reached, against what was asked for, and why one is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from sereno.alerts.episode import Episode
from sereno.alerts.history import ACKNOWLEDGE_WITHIN, DETECT_WITHIN, History

AVAILABILITY, COVERAGE, RETENTION_DAYS = 0.999, 0.90, 30.0
WINDOW = 30 * 86400.0
"""What availability and the means look back on."""
DOWN = "Down"
"""How rules end that say that a service is down."""
_ATTACHED = ("-exporter", "-probe")
"""Ends of jobs that look at a service of that name from outside."""
Unit = Literal["share", "seconds", "days"]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure.

    Attributes:
        name: what it is.
        value: None where it is not known; infinite for ever.
        target: what was asked for.
        better: whether more or less of it is better.
        unit: of both.
        met: whether the target is reached; None where the value is not known.
        note: what it was made of, or why it is not known and what to do.
    """

    name: str
    value: float | None
    target: float
    better: Literal["more", "less"]
    unit: Unit
    met: bool | None
    note: str


def availability_by_history(found: Sequence[Episode], now: float, since: float) -> Figure:
    """Share of time in which no critical rule said that a service was down.

    Args:
        found: episodes of the last 30 days.
        now: epoch seconds.
        since: start of the history, or 30 days ago, whichever is later.
    """
    downs = [
        (max(one.starts_at, since), min(one.starts_at + one.seconds(now), now))
        for one in found
        if one.severity == "critical" and one.name.endswith(DOWN)
    ]
    seconds = covered(span for span in downs if span[1] > span[0])
    if now <= since:
        return _figure("availability", None, AVAILABILITY, "more", "share", "the history begins now")
    days = (now - since) / 86400
    note = f"by the history of {days:.1f} days: {len(downs)} outages, {seconds:.0f} s together"
    return _figure("availability", 1 - seconds / (now - since), AVAILABILITY, "more", "share", note)


def availability_by_up(means: Mapping[str, float]) -> Figure:
    """Mean share of time in which critical services were reached.

    Args:
        means: mean of `up` over 30 days by job.
    """
    if not means:
        note = "Prometheus scrapes none of the services that critical rules watch"
        return _figure("availability", None, AVAILABILITY, "more", "share", note)
    worst = min(means, key=lambda job: means[job])
    note = f"mean of {len(means)} jobs over 30 days; the least is {worst} with {100 * means[worst]:.3f} %"
    return _figure("availability", sum(means.values()) / len(means), AVAILABILITY, "more", "share", note)


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that spans cover together; where they overlap they count once.

    >>> covered([(0.0, 10.0), (5.0, 20.0), (30.0, 31.0)])
    21.0
    """
    total, end = 0.0, float("-inf")
    for first, last in sorted(spans):
        total += max(0.0, last - max(first, end))
        end = max(end, last)
    return total


def detection(found: History) -> Figure:
    """Mean time from the beginning of a critical condition until it was told."""
    spread = found.detection
    note = f"mean of {spread.known} critical alerts in 30 days" if spread.known else "no critical alert in 30 days"
    return _figure("detection", spread.mean, DETECT_WITHIN, "less", "seconds", note)


def acknowledgement(found: History) -> Figure:
    """Mean time until a person took up a critical alert; never, where one was due and nobody came."""
    spread = found.acknowledge
    if not spread.due:
        note = "no critical alert in 30 days had to be taken up"
        return _figure("acknowledgement", None, ACKNOWLEDGE_WITHIN, "less", "seconds", note)
    missed = spread.due - spread.known
    note = f"mean of {spread.known} critical alerts in 30 days; {missed} were never taken up"
    made = _figure("acknowledgement", spread.mean, ACKNOWLEDGE_WITHIN, "less", "seconds", note)
    return msgspec.structs.replace(made, met=False) if missed else made


def coverage(answering: Mapping[str, bool], named: Iterable[str] = ()) -> Figure:
    """Share of services with metrics of their own.

    Args:
        answering: by job, whether one of its targets answers a scrape.
        named: services that run, scraped or not.
    """
    services: dict[str, bool] = {service_of(name): False for name in named}
    for job, answers in answering.items():
        # A probe sees a service from outside: its door is no metric of its own.
        own = answers and not job.endswith("-probe")
        services[service_of(job)] = services.get(service_of(job), False) or own
    if not services:
        return _figure("coverage", None, COVERAGE, "more", "share", "Prometheus scrapes nothing")
    without = sorted(name for name, has in services.items() if not has)
    note = f"{len(services) - len(without)} of {len(services)} services" + (
        f"; without: {', '.join(without)}" if without else ""
    )
    return _figure("coverage", 1 - len(without) / len(services), COVERAGE, "more", "share", note)


def service_of(job: str) -> str:
    """The service that a job is about.

    >>> service_of("redis-exporter"), service_of("qdrant-probe"), service_of("sereno")
    ('redis', 'qdrant', 'sereno')
    """
    return next((job.removesuffix(end) for end in _ATTACHED if job.endswith(end) and job != end), job)


def retention(calls_days: float | None, bodies_days: float | None) -> Figure:
    """How long the record is kept; None is for ever."""
    kept = min((days for days in (calls_days, bodies_days) if days is not None), default=float("inf"))
    said = [f"{name} {'for ever' if days is None else f'{days:g} days'}" for name, days in
            (("calls", calls_days), ("prompts and answers", bodies_days))]  # fmt: skip
    return _figure("retention", kept, RETENTION_DAYS, "more", "days", f"{', '.join(said)} (settings)")


def unknown(name: Literal["availability", "coverage", "detection", "acknowledgement"], why: str) -> Figure:
    """A figure that cannot be computed, and why."""
    if name in ("availability", "coverage"):
        return _figure(name, None, AVAILABILITY if name == "availability" else COVERAGE, "more", "share", why)
    return _figure(name, None, DETECT_WITHIN if name == "detection" else ACKNOWLEDGE_WITHIN, "less", "seconds", why)


def _figure(
    name: str, value: float | None, target: float, better: Literal["more", "less"], unit: Unit, note: str
) -> Figure:
    met = None if value is None else value >= target if better == "more" else value <= target
    return Figure(name=name, value=value, target=target, better=better, unit=unit, met=met, note=note)
