"""Settings to explanations of alerts: who tells them, where the series are, how people are told."""

from __future__ import annotations

from typing import cast

from sereno.alerts.catalogue import groups
from sereno.assembly.alerts import plan
from sereno.config.table import Settings
from sereno.keeper.explained_alerts import DAY, ExplainedAlerts, Pace
from sereno.notify.prometheus import Prometheus
from sereno.notify.sending import send
from sereno.notify.texts import Language
from sereno.query.explaining import Explainer
from sereno.store.ledger import Ledger

PATIENCE = 15.0
"""Seconds that Prometheus may take for an answer: what comes later comes too late."""


def explained_alerts_of(settings: Settings, explainer: Explainer, ledger: Ledger) -> ExplainedAlerts | None:
    """What explains alerts by these settings; None where nobody wants it.

    Raises:
        ConfigError: a way of telling people, or a maintenance window, is wrong.
    """
    alerting = settings.alerting
    if not alerting.explain:
        return None
    rules = [rule for group in groups(settings.thresholds) for rule in group.rules]
    return ExplainedAlerts(
        explainer,
        source=lambda: Prometheus(alerting.prometheus_url, timeout=PATIENCE, setting="alerting.prometheus_url"),
        ways=plan(settings).channels,
        send=send,
        shipped={(name, rule.severity): rule for rule in rules for name in (rule.title, rule.name) if name},
        ledger=ledger,
        language=cast("Language", alerting.language),
        pace=Pace(
            range=alerting.explain_range,
            per_hour=alerting.explain_per_hour,
            days=max(90.0, alerting.repeat / DAY),
        ),
    )
