"""The files, and that they are the committed ones."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from sereno.dashboards.build import IMPORT, NOTE, built
from sereno.dashboards.limits import Limits, limits_of
from sereno.dashboards.provisioning import Sources

DEPLOY = Path(__file__).parents[2] / "deploy" / "grafana"
FILES = built(Limits(), Sources())


def test_the_committed_files_are_what_is_built() -> None:
    ours = {path: (DEPLOY / path).read_text("utf-8") for path in FILES}
    assert ours == FILES, "run `sereno dashboards build -o deploy/grafana`"


def test_nothing_else_is_committed() -> None:
    there = {str(path.relative_to(DEPLOY)) for path in DEPLOY.rglob("*") if path.is_file()}
    assert there == set(FILES)


def test_thresholds_reach_the_panels() -> None:
    files = built(limits_of(["latency_red=8.25"]), Sources())
    document = json.loads(files["dashboards/llmops/llmops-overview.json"])
    tile = next(panel for panel in document["panels"] if panel["title"] == "Response time P95")
    steps = tile["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(step["value"], step["color"]) for step in steps] == [(None, "green"), (2, "yellow"), (8.25, "red")]


def test_the_import_form_asks_for_its_data_source() -> None:
    document = json.loads(FILES[IMPORT])
    assert document["uid"] == "ollama-overview"
    assert document["id"] is None
    (asked,) = document["__inputs"]
    assert (asked["name"], asked["type"], asked["pluginId"]) == ("DS_PROMETHEUS", "datasource", "prometheus")
    assert "${datasource" not in FILES[IMPORT]
    assert "${DS_PROMETHEUS}" in FILES[IMPORT]
    assert "datasource" not in {variable["name"] for variable in document["templating"]["list"]}
    needed = {item["id"] for item in document["__requires"]}
    assert {"grafana", "prometheus", "stat", "timeseries", "heatmap", "table", "piechart"} <= needed


def test_providers_match_the_folders_and_the_users_is_theirs() -> None:
    document = yaml.safe_load(FILES["provisioning/dashboards/sereno.yaml"])
    folders = {path.split("/")[1] for path in FILES if path.startswith("dashboards/")}
    providers = {provider["options"]["path"].rpartition("/")[2]: provider for provider in document["providers"]}
    assert set(providers) == folders
    for name, provider in providers.items():
        assert provider["allowUiUpdates"] is (name == "own")
    assert [path for path in FILES if path.startswith("dashboards/own/")] == [NOTE]


def test_data_sources_refer_to_each_other_by_uids_that_exist() -> None:
    document = yaml.safe_load(FILES["provisioning/datasources/sereno.yaml"])
    sources = {source["uid"]: source for source in document["datasources"]}
    assert set(sources) == {"prometheus", "alertmanager", "loki", "jaeger", "postgres"}
    assert [uid for uid, source in sources.items() if source["isDefault"]] == ["prometheus"]
    prometheus, jaeger = sources["prometheus"]["jsonData"], sources["jaeger"]["jsonData"]
    assert prometheus["exemplarTraceIdDestinations"] == [{"name": "trace_id", "datasourceUid": "jaeger"}]
    assert prometheus["alertmanagerUid"] in sources
    assert prometheus["timeInterval"] == "15s"  # the scrape's, not the seed's 5 s
    assert jaeger["tracesToLogsV2"]["datasourceUid"] in sources
    assert (sources["postgres"]["jsonData"]["database"], sources["postgres"]["user"]) == ("ai_platform", "ai_user")
    assert "password" not in sources["postgres"]
    assert sources["postgres"]["secureJsonData"]["password"].startswith("$__file{")


def test_without_a_database_nothing_asks_one() -> None:
    files = built(Limits(), Sources(postgres=""))
    gone = {path.rpartition("/")[2] for path in set(FILES) - set(files)}
    assert gone == {"users-sessions.json", "costs-by-user.json"}
    assert not [path for path, text in files.items() if "rawSql" in text or "${database}" in text]
    left = json.loads(files["dashboards/drift/drift-overview.json"])
    assert {"PSI", "Drift status", "Features at the last check"} <= {panel["title"] for panel in left["panels"]}
    assert all(panel["type"] != "row" or panel["title"] != "People" for panel in left["panels"])


def test_another_database_is_named() -> None:
    files = built(Limits(), Sources(database="sereno", database_user="reader"))
    document = yaml.safe_load(files["provisioning/datasources/sereno.yaml"])
    (source,) = [source for source in document["datasources"] if source["uid"] == "postgres"]
    assert (source["jsonData"]["database"], source["user"]) == ("sereno", "reader")


def test_what_is_not_there_is_left_out() -> None:
    files = built(Limits(), Sources(loki="", jaeger="", postgres="", alertmanager=""))
    document = yaml.safe_load(files["provisioning/datasources/sereno.yaml"])
    (only,) = document["datasources"]
    assert only["uid"] == "prometheus"
    assert not {"alertmanagerUid", "exemplarTraceIdDestinations"} & set(only["jsonData"])
