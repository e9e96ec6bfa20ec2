"""Alerts lead to panels that exist, on the dashboard that they name."""

from __future__ import annotations

from dashboards.reading import documents, panels
from sereno.alerts.catalogue import groups
from sereno.alerts.thresholds import Thresholds
from sereno.dashboards.alert_panels import ALERT_PANELS
from sereno.slo.alerts import DASHBOARD

RULES = {rule.name: rule for group in groups(Thresholds()) for rule in group.rules}


def test_every_panel_exists() -> None:
    for name, shown in ALERT_PANELS.items():
        there = {panel["title"]: panel["id"] for panel in panels(documents()[shown.dashboard])}
        assert there.get(shown.title) == shown.panel, name


def test_an_alert_is_shown_where_its_link_leads() -> None:
    for name in ALERT_PANELS.keys() & RULES.keys():
        assert RULES[name].dashboard == ALERT_PANELS[name].dashboard, name


def test_every_alert_has_a_dashboard_that_exists() -> None:
    assert {rule.dashboard for rule in RULES.values()} <= set(documents())
    assert DASHBOARD in documents()
    variables = {variable["name"] for variable in documents()[DASHBOARD]["templating"]["list"]}
    assert {"service", "slo"} <= variables  # an objective's alert fills them in


def test_every_alert_has_a_panel_and_no_other() -> None:
    assert set(RULES) == set(ALERT_PANELS)
