"""Fact sheets written by hand: a fault with suspects before and after it, and columns of shares."""

from __future__ import annotations

from typing import Any

from sereno.explain.fact import Fact, FactSheet, Number, Time

START = 1_763_596_800.0  # 2025-11-20 00:00 UTC
HOUR = 3600.0


def at(hours: float) -> float:
    return START + hours * HOUR


def fact(
    name: str, *series: str, when: float | None = None, numbers: dict[str, float] | None = None, **more: Any
) -> Fact:
    """A fact by its id, such as `anomaly-1`."""
    times = () if when is None else (Time("at", at(when)),)
    found = tuple(Number(role, value, more.pop("unit", "s")) for role, value in (numbers or {}).items())
    return Fact(id=name, kind=name.partition("-")[0], series=series, times=times, numbers=found, **more)  # type: ignore[arg-type]


def sheet(*facts: Fact, **more: Any) -> FactSheet:
    """A day of facts, the heaviest first."""
    ranked = sorted(facts, key=lambda one: -one.weight)
    given = {"title": "Latency", "start": START, "end": at(24), "series": ("api", "disk"), **more}
    return FactSheet(facts=tuple(ranked), **given)


FAULT = fact(
    "anomaly-1", "api", when=12, numbers={"value": 9.0, "expected": 2.0}, weight=0.9, note="point", direction="up"
)


def deploy(hours: float, number: int = 1, label: str = "release 7", note: str = "deploy") -> Fact:
    return fact(f"event-{number}", "api", when=hours, label=label, note=note, weight=0.3)
