"""The rules of grafana/dashboard-linter, over every dashboard; exceptions have a reason and must be needed."""

from __future__ import annotations

import re
from typing import Any

import grafana_foundation_sdk.models.units as grafana_units
import pytest

from dashboards.reading import documents, filled, is_sql, panels
from sereno.conventions import METRICS
from sereno.promql.query import read

EVERY = pytest.mark.parametrize("document", documents().values(), ids=documents())
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
ROWS = {"type": "grafana-postgresql-datasource", "uid": "${database}"}
UNITS = {value for name, value in vars(grafana_units).items() if isinstance(value, str) and not name.startswith("_")}
OURS = {metric.name for metric in METRICS if metric.source != "agent"}  # the agent is a job of its own
COUNTERS = {metric.name for metric in METRICS if metric.type == "counter"}
NO_TARGETS = {"row", "text", "alertlist", "annolist"}
NO_JOB = {
    "system-overview": "asks for exporters alone, each a job of its own; `host` chooses",
    "users-sessions": "asks the database alone",
    "costs-by-user": "asks the database alone",
}
FIXED_RATES: dict[str, str] = {}
"""Panels whose rate() has a range of its own, and why."""


def targets(document: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each panel with each PromQL query of it."""
    return [(panel, target) for panel, target in every(document) if "expr" in target]


def every(document: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each panel with each query of it, in whatever language."""
    return [(panel, target) for panel in panels(document) for target in panel.get("targets") or ()]


def variables(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {variable["name"]: variable for variable in document["templating"]["list"]}


@EVERY
def test_template_datasource(document: dict[str, Any]) -> None:
    source = variables(document)["datasource"]
    assert (source["type"], source["query"], source["label"]) == ("datasource", "prometheus", "Data source")


@EVERY
def test_template_job_and_instance(document: dict[str, Any]) -> None:
    if document["uid"] in NO_JOB:
        assert "job" not in variables(document)
        return
    for name in ("job", "instance"):
        variable = variables(document)[name]
        assert variable["type"] == "query"
        assert variable["datasource"] == SOURCE
        assert variable["label"] == name.title()
        assert variable["multi"]
        assert variable["allValue"] == ".+"


@EVERY
def test_template_label_promql_and_reload(document: dict[str, Any]) -> None:
    for variable in variables(document).values():
        if variable["type"] == "query" and not is_sql(variable):
            match = re.fullmatch(r"label_values\((.+), [a-z_]+\)", variable["query"]["query"])
            assert match, variable["name"]
            read(filled(match[1]))
            assert variable["refresh"] == 2  # on a change of the time range


@EVERY
def test_every_variable_is_used_and_every_used_one_is_there(document: dict[str, Any]) -> None:
    asked = [target["expr"] for _, target in targets(document)]
    asked += [target.get("interval", "") for _, target in targets(document)]
    asked += [target["rawSql"] for _, target in every(document) if "rawSql" in target]
    chosen = [variable["query"] for variable in variables(document).values() if variable["type"] == "query"]
    asked += [query if isinstance(query, str) else query["query"] for query in chosen]
    used = {name for text in asked for name in re.findall(r"\$\{?([a-z]\w*)", text)}
    assert used == set(variables(document)) - {"datasource", "database"}


@EVERY
def test_panel_datasource(document: dict[str, Any]) -> None:
    for panel, target in every(document):
        source = ROWS if "rawSql" in target else SOURCE
        assert panel["datasource"] == source, panel["title"]
        assert target["datasource"] == source, panel["title"]


@EVERY
def test_a_database_can_be_chosen_where_one_is_asked(document: dict[str, Any]) -> None:
    asks = any("rawSql" in target for _, target in every(document))
    assert asks == ("database" in variables(document))
    if asks:
        source = variables(document)["database"]
        assert (source["type"], source["query"]) == ("datasource", ROWS["type"])


@EVERY
def test_panel_title_and_description(document: dict[str, Any]) -> None:
    for panel in panels(document):
        assert panel["title"]
        assert len(panel["description"]) > 15, panel["title"]


@EVERY
def test_panel_units(document: dict[str, Any]) -> None:
    for panel, _ in every(document):
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, panel["title"]
        for override in panel["fieldConfig"]["overrides"]:
            for item in override["properties"]:
                assert item["id"] != "unit" or item["value"] in UNITS, panel["title"]


@EVERY
def test_panel_has_targets(document: dict[str, Any]) -> None:
    for panel in panels(document):
        assert panel["type"] in NO_TARGETS or panel["targets"], panel["title"]


@EVERY
def test_target_promql(document: dict[str, Any]) -> None:
    for _, target in targets(document):
        read(filled(target["expr"]))


@EVERY
def test_target_job_and_instance(document: dict[str, Any]) -> None:
    for panel, target in targets(document):
        for selector in read(filled(target["expr"])).selectors:
            family = re.sub(r"_(bucket|sum|count)$", "", selector.metric or "")
            if selector.metric in OURS or family in OURS:
                labels = {str(matcher) for matcher in selector.matchers}
                assert {'job=~".+"', 'instance=~".+"'} <= labels, (panel["title"], selector.metric)


@EVERY
def test_target_rate_interval(document: dict[str, Any]) -> None:
    for panel, target in targets(document):
        ranges = re.findall(r"\bi?rate\([^[]*\[([^\]]+)\]", target["expr"])
        assert set(ranges) <= {"$__rate_interval"} or panel["title"] in FIXED_RATES, panel["title"]


@EVERY
def test_target_counter_agg(document: dict[str, Any]) -> None:
    counters = COUNTERS | {f"{metric.name}_bucket" for metric in METRICS if metric.type == "histogram"}
    for panel, target in targets(document):
        for name in counters:
            for match in re.finditer(rf"\b{name}\{{[^}}]*\}}(\[|.)?", target["expr"]):
                before = target["expr"][: match.start()]
                assert match[1] == "[", (panel["title"], name)
                assert before.endswith(("rate(", "increase(")), (panel["title"], name)


@EVERY
def test_uneditable(document: dict[str, Any]) -> None:
    assert document["editable"] is False


def test_exceptions_are_needed() -> None:
    assert set(NO_JOB) <= set(documents())
