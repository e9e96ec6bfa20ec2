"""Figures as people read them; unknown is a dash."""

from __future__ import annotations

import math


def duration(seconds: float | None) -> str:
    """A time with three significant digits.

    >>> duration(0.01234), duration(1.5), duration(0.0), duration(125.0), duration(None)
    ('12.3 ms', '1.5 s', '0 s', '125 s', '–')
    """
    if seconds is None:
        return "–"
    size = abs(seconds)
    factor, unit = (1.0, "s") if size >= 1 or not size else (1e3, "ms") if size >= 1e-3 else (1e6, "µs")
    return f"{_digits(seconds * factor, 3)} {unit}"


def clock(seconds: float) -> str:
    """A stretch of time or a moment of the run, in one or two units.

    >>> clock(0.5), clock(90.0), clock(3661.0), clock(2.04)
    ('0.5s', '1m30s', '1h1m', '2s')
    """
    if seconds < 60:
        return f"{round(seconds, 1):g}s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours}h{minutes}m" if minutes else f"{hours}h"
    return f"{minutes}m{rest}s" if rest else f"{minutes}m"


def amount(value: float | None) -> str:
    """A count, or a rate with four significant digits.

    >>> amount(1234567), amount(12.3456), amount(None), amount(20.0)
    ('1,234,567', '12.35', '–', '20')
    """
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else _digits(value, 4)


def _digits(value: float, digits: int) -> str:
    if not value:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
