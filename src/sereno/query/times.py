"""Times and durations as people and programs write them.

A time is epoch seconds (`1763683200`, `1763683200.5`), RFC 3339 (`2026-11-21T00:00:00Z`, with or without
fraction, `Z` or an offset; a date alone is its midnight in UTC), `now`, or a duration back from now (`1h`, `7d`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

TIME_EXPECTED = "epoch seconds, RFC 3339 (2026-11-21T08:30:00Z), a date, `now`, or an age such as 30m, 24h or 7d"

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)([smhdw])", re.ASCII)
_EPOCH = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,9})?", re.ASCII)
_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}:[0-9]{2}))?",
    re.ASCII,
)
_EARLIEST, _LATEST = 0.0, 253_370_764_799.0
"""1970 to the end of 9998: the calendar ends with 9999, and midnights and months after a time are computed."""
_EPOCH_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


def parse_duration(text: str) -> float | None:
    """Seconds of a duration such as `90s`, `30m`, `1.5h`, `7d`, `2w`; None if it is not one.

    >>> parse_duration("1.5h"), parse_duration("7d"), parse_duration("7 d")
    (5400.0, 604800.0, None)
    """
    match = _DURATION.fullmatch(text)
    return float(match[1]) * _UNITS[match[2]] if match else None


def parse_time(text: str, now: float) -> float:
    """Epoch seconds of a time.

    Args:
        text: what was written.
        now: epoch seconds that ages count back from.

    Raises:
        ValueError: it is no time, or outside the years 1970 to 9998.

    >>> parse_time("1970-01-01T01:00:00.5+01:00", 0.0), parse_time("1h", 7200.0), parse_time("1970-01-02", 0.0)
    (0.5, 3600.0, 86400.0)
    """
    text = text.strip()
    if text == "now":
        return now
    age = parse_duration(text)
    if age is not None:
        return max(_EARLIEST, now - age)
    value = float(text) if _EPOCH.fullmatch(text) else _parse_rfc3339(text)
    if not _EARLIEST <= value <= _LATEST:
        raise ValueError(f"{text} is outside the years 1970 to 9998")
    return value


def _parse_rfc3339(text: str) -> float:
    match = _RFC3339.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a time")
    date, clock, fraction, zone = match.groups()
    if clock is None:
        clock, zone = "00:00:00", "Z"
    leap = clock.endswith(":60")  # RFC 3339 §5.7 allows a leap second; it counts as the second after :59
    if leap:
        clock = clock[:-2] + "59"
    zone = "+00:00" if zone in ("Z", "z") else zone
    whole = datetime.fromisoformat(f"{date}T{clock}{zone}")
    micros = round(float(f"0.{fraction}") * 1e6) if fraction else 0
    # In integers: float seconds of a datetime with microseconds would round twice.
    delta = whole - _EPOCH_ZERO + timedelta(microseconds=micros, seconds=1 if leap else 0)
    return (delta.days * 86_400_000_000 + delta.seconds * 1_000_000 + delta.microseconds) / 1e6


def micros(seconds: float) -> int:
    """Epoch microseconds, the precision in which times leave the record."""
    return round(seconds * 1e6)


def rfc3339(seconds: float) -> str:
    """RFC 3339 in UTC with microseconds.

    >>> rfc3339(1763683200.25)
    '2025-11-21T00:00:00.250000Z'
    """
    moment = _EPOCH_ZERO + timedelta(microseconds=micros(seconds))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}Z"


def rfc3339_seconds(seconds: float) -> str:
    """RFC 3339 in UTC to the second: starts of intervals."""
    return rfc3339(seconds)[:19] + "Z"
