"""When a written figure renders an exact one: rounded at the place it shows, looser where the text says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sereno.explain.verify.mention import Hedge, Moment, Reading

HEDGED_MOST = 0.05
"""How far a hedged round figure ("about 20 minutes") may be off, as a share of the exact one."""
BOUND_MOST = 0.10
"""How far above (below) a bound the exact figure may lie that is told as "more than" ("less than") it."""
RATIO_MOST = 0.1
"""How far a ratio told in a word ("doubled") may be off, as a share."""
_DUST = 1e-12


def supports(exact: float, reading: Reading, hedge: Hedge, *, unsigned: bool) -> bool:
    """Whether an exact figure, in the unit of the reading, may be written so.

    Args:
        exact: the figure.
        reading: what is written.
        hedge: what stands before it.
        unsigned: whether the text's word for the direction carries the sign, so that sizes are compared.
    """
    written = reading.value
    if unsigned:
        exact, written = abs(exact), abs(written)
    gap = abs(exact - written)
    dust = _DUST * max(abs(exact), abs(written))
    if written == 0 and reading.step >= 1 and not hedge:
        return exact == 0  # "0" for 0.4 tells a reader that there is nothing
    if gap <= reading.step / 2 + dust:
        return True
    if hedge == "about":
        return gap <= reading.loose / 2 + dust and gap <= HEDGED_MOST * abs(exact)
    if hedge == "over":
        return written - dust <= exact and gap <= BOUND_MOST * abs(exact)
    if hedge == "under":
        return exact <= written + dust and gap <= BOUND_MOST * abs(exact)
    return False


def ratio_supports(exact: float, told: float, hedge: Hedge) -> bool:
    """Whether an exact ratio may be told as a word such as "doubled" (2) or "half" (0.5)."""
    low, high = told * (1 - RATIO_MOST), told * (1 + RATIO_MOST)
    if hedge == "over":
        low, high = told, told * 1.3
    elif hedge == "under":
        low, high = told * 0.75, told
    elif hedge == "about":
        low = told * (1 - 1.5 * RATIO_MOST)
    return low <= exact <= high


def is_moment(at: float, moment: Moment, zone: ZoneInfo, end: float | None, hedge: Hedge) -> bool:
    """Whether an instant may be written so.

    Args:
        at: epoch seconds.
        moment: what is written.
        zone: in which it is read.
        end: of the chart, what "ago" is counted from; None where there is none.
        hedge: "around 14:00" is up to a quarter of an hour away, half an hour where no minutes are shown.
    """
    if moment.before_end is not None:
        return end is not None and _is_ago(at, moment, zone, end, hedge)
    slack = 0.0
    if hedge and moment.hour is not None:
        slack = (
            1800.0
            if moment.minute is None
            else 900.0
            if moment.minute % 15 == 0
            else 300.0
            if moment.minute % 5 == 0
            else 60.0
        )
    try:
        local = datetime.fromtimestamp(at, zone)
    except (OverflowError, ValueError, OSError):
        return False  # no calendar has it: facts may come from a file
    tries = [local]
    if slack:
        tries += [local + timedelta(seconds=step * slack / 8) for step in range(-8, 9) if step]
    elif moment.minute is not None and moment.second is None:
        tries.append(local + timedelta(seconds=30))  # rounded to the minute instead of cut
    elif moment.second is not None:
        tries.append(local + timedelta(seconds=0.5))
    elif moment.hour is not None and local.minute:
        tries = []  # "at 14 h" for 14:05 needs "around"
    return any(_shown_is(one, moment) for one in tries)


def _is_ago(at: float, moment: Moment, zone: ZoneInfo, end: float, hedge: Hedge) -> bool:
    assert moment.before_end is not None
    if moment.step < 0:  # a day: today, yesterday
        try:
            day = datetime.fromtimestamp(end, zone).date() - timedelta(seconds=moment.before_end)
            return datetime.fromtimestamp(at, zone).date() == day
        except (OverflowError, ValueError, OSError):
            return False
    reading = Reading(moment.before_end, moment.step, moment.step)
    return supports(end - at, reading, hedge, unsigned=False)


def _shown_is(local: datetime, moment: Moment) -> bool:
    for part in ("year", "hour", "minute", "second"):
        shown = getattr(moment, part)
        if shown is not None and getattr(local, part) != shown:
            return False
    if moment.weekday is not None and local.weekday() != moment.weekday:
        return False
    if moment.month is None and moment.day is None:
        return True
    if (moment.month in {None, local.month}) and (moment.day in {None, local.day}):
        return True
    return moment.swapped and (moment.month, moment.day) == (local.day, local.month)
