"""When a planned evaluation is due: every so often, or by a cron expression; sooner again after a failure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from cronsim import CronSim, CronSimError

from sereno.quality.errors import QualityError

RETRY = 900.0
"""Seconds after which an evaluation that failed is tried again."""
_EXPECTED = 'expected five fields such as "0 3 * * *" (at 03:00 every day)'


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How often.

    Attributes:
        every: seconds between two beginnings, None where `cron` says when.
        cron: five fields, as crontab(5) has them; "" for none.
        timezone: IANA name that `cron` is read in.
    """

    every: float | None = None
    cron: str = ""
    timezone: str = "UTC"

    def after(self, moment: float) -> float:
        """When it is due next after a moment, epoch seconds.

        Raises:
            QualityError: `cron` is no cron expression, or never comes true; `timezone` is none.

        >>> Plan(cron="0 3 * * *").after(0.0), Plan(every=60.0).after(100.0)
        (10800.0, 160.0)
        """
        if self.every is not None:
            return moment + self.every
        if not self.cron.isascii() or len(self.cron.split()) != 5:  # cronsim takes digits of any script, and seconds
            raise QualityError(f"{self.cron[:60]!r} is no cron expression; {_EXPECTED}")
        try:
            begin = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(self.timezone))
        except (KeyError, ValueError, OSError):
            told = f"{self.timezone[:60]!r} is no time zone; expected a name such as Europe/Madrid"
            raise QualityError(told) from None
        try:
            return next(CronSim(self.cron, begin)).timestamp()
        except CronSimError as error:
            raise QualityError(f"{self.cron[:60]!r} is no cron expression ({error}); {_EXPECTED}") from None
        except StopIteration:
            raise QualityError(f"{self.cron[:60]!r} never comes true; {_EXPECTED}") from None


def due(plan: Plan, *, since: float, attempted: float | None, failed: bool) -> float:
    """When a plan is to run next, epoch seconds.

    Args:
        plan: how often.
        since: when it was first known. With `every`, it is due then; with `cron`, at the next moment it names.
        attempted: when its last run began, None before the first.
        failed: whether that one gave no score; then it is tried again after a quarter of an hour, if not sooner.

    >>> due(Plan(every=3600), since=10, attempted=None, failed=False)
    10
    >>> due(Plan(every=3600), since=10, attempted=20, failed=True)
    920.0
    """
    if attempted is None:
        return since if plan.every is not None else plan.after(since)
    usual = plan.after(attempted)
    return min(attempted + RETRY, usual) if failed else usual
