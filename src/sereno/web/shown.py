"""Figures as people read them: few digits, a unit, an en dash for what is unknown."""

from __future__ import annotations

from sereno.query.times import rfc3339

UNKNOWN = "–"


def seconds(value: float | None) -> str:
    """A duration.

    >>> seconds(0.0421), seconds(1.5), seconds(75.2), seconds(None)
    ('42 ms', '1.50 s', '1 min 15 s', '–')
    """
    if value is None:
        return UNKNOWN
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def count(value: float | None) -> str:
    """A number, short beyond ten thousand.

    >>> count(9999), count(12_345), count(7_654_321), count(None)
    ('9,999', '12.3 k', '7.65 M', '–')
    """
    if value is None:
        return UNKNOWN
    if value < 10_000:
        return f"{value:,.0f}"
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A share of 1.

    >>> percent(0.0123), percent(1.0), percent(None)
    ('1.2 %', '100.0 %', '–')
    """
    return UNKNOWN if value is None else f"{value * 100:.1f} %"


def dollars(value: float | None) -> str:
    """A cost."""
    return UNKNOWN if value is None else f"${value:,.2f}" if value >= 1 else f"${value:.6f}"


def clock(at: float) -> str:
    """Date and time of day in UTC."""
    return rfc3339(at)[:19].replace("T", " ")
