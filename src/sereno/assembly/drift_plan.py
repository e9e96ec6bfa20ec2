"""The settings of the drift monitor as it reads them."""

from __future__ import annotations

from typing import cast

import msgspec

from sereno.assembly.drift_actions import Action
from sereno.config.table import Settings
from sereno.drift.triggers import On, Rule
from sereno.drift.verdict import Severity

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


def plan_of(settings: Settings) -> Plan:
    """The settings as the monitor reads them."""
    drift = settings.drift
    return Plan(
        interval=drift.interval,
        window=drift.window,
        severity=cast("Severity", drift.severity),
        rule=Rule(
            on=cast("On", drift.trigger_on), severity=cast("Severity", drift.trigger_severity),
            windows=drift.trigger_windows, cooldown=drift.trigger_cooldown,
        ),
        approval=drift.trigger_approval == "required",
        action=Action(
            url=drift.trigger_url, token_file=drift.trigger_token_file, command=drift.trigger_command,
            timeout=drift.trigger_timeout,
        ),
        keep_days=drift.keep_days,
    )  # fmt: skip
