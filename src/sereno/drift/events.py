"""Checks to events: what happened, told once, however often it is seen again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from sereno.drift.live import ALL
from sereno.drift.monitor import Finding, Found
from sereno.drift.verdict import ORDER, Severity

Kind = Literal["drift", "recovered", "accuracy", "accuracy_recovered", "failed", "works_again", "reference"]
"""`failed`, `works_again`: the check itself. `reference`: another one is used from now on."""
TELLING = 3
"""Features that an event names beside the top one."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened.

    Attributes:
        severity: of it; `none` for what is over. model: "" for all calls. feature: the most drifted one.
        details: figures behind it.
    """

    kind: Kind
    severity: Severity
    model: str = ALL
    feature: str | None = None
    details: dict[str, Any] = {}


def at_least(found: Severity, least: Severity) -> bool:
    """Whether a verdict is as grave as another, or graver."""
    return ORDER.index(found) >= ORDER.index(least)


def drift_events(standing: Mapping[str, Severity], findings: Sequence[Finding], least: Severity) -> list[Event]:
    """What a check adds to what was known.

    Drift is told when it begins and when it grows worse, and once when it is over. Where all calls drift, their event
    names the models that do; a model has an event of its own only where it drifts alone. Too little data tells nothing.

    Args:
        standing: drift that was told and is not over, by scope.
        findings: of the check.
        least: verdicts from which on drift is told.
    """
    drifting = {finding.model: finding for finding in findings if at_least(finding.severity, least)}
    out = []
    for finding in findings:
        before, now = standing.get(finding.model), finding.severity
        if finding.model in drifting:
            hidden = finding.model != ALL and (ALL in drifting)
            if not hidden and (before is None or ORDER.index(now) > ORDER.index(before)):
                models = [model for model in drifting if model != ALL] if finding.model == ALL else []
                out.append(_drift(finding, before, models))
        elif before is not None and now != "insufficient_data":
            out.append(Event(kind="recovered", severity="none", model=finding.model, details={"before": before}))
    return out


def accuracy_event(standing: Severity | None, now: Severity | None, details: dict[str, Any]) -> Event | None:
    """Accuracy that fell into a worse band, or came back; None where nothing is new.

    Args:
        standing: the band that was told and is not over.
        now: that of this check, None where none is measured.
        details: figures behind it.
    """
    if now is None:
        return None
    bad = at_least(now, "significant")
    if bad and (standing is None or ORDER.index(now) > ORDER.index(standing)):
        return Event(kind="accuracy", severity=now, details=details)
    if not bad and standing is not None:
        return Event(kind="accuracy_recovered", severity="none", details=details)
    return None


def _drift(finding: Finding, before: Severity | None, models: Sequence[str]) -> Event:
    top = finding.features[0]
    others = [one.feature for one in finding.features[1:] if at_least(one.severity, "notice")]
    details = {**_figures(top), "others": others[:TELLING], "models": list(models)}
    if before is not None:
        details["before"] = before
    return Event(kind="drift", severity=finding.severity, model=finding.model, feature=top.feature, details=details)


def _figures(one: Found) -> dict[str, Any]:
    return {
        "psi": one.psi, "psi_corrected": one.psi_corrected, "kl_divergence": one.kl, "p_value": one.p_value,
        "n_reference": one.n_reference, "n_current": one.n_current,
    }  # fmt: skip
