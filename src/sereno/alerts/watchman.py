"""Sereno itself: journal, drops, ingest, store, keeper, jobs."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Case, Rising, conditions, fires, silent
from sereno.alerts.rule import Group, Rule, Severity, Unit
from sereno.alerts.thresholds import Thresholds, number
from sereno.conventions import SCRAPE_JOB

DASHBOARD = "sereno-health"
_OWN = {"job": SCRAPE_JOB, "instance": "gw:11434"}
_AT = conditions(_OWN)
_PROBE = f"{SCRAPE_JOB}-probe"


def group(limits: Thresholds) -> Group:
    """The rules."""
    rules = (
        _drops(), _keeper(), _store(), _workers(), _journal(limits), _lag(limits), _ingest(), _slow(limits), _poison(),
        _decoding(), _jobs(), _nearly_spent(limits), _spent(),
    )  # fmt: skip
    return Group("sereno", rules)


def _gauge(
    name: str, metric: str, bad: tuple[str, float, str], good: float, texts: tuple[str, str], *,
    hold: int, severity: Severity, unit: Unit, runbook: str = "",
) -> Rule:  # fmt: skip
    """A rule on one gauge of ours.

    Args:
        name: of the alert.
        metric: the gauge.
        bad: the condition, a value that meets it and how that reads.
        good: a value that does not.
        texts: summary and description.
        hold: seconds.
        severity: how bad it is.
        unit: of the value.
        runbook: where it is not the alert's name.
    """
    condition, value, reads = bad
    return Rule(
        name=name,
        expr=f"{metric} {condition}",
        hold=hold,
        severity=severity,
        summary=texts[0],
        description=texts[1],
        unit=unit,
        dashboard=DASHBOARD,
        runbook=runbook or name,
        cases=(
            fires(f"it is {value:g}", {f"{metric}{{{_AT}}}": value}, _OWN, reads),
            silent(f"it is {good:g}", {f"{metric}{{{_AT}}}": good}),
        ),
    )


def _drops() -> Rule:
    name = "sereno_gateway_dropped_records_total"
    return Rule(
        name="SerenoDropsRecords",
        expr=f"sum by (job, instance, reason) (increase({name}[5m])) > 0",
        hold=0,
        severity="critical",
        summary="Calls are not recorded",
        description="{instance} lost {value} records in 5 minutes ({reason}). Clients notice nothing.",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="SerenoDropsRecords",
        cases=(
            fires(
                "the budget is used up",
                {f'{name}{{{_AT},reason="budget"}}': Rising(0.2), f'{name}{{{_AT},reason="disk"}}': 0},
                {**_OWN, "reason": "budget"},
                "60",
            ),
            silent("some were lost yesterday", {f'{name}{{{_AT},reason="budget"}}': 60}),
        ),
    )


def _keeper() -> Rule:
    door = {"job": _PROBE, "instance": "http://gw:11434/healthz"}
    probe = conditions(door)
    return Rule(
        name="SerenoKeeperDown",
        expr=f'up{{job="{SCRAPE_JOB}"}} == 0 and on () max(probe_success{{job="{_PROBE}"}}) == 1',
        hold=60,
        severity="critical",
        summary="The keeper is down",
        description="The gateway passes requests on and records them, but {instance} gives no figures.",
        unit="plain",
        dashboard=DASHBOARD,
        runbook="SerenoKeeperDown",
        cases=(
            fires("the gateway answers, the metrics do not", {f"up{{{_AT}}}": 0, f"probe_success{{{probe}}}": 1}, _OWN),
            silent("both are down, which LLMServiceDown tells", {f"up{{{_AT}}}": 0, f"probe_success{{{probe}}}": 0}),
            silent("both answer", {f"up{{{_AT}}}": 1, f"probe_success{{{probe}}}": 1}),
        ),
    )


def _store() -> Rule:
    texts = ("The store does not answer", "The store of {instance} does not answer; records wait in the journal.")
    return _gauge(
        "SerenoStoreDown", "sereno_store_up", ("== 0", 0, ""), 1, texts, hold=60, severity="critical", unit="plain"
    )


def _workers() -> Rule:
    texts = ("No gateway worker runs", "{instance} has no gateway worker: nobody answers clients.")
    return _gauge(
        "SerenoNoWorkers", "sereno_gateway_workers", ("== 0", 0, ""), 2, texts,
        hold=60, severity="critical", unit="plain", runbook="LLMServiceDown",
    )  # fmt: skip


def _journal(limits: Thresholds) -> Rule:
    limit, reads = limits.journal_bytes, readings.bytes_(2 * limits.journal_bytes)
    texts = (
        "The journal fills up",
        "{value} of records wait to be stored on {instance}; when it is full, new ones are dropped.",
    )
    return _gauge(
        "SerenoJournalFilling", "sereno_journal_unread_bytes", (f"> {limit}", 2 * limit, reads), limit / 2, texts,
        hold=300, severity="warning", unit="bytes",
    )  # fmt: skip


def _lag(limits: Thresholds) -> Rule:
    limit, late = limits.lag_seconds, limits.lag_seconds + 30
    texts = (
        "The keeper falls behind",
        "The oldest record on {instance} has waited {value} for the store; figures are that old.",
    )
    return _gauge(
        "SerenoIngestLag", "sereno_ingest_lag_seconds", (f"> {number(limit)}", late, readings.seconds(late)),
        0.98 * limit, texts, hold=120, severity="warning", unit="seconds",
    )  # fmt: skip


def _ingest() -> Rule:
    name = "sereno_ingest_errors_total"
    return Rule(
        name="SerenoIngestFails",
        expr=f"sum by (job, instance, reason) (increase({name}[5m])) > 0",
        hold=120,
        severity="critical",
        summary="Records cannot be stored",
        description="{instance} failed {value} times in 5 minutes to store records ({reason}).",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="SerenoStoreDown",
        cases=(
            fires(
                "the store refuses",
                {f'{name}{{{_AT},reason="disk_full"}}': Rising(0.1)},
                {**_OWN, "reason": "disk_full"},
                "30",
            ),
            silent("it once refused", {f'{name}{{{_AT},reason="disk_full"}}': 4}),
        ),
    )


def _slow(limits: Thresholds) -> Rule:
    name, where = "sereno_query_duration_seconds", f'job="{SCRAPE_JOB}"'
    limit = float(limits.query_seconds)

    def queries(slow: float, fast: float) -> dict[str, Rising]:
        labels = f'{_AT},query="messages"'
        edges = {repr(limit): fast, repr(2.5 * limit): fast + slow, "+Inf": fast + slow}
        counted = {f'{name}_bucket{{{labels},le="{edge}"}}': Rising(rate) for edge, rate in edges.items()}
        return {**counted, f"{name}_count{{{labels}}}": Rising(fast + slow)}

    return Rule(
        name="SerenoStoreSlow",
        expr=(
            f"histogram_quantile(0.95, sum by (job, instance, le) (rate({name}_bucket{{{where}}}[5m])))"
            f" > {number(limits.query_seconds)}\n"
            f"and on (job, instance) sum by (job, instance) (increase({name}_count{{{where}}}[5m])) >= 20"
        ),
        hold=300,
        severity="warning",
        summary="The store is slow",
        description="One question to the store of {instance} in twenty takes longer than {value}.",
        unit="seconds",
        dashboard=DASHBOARD,
        runbook="SerenoStoreSlow",
        cases=(
            fires("a tenth take longer", queries(0.1, 0.9), _OWN, readings.seconds(1.75 * limit)),
            silent("four of a hundred do", queries(0.04, 0.96)),
            silent("nearly nobody asks", queries(0.01, 0)),
        ),
    )


def _poison() -> Rule:
    name = "sereno_journal_poisoned_frames_total"
    return Rule(
        name="SerenoJournalDamaged",
        expr=f"sum by (job, instance) (increase({name}[15m])) > 0",
        hold=0,
        severity="warning",
        summary="Journal records are damaged",
        description="{instance} skipped {value} damaged records in 15 minutes.",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="SerenoJournalDamaged",
        cases=(
            fires("one a minute", {f"{name}{{{_AT}}}": Rising(1 / 60)}, _OWN, "15", after=1200),
            silent("one, yesterday", {f"{name}{{{_AT}}}": 1}),
        ),
    )


def _decoding() -> Rule:
    name = "sereno_decode_failures_total"
    return Rule(
        name="SerenoCannotDecode",
        expr=f"sum by (job, instance, protocol) (increase({name}[15m])) > 10",
        hold=0,
        severity="warning",
        summary="Answers are recorded but not understood",
        description="{value} exchanges in 15 minutes ({protocol}) could not be read; their figures are missing.",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="SerenoCannotDecode",
        cases=(
            fires(
                "two a minute",
                {f'{name}{{{_AT},protocol="openai"}}': Rising(2 / 60)},
                {**_OWN, "protocol": "openai"},
                "30",
                after=1200,
            ),
            silent("one in three minutes", {f'{name}{{{_AT},protocol="openai"}}': Rising(1 / 180)}, after=1200),
        ),
    )


def _jobs() -> Rule:
    name = "sereno_job_runs_total"
    return Rule(
        name="SerenoJobFails",
        # The metric's own `job` becomes `exported_job` at the scrape.
        expr=f'sum by (job, instance) (increase({name}{{job="{SCRAPE_JOB}",status="error"}}[1h])) > 2',
        hold=0,
        severity="warning",
        summary="A job of the keeper fails",
        description="Jobs of {instance} failed {value} times in an hour; the keeper's log says which.",
        unit="whole",
        dashboard=DASHBOARD,
        runbook="SerenoJobFails",
        cases=(
            fires(
                "every ten minutes",
                {f'{name}{{{_AT},exported_job="retention",status="error"}}': Rising(1 / 600)},
                _OWN,
                "6",
                after=4500,
            ),
            silent(
                "once in an hour",
                {
                    f'{name}{{{_AT},exported_job="retention",status="error"}}': Rising(1 / 3600),
                    f'{name}{{{_AT},exported_job="retention",status="success"}}': Rising(1 / 60),
                },
                after=4500,
            ),
        ),
    )


_BUDGET = "sereno_key_budget_used_ratio"
_KEY = {"job": SCRAPE_JOB, "key": "ci"}


def _budget(name: str, expr: str, severity: Severity, texts: tuple[str, str], cases: tuple[Case, ...]) -> Rule:
    return Rule(
        name=name,
        expr=expr,
        hold=0,
        severity=severity,
        summary=texts[0],
        description=texts[1],
        unit="share",
        dashboard="cost-estimation",
        runbook="KeyBudgetSpent",
        cases=cases,
    )


def _nearly_spent(limits: Thresholds) -> Rule:
    used, share = f"max by (job, key) ({_BUDGET})", limits.budget_share
    between = (share + 1) / 2
    return _budget(
        "KeyBudgetNearlySpent",
        f"{used} > {number(share)} < 1",
        "warning",
        ("A key has spent most of its budget", "The key {key} has spent {value} of what it may in this month."),
        (
            fires("most is spent", {f'{_BUDGET}{{{_AT},key="ci"}}': between}, _KEY, f"{100 * between:.4g}%"),
            silent("as much as may be", {f'{_BUDGET}{{{_AT},key="ci"}}': share}),
            silent("all is spent, which is told otherwise", {f'{_BUDGET}{{{_AT},key="ci"}}': 1}),
        ),
    )


def _spent() -> Rule:
    return _budget(
        "KeyBudgetSpent",
        f"max by (job, key) ({_BUDGET}) >= 1",
        "critical",
        (
            "A key has spent its budget and is refused",
            "The key {key} has spent {value} of what it may in this month: its calls get 429.",
        ),
        (
            fires("just all", {f'{_BUDGET}{{{_AT},key="ci"}}': 1}, _KEY, "100%"),
            silent("nearly all", {f'{_BUDGET}{{{_AT},key="ci"}}': 0.999}),
        ),
    )
