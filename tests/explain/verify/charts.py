"""One chart's facts, by hand, that texts of these tests are about."""

from __future__ import annotations

from datetime import UTC, datetime

from sereno.explain.fact import Fact, FactSheet, Number, Time


def at(text: str) -> float:
    """Epoch seconds of a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


START, END = at("2026-11-17T00:00"), at("2026-11-21T00:00")


def _anomaly(number: int, value: float, expected: float, when: str) -> Fact:
    return Fact(
        id=f"anomaly-{number}",
        kind="anomaly",
        series=("db",),
        direction="up",
        note="point",
        numbers=(
            Number("value", value, "s"),
            Number("expected", expected, "s"),
            Number("difference", value - expected, "s"),
            Number("difference_percent", 100 * (value / expected - 1), "percent"),
            Number("anomalies", 2),
        ),
        times=(Time("at", at(when)),),
        start=at(when),
        end=at(when),
    )


SHEET = FactSheet(
    title="Latency",
    start=START,
    end=END,
    series=("db", "cola", "load"),
    units={"db": "s", "cola": "ms", "load": "percentunit"},
    facts=(
        _anomaly(1, 39.7, 9.4, "2026-11-18T14:05"),
        _anomaly(2, 24.2, 9.3, "2026-11-19T16:10"),
        Fact(
            id="anomaly-3",
            kind="anomaly",
            series=("cola",),
            direction="up",
            note="collective",
            numbers=(
                Number("value", 95.0, "ms"),
                Number("peak_value", 103.0, "ms"),
                Number("expected", 81.5, "ms"),
                Number("duration", 600.0, "s"),
            ),
            start=at("2026-11-20T02:00"),
            end=at("2026-11-20T02:10"),
        ),
        Fact(
            id="change-1",
            kind="change_point",
            series=("load",),
            direction="up",
            numbers=(
                Number("before", 0.46, "percentunit"),
                Number("after", 0.803, "percentunit"),
                Number("change", 0.343, "percentunit"),
                Number("change_percent", 74.6, "percent"),
            ),
            times=(Time("at", at("2026-11-19T10:00")),),
            start=at("2026-11-19T10:00"),
            end=END,
        ),
        Fact(
            id="level-1",
            kind="level",
            series=("db",),
            numbers=(
                Number("mean", 9.45, "s"),
                Number("median", 9.38, "s"),
                Number("p95", 10.1, "s"),
                Number("last", 9.75, "s"),
                Number("count", 574),
            ),
            start=START,
            end=END,
        ),
        Fact(
            id="level-2",
            kind="level",
            series=("cola",),
            numbers=(Number("mean", 81.0, "ms"), Number("p95", 86.2, "ms")),
        ),
        Fact(
            id="range-1",
            kind="range",
            series=("db",),
            numbers=(Number("min", 8.34, "s"), Number("max", 39.7, "s")),
            times=(Time("min", at("2026-11-17T03:00")), Time("max", at("2026-11-18T14:05"))),
        ),
        Fact(
            id="comparison-1",
            kind="comparison",
            series=("load",),
            direction="up",
            note="halves",
            numbers=(
                Number("current", 0.678, "percentunit"),
                Number("previous", 0.467, "percentunit"),
                Number("change", 0.211, "percentunit"),
                Number("change_percent", 45.3, "percent"),
            ),
        ),
        Fact(
            id="comparison-2",
            kind="comparison",
            series=("db",),
            direction="flat",
            note="previous_hour",
            numbers=(
                Number("current", 9.31, "s"),
                Number("previous", 9.55, "s"),
                Number("change_percent", -2.5, "percent"),
            ),
        ),
        Fact(
            id="trend-1",
            kind="trend",
            series=("db",),
            direction="flat",
            numbers=(Number("change_percent", 0.6, "percent"), Number("start_value", 9.4, "s")),
        ),
        Fact(
            id="seasonality-1",
            kind="seasonality",
            series=("load",),
            numbers=(
                Number("period", 3600.0, "s"),
                Number("amplitude", 0.3, "percentunit"),
                Number("strength", 77.0, "percent"),
            ),
        ),
    ),
)
"""Four days of three series; `db` stays at its level but for two anomalies, `load` steps up and has a cycle."""
