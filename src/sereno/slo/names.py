"""Names that the compiled rules have: Sloth's, so that its dashboards work, and a few more."""

from __future__ import annotations

from sereno.promql.durations import written
from sereno.slo.spec import Slo

OBJECTIVE = "slo:objective:ratio"
BUDGET = "slo:error_budget:ratio"
PERIOD_DAYS = "slo:time_period:days"
CURRENT_BURN = "slo:current_burn_rate:ratio"
PERIOD_BURN = "slo:period_burn_rate:ratio"
BUDGET_LEFT = "slo:period_error_budget_remaining:ratio"
INFO = "sloth_slo_info"
ERRORS_RATE = "slo:sli_errors:rate5m"
"""Errors a second (for a mean: its sum a second); with the next the traffic-weighted error of the period."""
EVENTS_RATE = "slo:sli_events:rate5m"
"""Events a second."""
ID_LABELS = ("sloth_id", "sloth_service", "sloth_slo")
WINDOW_LABEL = "sloth_window"
SEVERITY_LABEL = "sloth_severity"


def error(window: int) -> str:
    """The recorded error of a window in seconds.

    >>> error(300), error(2592000)
    ('slo:sli_error:ratio_rate5m', 'slo:sli_error:ratio_rate30d')
    """
    return f"slo:sli_error:ratio_rate{written(window)}"


def events(window: int) -> str:
    """The recorded number of events in a window in seconds.

    >>> events(3600)
    'slo:sli_events:increase1h'
    """
    return f"slo:sli_events:increase{written(window)}"


def id_labels(slo: Slo) -> dict[str, str]:
    """The labels that name an objective."""
    return dict(zip(ID_LABELS, (slo.id, slo.service, slo.name), strict=True))


def id_selector(slo: Slo) -> str:
    """The condition that selects one objective's series; ids are unique."""
    return f'{{sloth_id="{slo.id}"}}'
