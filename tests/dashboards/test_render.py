"""The classic model that Grafana 10.4 to 13 reads, as its documentation describes it."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards.reading import BOARDS, documents, panels
from sereno.dashboards.layout import panel_id

EVERY = pytest.mark.parametrize("document", documents().values(), ids=documents())
NAMED = {
    "llmops-overview", "ollama-overview", "ollama-ai-models", "ai-models-performance", "model-comparison",
    "gpu-cpu-performance", "system-overview", "cost-estimation", "executive-summary", "sli-slo", "capacity-planning",
    "active-alerts", "sereno-health", "drift-overview", "drift-kl-divergence", "drift-psi-trends",
    "drift-accuracy-tracking", "lora-version-tracking", "users-sessions", "costs-by-user", "quality",
}  # fmt: skip


def test_the_dashboards_that_were_asked_for() -> None:
    assert set(documents()) == NAMED
    assert len({board.title for board in BOARDS}) == len(BOARDS)


@EVERY
def test_a_document_is_plain_and_dated(document: dict[str, Any]) -> None:
    assert "dashboard" not in document  # the API's envelope, which provisioning does not read
    assert document["schemaVersion"] == 39
    assert document["graphTooltip"] == 1  # shared crosshair
    assert document["refresh"].endswith(("s", "m"))
    assert document["timezone"] == "browser"
    assert {"sereno"} < set(document["tags"]) <= {"sereno", "operator", "developer", "manager"}
    assert len(document["uid"]) <= 40  # Grafana's bound


@EVERY
def test_ids_are_unique_and_made_of_titles(document: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in panels(document, rows=True)]
    assert len(set(ids)) == len(ids)
    for panel in panels(document):
        assert panel["id"] == panel_id(panel["title"])


@EVERY
def test_panels_neither_overlap_nor_leave_the_grid(document: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in document["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24, panel["title"]
        assert not taken & cells, panel["title"]
        taken |= cells


@EVERY
def test_folded_rows_hold_their_panels_and_open_ones_do_not(document: dict[str, Any]) -> None:
    for panel in document["panels"]:
        if panel["type"] == "row":
            assert bool(panel.get("panels")) == panel["collapsed"]


@EVERY
def test_links_between_dashboards_keep_time_and_choices(document: dict[str, Any]) -> None:
    assert [link["title"] for link in document["links"]] == ["Sereno", "Operators", "Developers", "Managers"]
    for link in document["links"]:
        assert link["type"] == "dashboards"
        assert "sereno" in link["tags"]
        assert link["keepTime"]
        assert link["includeVars"]
        assert link["asDropdown"]
        assert "placement" not in link  # would hide it in a menu


@EVERY
def test_alerts_and_deployments_are_annotated(document: dict[str, Any]) -> None:
    found = {annotation["name"]: annotation for annotation in document["annotations"]["list"]}
    assert found["Alerts"]["expr"] == 'ALERTS{alertstate="firing"}'
    assert found["Deployments"]["target"] == {"limit": 100, "matchAny": False, "tags": ["deploy"], "type": "tags"}


def test_names_in_tables_of_models_lead_to_the_model() -> None:
    tables = [panel for document in documents().values() for panel in panels(document) if panel["type"] == "table"]
    leading = 0
    for table in tables:
        for override in table["fieldConfig"]["overrides"]:
            if override["matcher"]["options"] == "model":
                links = [item["value"] for item in override["properties"] if item["id"] == "links"]
                assert links, table["title"]
                assert links[0][0]["url"].startswith("/d/ai-models-performance?var-model=${__value.text}&")
                assert "${__url_time_range}" in links[0][0]["url"]
                leading += 1
    assert leading >= 4


def test_percentiles_stand_beside_every_mean_of_time() -> None:
    for document in documents().values():
        for panel in panels(document):
            names = {target.get("legendFormat") for target in panel.get("targets") or ()}
            seconds = (panel.get("fieldConfig") or {}).get("defaults", {}).get("unit") == "s"
            if panel["type"] == "timeseries" and seconds and "Mean" in names:
                assert {"P50", "P95"} <= names, panel["title"]


def test_exemplars_are_asked_for_where_latency_is_shown() -> None:
    asking = [
        panel["title"]
        for document in documents().values()
        for panel in panels(document)
        if any(target.get("exemplar") for target in panel.get("targets") or ())
    ]
    assert {"Response time distribution", "Time to first token", "Latency", "Response time"} <= set(asking)


def test_tiles_tell_no_traffic_from_unreachable_from_zero() -> None:
    document = documents()["llmops-overview"]
    for panel in panels(document):
        if panel["type"] == "stat":
            defaults = panel["fieldConfig"]["defaults"]
            words = defaults["mappings"][0]["options"]
            assert {words["-1"]["text"], words["-2"]["text"]} == {"Unreachable", "Not scraped"}
            assert defaults["noValue"]
            assert "0" not in words
