"""The `alerting` part of a spec: ours is Sloth's with a few fields more."""

from __future__ import annotations

import re
from typing import Literal, cast

from sereno.slo.fields import Fields
from sereno.slo.service import checked
from sereno.slo.spec import Alert, Alerting, Format
from sereno.slo.templates import complaint
from sereno.slo.windows import DAY, FOR, Severity

LONGEST_HOLD = DAY
MINIMUM_EVENTS = 10
"""What ours asks for in the long window before anybody is told."""


def read_alerting(fields: Fields | None, slo: str, service: str, form: Format) -> Alerting:
    """Read it; every field may be missing.

    Args:
        fields: the part, if there is one.
        slo: with the service the name of the alert, where none is given.
        service: see there.
        form: what the spec is written in: ours guards against little traffic, Sloth's says what it says.
    """
    ours = form == "sereno/v1"
    name = alert_name(service, slo)
    if fields is None:
        return Alerting(name=name, minimum_events=MINIMUM_EVENTS if ours else 0)
    alerts = tuple(_alert(fields, severity) for severity in ("page", "ticket"))
    minimum, no_data, runbook = (MINIMUM_EVENTS if ours else 0), "ignore", Alerting(name="").runbook
    if ours:
        minimum = fields.whole("minimum_events", MINIMUM_EVENTS, 0, 10**9)
        no_data = fields.choice("no_data", ("ignore", "alert"), "ignore")
        runbook = fields.text("runbook", runbook)
    alerting = Alerting(
        name=fields.text("name", name),
        alerts=alerts,
        labels=_templates(fields, "labels"),
        annotations=_templates(fields, "annotations"),
        minimum_events=minimum,
        no_data=cast("Literal['ignore', 'alert']", no_data),
        runbook=runbook,
    )
    fields.done()
    return alerting


def _alert(fields: Fields, severity: Severity) -> Alert:
    part = fields.optional(f"{severity}_alert")
    if part is None:
        return Alert(severity=severity, hold=FOR[severity])
    hold = part.duration("for", FOR[severity])
    if hold > LONGEST_HOLD:
        raise part.error("for", f"{hold} seconds; expected at most 1d")
    alert = Alert(
        severity=severity,
        enabled=not part.flag("disable"),
        hold=hold,
        labels=_templates(part, "labels"),
        annotations=_templates(part, "annotations"),
    )
    part.done()
    return alert


def _templates(fields: Fields, name: str) -> dict[str, str]:
    """Labels or annotations, none of which keeps Prometheus from loading the rules."""
    texts = checked(fields, fields.labels(name), name)
    for key, text in texts.items():
        why = complaint(text)
        if why is not None:
            known = "what Prometheus's templates know, such as {{ $value | humanizePercentage }}"
            raise fields.fields(name).error(key, f"{why}; expected {known}")
    return texts


def alert_name(service: str, slo: str) -> str:
    """What an alert is called that nobody named.

    >>> alert_name("llm", "cost-per-request")
    'LlmCostPerRequestErrorBudgetBurn'
    """
    words = re.split(r"[^A-Za-z0-9]+", f"{service} {slo}")
    return "".join(word[:1].upper() + word[1:] for word in words) + "ErrorBudgetBurn"
