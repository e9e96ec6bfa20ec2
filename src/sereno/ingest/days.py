"""Which order day and month have in a file: decided over all of its dates, never guessed line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

ISO = "%Y-%m-%d"
FORMATS = (ISO, "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%b %d, %Y", "%d %b %Y", "%Y%m%d")


def day_format(texts: Sequence[str]) -> str:
    """The one format in which every text is a date.

    Raises:
        ValueError: none fits all, or two do and mean different days; the sentence says what to do.

    >>> day_format(["1/4/1999", "1/29/1999"])
    '%m/%d/%Y'
    """
    fitting: dict[str, list[date]] = {}
    for pattern in FORMATS:
        days = [_day(text, pattern) for text in texts]
        known = [day for day in days if day is not None]
        if known and len(known) == len(days):
            fitting[pattern] = known
    if not fitting:
        bad = next((text for text in texts if not any(_day(text, pattern) for pattern in FORMATS)), None)
        raise ValueError(
            f"{bad!r} is no date; expected one such as 2018-12-31 or 12/31/2018"
            if bad is not None
            else "the dates have different formats; expected one for the whole file, such as 2018-12-31"
        )
    if len({tuple(days) for days in fitting.values()}) > 1:
        raise ValueError(
            f"{texts[0]!r} can be day/month or month/day, and no date in the file decides it;"
            " say which with --date-format, for instance --date-format %d/%m/%Y"
        )
    return next(iter(fitting))


def _day(text: str, pattern: str) -> date | None:
    # An ISO date may carry a time behind it, as pandas writes them.
    head = text[:10] if pattern == ISO else text
    try:
        return datetime.strptime(head, pattern).date()  # noqa: DTZ007  a day of an exchange has no zone
    except ValueError:
        return None
