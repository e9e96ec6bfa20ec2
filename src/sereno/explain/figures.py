"""Numbers of facts: finite, with an interval where there is one; percents only of what has a base."""

from __future__ import annotations

from math import isfinite

from sereno.explain.fact import Number

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
WEEK, MONTH, YEAR = 7 * DAY, 2629746.0, 31556952.0


def numbers(*given: Number | None) -> tuple[Number, ...]:
    """Those that exist and are finite; an interval with an infinite end is left out."""
    kept = []
    for number in given:
        if number is None or not isfinite(number.value):
            continue
        if (number.low is not None and not isfinite(number.low)) or (
            number.high is not None and not isfinite(number.high)
        ):
            kept.append(Number(number.name, number.value, number.unit))
        else:
            kept.append(number)
    return tuple(kept)


def percent(name: str, part: float, base: float, low: float | None = None, high: float | None = None) -> Number | None:
    """100 · part / |base|, with the same of an interval of the part; None where the base is 0.

    >>> percent("change_percent", 5.0, 20.0)
    Number(name='change_percent', value=25.0, unit='percent', low=None, high=None)
    """
    if base == 0.0 or not isfinite(base):
        return None
    scale = 100.0 / abs(base)
    return Number(
        name, part * scale, "percent", None if low is None else low * scale, None if high is None else high * scale
    )


def seconds(name: str, value: float) -> Number:
    """A duration."""
    return Number(name, value, "s")


def count(name: str, value: int) -> Number:
    """A whole number of things, which has no unit."""
    return Number(name, float(value))
