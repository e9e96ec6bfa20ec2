"""`[maintenance.NAME]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """A window in which alerts are not sent: they are there, and are sent if they go on afterwards."""

    name: str
    start: Annotated[str, Setting(kinds.text(),
        "When it begins, HH:MM.")] = "00:00"
    end: Annotated[str, Setting(kinds.text(),
        "When it ends, HH:MM; before `start` it is on the next day.")] = "24:00"
    days: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Weekdays, in English, also `monday:friday`; none: every day.")] = ()
    days_of_month: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Days such as `1`, `1:7` or `-1` (the last); none: every day.")] = ()
    months: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Months, in English or by number; none: every month.")] = ()
    timezone: Annotated[str, Setting(kinds.text(),
        "Time zone, for instance `Europe/Madrid`.")] = "UTC"
    alerts: Annotated[tuple[str, ...], Setting(kinds.texts(commas=True),
        "Which alerts, for instance `job=qdrant`; none: all.")] = ()
# fmt: on
