"""Every rule is whole: it asks for what exists, says what to do, and is proven both ways."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.rules import GROUPS, RULES
from sereno.alerts.monitoring import WATCHDOG
from sereno.alerts.rule import Rule
from sereno.promql.catalogue import known
from sereno.promql.check import unknown
from sereno.promql.query import read

ROOT = Path(__file__).parents[2]
DASHBOARDS = {
    "llmops-overview", "ollama-overview", "ollama-ai-models", "ai-models-performance", "model-comparison",
    "gpu-cpu-performance", "system-overview", "cost-estimation", "executive-summary", "sli-slo", "capacity-planning",
    "active-alerts", "sereno-health", "drift-overview", "drift-accuracy-tracking", "quality",
}  # fmt: skip
"""The uids that Sereno ships."""
ASKED_FOR = {
    "HighLLMLatency": (120, "warning", "5"),
    "HighLLMErrorRate": (60, "critical", "0.05"),
    "HighTokenUsage": (300, "warning", "10000"),
    "HighLLMCost": (180, "warning", "10"),
    "LLMServiceDown": (60, "critical", "0"),
    "HighErrorRate": (300, "warning", "0.05"),
    "DriftCritical": (0, "critical", "4"),
    "AccuracyLow": (0, "critical", "4"),
    "HighResponseTime": (60, "warning", "5"),
    "HostHighCpu": (300, "warning", "0.8"),
    "HostHighMemory": (300, "warning", "0.85"),
    "HostDiskFull": (300, "warning", "0.15"),
}
"""Name, `for`, severity and threshold of the requirements."""


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_was_asked_for_is_there(name: str) -> None:
    hold, severity, threshold = ASKED_FOR[name]
    found = next(rule for rule in RULES if rule.name == name)
    assert (found.hold, found.severity) == (hold, severity)
    assert re.search(rf"[<>=] {re.escape(threshold)}(?![\d.])", found.expr)


def test_latency_grows_worse_after_ten_minutes() -> None:
    forms = [(rule.severity, rule.hold) for rule in RULES if rule.name == "HighLLMLatency"]
    assert forms == [("warning", 120), ("critical", 600)]


@pytest.mark.parametrize("service", ["Ollama", "Keycloak", "Postgres", "Redis", "Qdrant", "N8n", "OpenWebUI"])
def test_a_service_that_is_down_is_told_within_two_minutes(service: str) -> None:
    (rule,) = (rule for rule in RULES if rule.name == f"{service}Down")
    poll, scrape, evaluation, group_wait = 15, 15, 15, 10
    assert rule.severity == "critical"
    assert poll + scrape + evaluation + rule.hold + group_wait < 120


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.severity}")
def test_every_metric_and_label_exists(rule: Rule) -> None:
    assert unknown(read(rule.expr), known()) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.severity}")
def test_the_series_of_its_tests_are_those_an_exporter_writes(rule: Rule) -> None:
    for case in rule.cases:
        for series in case.series:
            bare = re.sub(r"\bexported_", "", series)  # what a scrape makes of a label that it needs itself
            assert unknown(read(bare), known()) == [], series


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.severity}")
def test_every_rule_fires_in_a_test_and_is_silent_in_another(rule: Rule) -> None:
    assert any(case.told for case in rule.cases)
    assert any(not case.told for case in rule.cases) or rule.name == WATCHDOG
    assert len({case.name for case in rule.cases}) == len(rule.cases)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.severity}")
def test_every_rule_says_what_where_and_what_to_do(rule: Rule) -> None:
    assert rule.dashboard in DASHBOARDS
    page = (ROOT / "docs" / "runbooks" / f"{rule.runbook}.md").read_text()
    assert rule.name in page, f"docs/runbooks/{rule.runbook}.md does not speak of {rule.name}"
    assert all(f"**{part}**" in page for part in ("Look", "Do"))
    assert len(rule.summary) <= 80
    assert rule.description.endswith(".")
    assert ("{value}" in rule.description) == (rule.unit != "plain")


def test_a_label_that_a_text_names_is_on_every_alert() -> None:
    for rule in RULES:
        named = set(re.findall(r"\{(\w+)\}", rule.summary + rule.description)) - {"value"}
        for case in rule.cases:
            for told in case.told:
                assert named <= told.labels.keys(), (rule.name, case.name)


def test_every_runbook_belongs_to_a_rule() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md")} - {"README", "slo-error-budget-burn"}
    assert pages == {rule.runbook for rule in RULES}


def test_names_are_unique_and_groups_are_files() -> None:
    keys = [(rule.name, rule.severity) for rule in RULES]
    assert len(set(keys)) == len(keys)
    assert len({group.name for group in GROUPS}) == len(GROUPS)
