"""Drift and accuracy, and whether anybody still looks."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Rising, conditions, fires, silent
from sereno.alerts.rule import Group, Rule
from sereno.conventions import SCRAPE_JOB

_OWN = {"job": SCRAPE_JOB, "instance": "gw:11434"}
_AT = conditions(_OWN)
_EACH = "job, instance"
_CRITICAL = 4
"""As `drift_severity` says it."""


def group() -> Group:
    """The rules."""
    return Group("drift", (_drift(), _accuracy(), _failing(), _stale(), _triggered()))


def _drift() -> Rule:
    gpt = {**_OWN, "model": "llama3.2:latest"}
    return Rule(
        name="DriftCritical",
        expr=f"drift_severity >= {_CRITICAL}",
        hold=0,
        severity="critical",
        summary="Traffic is not what it was: {model}",
        description="Calls ({model}) differ critically from the reference, beyond chance; /sereno/drift says in what.",
        unit="plain",
        dashboard="drift-overview",
        runbook="DriftCritical",
        cases=(
            fires("one model drifts", {f"drift_severity{{{conditions(gpt)}}}": 4,
                                       f'drift_severity{{{_AT},model="all"}}': 0}, gpt),
            silent("drift is significant", {f'drift_severity{{{_AT},model="all"}}': 3}),
        ),
    )  # fmt: skip


def _accuracy() -> Rule:
    def measured(value: float, verdict: float) -> dict[str, float]:
        return {f"drift_current_accuracy{{{_AT}}}": value, f"drift_accuracy_severity{{{_AT}}}": verdict}

    return Rule(
        name="AccuracyLow",
        expr=f"drift_current_accuracy and on ({_EACH}) drift_accuracy_severity >= {_CRITICAL}",
        hold=0,
        severity="critical",
        summary="Answers are wrong too often",
        description="{value} of the answers judged are right: below 70 %, allowing for chance.",
        unit="share",
        dashboard="drift-accuracy-tracking",
        runbook="AccuracyLow",
        cases=(
            fires("two of three are right", measured(0.66, 4), _OWN, readings.share(0.66)),
            silent("few were judged, so it may be chance", measured(0.66, 0)),
            silent("nine of ten are right", measured(0.9, 0)),
        ),
    )


def _failing() -> Rule:
    return Rule(
        name="DriftCheckFailing",
        expr="drift_check_failing == 1",
        hold=0,
        severity="warning",
        summary="Drift cannot be checked",
        description="The last drift check on {instance} failed; `sereno drift events` says why.",
        unit="plain",
        dashboard="drift-overview",
        runbook="DriftCheckFailing",
        cases=(
            fires("the last check failed", {f"drift_check_failing{{{_AT}}}": 1}, _OWN),
            silent("it went well", {f"drift_check_failing{{{_AT}}}": 0}),
        ),
    )


def _stale() -> Rule:
    def looked(last: float, every: float) -> dict[str, float]:
        return {
            f"drift_last_check_timestamp_seconds{{{_AT}}}": last,
            f"drift_check_interval_seconds{{{_AT}}}": every,
        }

    return Rule(
        name="DriftCheckStale",
        expr=(f"time() - drift_last_check_timestamp_seconds > on ({_EACH}) 3 * drift_check_interval_seconds"),
        hold=300,
        severity="warning",
        summary="Drift has not been checked for long",
        description="The last drift check on {instance} that did not fail was {value} ago: three intervals and more.",
        unit="seconds",
        dashboard="drift-overview",
        runbook="DriftCheckStale",
        cases=(
            fires("one a minute, none for a quarter of an hour", looked(0, 60), _OWN, readings.seconds(900)),
            silent("one an hour, none for a quarter of an hour", looked(0, 3600)),
        ),
    )


def _triggered() -> Rule:
    name = "finetuning_triggers_total"
    drift = {**_OWN, "trigger_type": "drift"}
    return Rule(
        name="FinetuningTriggered",
        expr=f"sum by ({_EACH}, trigger_type) (increase({name}[15m])) > 0",
        hold=0,
        severity="info",
        summary="There is a reason to train",
        description="{value} triggers of fine-tuning in 15 minutes on {instance} ({trigger_type}); see /sereno/drift.",
        unit="whole",
        dashboard="drift-overview",
        runbook="FinetuningTriggered",
        cases=(
            fires("one in five minutes", {f"{name}{{{conditions(drift)}}}": Rising(1 / 300)}, drift, "3", after=1200),
            silent("one, last week", {f"{name}{{{conditions(drift)}}}": 1}),
        ),
    )
