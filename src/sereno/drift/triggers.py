"""When drift is a reason to train: only what lasts, not twice in a short time, and never what did no harm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from sereno.drift.events import at_least
from sereno.drift.live import ALL
from sereno.drift.verdict import Severity

On = Literal["auto", "drift", "accuracy", "off"]
Type = Literal["drift", "accuracy", "manual"]
Status = Literal["pending", "approved", "rejected", "running", "succeeded", "failed"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When a trigger is made.

    Attributes:
        on: `accuracy`: only where accuracy is low. `drift`: wherever drift lasts. `auto`: as `drift`, but not where
            accuracy is measured and has not fallen: inputs that changed without harm need no training. `off`: never.
        severity: the least verdict that counts.
        windows: windows without overlap through which it must have lasted.
        cooldown: seconds after a trigger in which there is no other.
    """

    on: On = "auto"
    severity: Severity = "significant"
    windows: int = 3
    cooldown: float = 7 * 86_400.0


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A check that was made.

    Attributes:
        start, end: of its window, epoch seconds. reference: which it compared with.
        verdicts: by scope. accuracy: its band, None where none was measured. fell: see `Accuracy.fell`.
    """

    start: float
    end: float
    reference: str
    verdicts: dict[str, Severity]
    accuracy: Severity | None = None
    fell: bool | None = None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger that should be made.

    Attributes:
        model: "" for all calls. reason: in English.
        windows: in a row, through which it lasted. fell: whether accuracy has fallen, None where that is not known.
    """

    type: Type
    severity: Severity
    model: str
    reason: str
    windows: int | None = None
    fell: bool | None = None


def proposal(rule: Rule, checks: Sequence[Past], last: float | None, now: float) -> Proposal | None:
    """Whether to train, and why.

    Args:
        rule: what counts.
        checks: that could be judged, the newest first.
        last: when the last trigger was made, None for never.
        now: epoch seconds.
    """
    if rule.on == "off" or not checks or (last is not None and now - last < rule.cooldown):
        return None
    newest = checks[0]
    low = [bool(one.accuracy and at_least(one.accuracy, "significant")) for one in checks]
    if newest.accuracy is not None and (windows := lasting(checks, low)) >= rule.windows:
        return Proposal(
            type="accuracy", severity=newest.accuracy, model=ALL, windows=windows, fell=newest.fell,
            reason=f"Accuracy is {newest.accuracy} in {windows} windows in a row.",
        )  # fmt: skip
    if rule.on == "accuracy" or (rule.on == "auto" and newest.fell is False):
        return None
    same = [one for one in checks if one.reference == newest.reference]
    for model in sorted(newest.verdicts):
        drifting = [at_least(one.verdicts.get(model, "insufficient_data"), rule.severity) for one in same]
        windows = lasting(same, drifting)
        if windows >= rule.windows:
            whose = f"Calls of {model}" if model else "Calls"
            harm = "accuracy has fallen" if newest.fell else "accuracy is not measured" if newest.fell is None else (
                "accuracy has not fallen")  # fmt: skip
            return Proposal(
                type="drift", severity=newest.verdicts[model], model=model, windows=windows, fell=newest.fell,
                reason=f"{whose} differ from {newest.reference} in {windows} windows in a row; {harm}.",
            )  # fmt: skip
    return None


def lasting(checks: Sequence[Past], held: Sequence[bool]) -> int:
    """In how many windows without overlap something held, up to the newest check and without a break.

    >>> day = [Past(start=d, end=d + 2.0, reference="r", verdicts={}) for d in (4.0, 3.0, 2.0, 1.0, 0.0)]
    >>> lasting(day, [True] * 5), lasting(day, [True, True, False, True, True]), lasting(day, [False] * 5)
    (3, 1, 0)
    """
    count, edge = 0, float("inf")
    for one, holds in zip(checks, held, strict=True):
        if not holds:
            break
        if one.end <= edge:
            count, edge = count + 1, one.start
    return count
