"""Windows in which alerts are not sent."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from sereno.notify.matchers import Matcher

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
MIDNIGHT, END_OF_DAY = "00:00", "24:00"
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_DAY = re.compile(r"-?(?:[1-9]|[12]\d|3[01])(?::-?(?:[1-9]|[12]\d|3[01]))?", re.ASCII)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A time that comes again.

    Attributes:
        name: what people call it.
        start: `HH:MM`.
        end: `HH:MM`; not after `start` it is on the next day.
        days: names of weekdays, also ranges; none is every day.
        days_of_month: numbers, also ranges, from the end if negative; none is every day.
        months: names or numbers, also ranges; none is every month.
        timezone: IANA's name.
        alerts: conditions that an alert meets to be held back; none is all alerts.
    """

    name: str
    start: str = MIDNIGHT
    end: str = END_OF_DAY
    days: tuple[str, ...] = ()
    days_of_month: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    timezone: str = "UTC"
    alerts: tuple[Matcher, ...] = ()


def time_interval(window: Window) -> dict[str, Any]:
    """The window in Alertmanager's form.

    Raises:
        ValueError: something in it is wrong; names the field and what was expected.
    """
    for field in ("start", "end"):
        if not _TIME.fullmatch(getattr(window, field)):
            raise ValueError(f"{field} is {getattr(window, field)!r}; expected HH:MM from 00:00 to 24:00")
    if window.start == END_OF_DAY:
        raise ValueError("start is '24:00'; expected 00:00 and the next day")
    days = _weekdays(window.days)
    rest: dict[str, Any] = {}
    if window.months:
        rest["months"] = [_range(month, MONTHS, "months") for month in window.months]
    if window.timezone != "UTC":
        rest["location"] = window.timezone
    for day in window.days_of_month:
        if not _DAY.fullmatch(day):
            raise ValueError(
                f"days_of_month has {day!r}; expected 1 to 31, -1 for the last day, or a range such as 1:7"
            )
    if window.days_of_month:
        rest["days_of_month"] = list(window.days_of_month)
    if window.start < window.end:
        return {"name": window.name, "time_intervals": [_part(window.start, window.end, days, rest)]}
    if window.days_of_month or window.months:
        raise ValueError(
            f"it ends at {window.end}, the day after it begins, which days_of_month and months do not go with; "
            "make two windows, one to 24:00 and one from 00:00"
        )
    parts = [_part(window.start, END_OF_DAY, days, rest)]
    if window.end != MIDNIGHT:
        parts.append(_part(MIDNIGHT, window.end, [(day + 1) % 7 for day in days], rest))
    return {"name": window.name, "time_intervals": parts}


def _part(start: str, end: str, days: list[int], rest: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = {}
    if (start, end) != (MIDNIGHT, END_OF_DAY):
        part["times"] = [{"start_time": start, "end_time": end}]
    if days:
        part["weekdays"] = [WEEKDAYS[day] for day in sorted(days)]
    return {**part, **rest}


def _weekdays(names: tuple[str, ...]) -> list[int]:
    """Numbers from Monday; a range may go over the week's end."""
    found: set[int] = set()
    for name in names:
        first, _, last = name.lower().partition(":")
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            raise ValueError(f"days has {name!r}; expected monday to sunday, or a range such as monday:friday")
        begin = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - begin) % 7 if last else 0
        found |= {(begin + step) % 7 for step in range(length + 1)}
    return sorted(found)


def _range(text: str, names: tuple[str, ...], field: str) -> str:
    parts = text.lower().split(":")
    known = {*names, *(str(number + 1) for number in range(len(names)))}
    if len(parts) > 2 or any(part not in known for part in parts):
        raise ValueError(f"{field} has {text!r}; expected {names[0]} to {names[-1]}, 1 to {len(names)}, or a range")
    return text.lower()
