"""Whether the alarm itself works: Prometheus, Alertmanager, and a Watchdog that always fires."""

from __future__ import annotations

from sereno.alerts.case import Rising, conditions, fires, silent
from sereno.alerts.rule import Group, Rule
from sereno.conventions import SCRAPE_JOB

WATCHDOG = "Watchdog"
_PROMETHEUS = {"job": "prometheus", "instance": "prometheus:9090"}
_P = conditions(_PROMETHEUS)
_ALERTMANAGER = {"job": "alertmanager", "instance": "alertmanager:9093"}
_A = conditions(_ALERTMANAGER)


def group() -> Group:
    """The rules."""
    rules = (_watchdog(), _unscraped(), _unconnected(), _reload(), _evaluation(), _sending(), _delivery())
    return Group("monitoring", rules)


def _watchdog() -> Rule:
    return Rule(
        name=WATCHDOG,
        expr="vector(1)",
        hold=0,
        severity="none",
        summary="Prometheus and Alertmanager work",
        description="This alert always fires. Whoever receives it and misses it knows that the alarm is broken.",
        unit="plain",
        dashboard="active-alerts",
        runbook="Watchdog",
        cases=(
            fires("always", {}),
            fires("whatever is down", {'up{job="sereno",instance="gw:11434"}': 0}),
        ),
    )


def _unscraped() -> Rule:
    return Rule(
        name="SerenoNotScraped",
        expr=f'absent(up{{job="{SCRAPE_JOB}"}})',
        hold=300,
        severity="critical",
        summary="Prometheus does not know Sereno",
        description=f"No target has the job {SCRAPE_JOB}, so nothing about models can be told.",
        unit="plain",
        dashboard="sereno-health",
        runbook="LLMServiceDown",
        cases=(
            fires("no target", {f"up{{{_P}}}": 1}, {"job": SCRAPE_JOB}),
            silent("a target, even if it is down", {f'up{{job="{SCRAPE_JOB}",instance="gw:11434"}}': 0}),
        ),
    )


def _unconnected() -> Rule:
    name = "prometheus_notifications_alertmanagers_discovered"
    return Rule(
        name="PrometheusWithoutAlertmanager",
        expr=f"{name} < 1",
        hold=300,
        severity="critical",
        summary="Prometheus has no Alertmanager",
        description="{instance} knows no Alertmanager: it tells nobody anything.",
        unit="plain",
        dashboard="active-alerts",
        runbook="PrometheusTrouble",
        cases=(
            fires("none discovered", {f"{name}{{{_P}}}": 0}, _PROMETHEUS),
            silent("one discovered", {f"{name}{{{_P}}}": 1}),
        ),
    )


def _reload() -> Rule:
    names = ("prometheus_config_last_reload_successful", "alertmanager_config_last_reload_successful")
    return Rule(
        name="ConfigReloadFailed",
        expr="\nor ".join(f"max_over_time({name}[5m]) == 0" for name in names),
        hold=0,
        severity="warning",
        summary="{job} refused its configuration",
        description="{job} on {instance} goes on with an old configuration, because the new one is wrong.",
        unit="plain",
        dashboard="active-alerts",
        runbook="PrometheusTrouble",
        cases=(
            fires("Prometheus refused it", {f"{names[0]}{{{_P}}}": 0, f"{names[1]}{{{_A}}}": 1}, _PROMETHEUS),
            fires("Alertmanager refused it", {f"{names[0]}{{{_P}}}": 1, f"{names[1]}{{{_A}}}": 0}, _ALERTMANAGER),
            silent("both took it", {f"{names[0]}{{{_P}}}": 1, f"{names[1]}{{{_A}}}": 1}),
        ),
    )


def _evaluation() -> Rule:
    name = "prometheus_rule_evaluation_failures_total"
    return Rule(
        name="RuleEvaluationFails",
        expr=f"sum by (job, instance) (increase({name}[5m])) > 0",
        hold=120,
        severity="critical",
        summary="Rules cannot be evaluated",
        description="{instance} failed {value} times in 5 minutes to evaluate a rule; its alerts are blind.",
        unit="whole",
        dashboard="active-alerts",
        runbook="PrometheusTrouble",
        cases=(
            fires(
                "a rule fails at each evaluation",
                {f'{name}{{{_P},rule_group="/rules/llm.yaml;sereno-llm"}}': Rising(1 / 15)},
                _PROMETHEUS,
                "20",
            ),
            silent("none fails", {f'{name}{{{_P},rule_group="/rules/llm.yaml;sereno-llm"}}': 7}),
        ),
    )


def _sending() -> Rule:
    name = "prometheus_notifications_dropped_total"
    return Rule(
        name="AlertsDropped",
        expr=f"sum by (job, instance) (increase({name}[5m])) > 0",
        hold=0,
        severity="critical",
        summary="Alerts do not reach Alertmanager",
        description="{instance} dropped {value} alerts in 5 minutes.",
        unit="whole",
        dashboard="active-alerts",
        runbook="PrometheusTrouble",
        cases=(
            fires(
                "one in fifteen seconds",
                {f'{name}{{{_P},alertmanager="http://alertmanager:9093/api/v2/alerts"}}': Rising(1 / 15)},
                _PROMETHEUS,
                "20",
            ),
            silent("none", {f'{name}{{{_P},alertmanager="http://alertmanager:9093/api/v2/alerts"}}': 3}),
        ),
    )


def _delivery() -> Rule:
    name = "alertmanager_notifications_failed_total"
    return Rule(
        name="NotificationsFail",
        expr=f"sum by (job, instance, integration) (increase({name}[5m])) > 0",
        hold=60,
        severity="critical",
        summary="Notifications by {integration} fail",
        description="{instance} failed {value} times in 5 minutes to notify by {integration}.",
        unit="whole",
        dashboard="active-alerts",
        runbook="NotificationsFail",
        cases=(
            fires(
                "the mail server refuses",
                {
                    f'{name}{{{_A},integration="email",reason="other"}}': Rising(1 / 60),
                    f'{name}{{{_A},integration="slack",reason="other"}}': 0,
                },
                {**_ALERTMANAGER, "integration": "email"},
                "5",
            ),
            silent("all arrive", {f'{name}{{{_A},integration="email",reason="other"}}': 2}),
        ),
    )
