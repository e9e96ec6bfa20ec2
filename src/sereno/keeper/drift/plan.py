"""What the drift monitor is told."""

from __future__ import annotations

import msgspec

from sereno.drift.triggers import Rule
from sereno.drift.verdict import Severity
from sereno.keeper.drift.actions import Action

DAY = 86_400.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the monitor is told.

    Attributes:
        interval: seconds between checks, None for never by itself. window: seconds of traffic that are compared.
        severity: from which verdict on drift is an event. rule: when it is a reason to train.
        approval: whether a person must approve. action: what an approved trigger does.
        keep_days: of figures by feature, None for ever.
    """

    interval: float | None = 3600.0
    window: float = DAY
    severity: Severity = "moderate"
    rule: Rule = Rule()
    approval: bool = True
    action: Action = Action()
    keep_days: int | None = 400
