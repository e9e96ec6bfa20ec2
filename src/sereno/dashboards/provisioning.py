"""What Grafana reads at start: data sources, and from where it takes dashboards."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from sereno.dashboards.board import FOLDERS, Folder

OWN = "own"
"""Folder below the dashboards that is the user's: nothing is ever written into it."""
PATH = "/var/lib/grafana/dashboards"
"""Where Grafana sees the dashboards."""
HEADER = "# Written by `sereno dashboards build`; do not edit.\n"
OWN_NOTE = """\
Dashboards of your own: put their JSON here, or save them in Grafana's folder "Own". `sereno dashboards build` writes
nothing into this folder.
"""


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses as Grafana reaches them; "" leaves the data source out.

    Attributes:
        prometheus: scrapes Sereno and its neighbours.
        alertmanager: notifies, where Prometheus rules do.
        loki: logs.
        jaeger: traces.
        postgres: `HOST:PORT` of the store, where it is PostgreSQL.
        database: of the store there.
        database_user: who may read it.
        scrape: how often Prometheus scrapes.
    """

    prometheus: str = "http://prometheus:9090"
    alertmanager: str = "http://alertmanager:9093"
    loki: str = "http://loki:3100"
    jaeger: str = "http://jaeger:16686"
    postgres: str = "postgres:5432"
    database: str = "ai_platform"
    database_user: str = "ai_user"
    scrape: str = "15s"


def data_sources(sources: Sources) -> str:
    """`provisioning/datasources`: uids are fixed, dashboards and alerts refer to them."""
    found = [
        source
        for address, source in (
            (sources.prometheus, _prometheus(sources)),
            (sources.alertmanager, _alertmanager(sources)),
            (sources.loki, _loki(sources)),
            (sources.jaeger, _jaeger(sources)),
            (sources.postgres, _postgres(sources)),
        )
        if address
    ]
    return _yaml({"apiVersion": 1, "datasources": found})


def providers(folders: list[Folder], path: str = PATH) -> str:
    """`provisioning/dashboards`: one provider a folder, and one for the user's own.

    Args:
        folders: those that have a dashboard.
        path: where Grafana sees the dashboards.
    """
    ours = [_provider(folder, FOLDERS[folder], path, editable=False) for folder in folders]
    return _yaml({"apiVersion": 1, "providers": [*ours, _provider("Own", OWN, path, editable=True)]})


def _provider(name: str, uid: str, path: str, *, editable: bool) -> dict[str, Any]:
    return {
        "name": name,
        "orgId": 1,
        "folder": name,
        "folderUid": uid,
        "type": "file",
        "disableDeletion": editable,
        "allowUiUpdates": editable,
        "updateIntervalSeconds": 30,
        "options": {"path": f"{path}/{uid}"},
    }


def _source(kind: str, name: str, uid: str, url: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "uid": uid,
        "type": kind,
        "access": "proxy",
        "url": url,
        "editable": False,
        "isDefault": uid == "prometheus",
        "jsonData": data,
    }


def _prometheus(sources: Sources) -> dict[str, Any]:
    data: dict[str, Any] = {
        "httpMethod": "POST",
        "prometheusType": "Prometheus",
        "timeInterval": sources.scrape,
        "queryTimeout": "60s",
        "manageAlerts": True,
    }
    if sources.alertmanager:
        data["alertmanagerUid"] = "alertmanager"
    if sources.jaeger:
        data["exemplarTraceIdDestinations"] = [{"name": "trace_id", "datasourceUid": "jaeger"}]
    return _source("prometheus", "Prometheus", "prometheus", sources.prometheus, data)


def _alertmanager(sources: Sources) -> dict[str, Any]:
    data = {"implementation": "prometheus", "handleGrafanaManagedAlerts": False}
    return _source("alertmanager", "Alertmanager", "alertmanager", sources.alertmanager, data)


def _loki(sources: Sources) -> dict[str, Any]:
    data: dict[str, Any] = {"maxLines": 1000}
    if sources.jaeger:
        data["derivedFields"] = [
            {
                "name": "trace_id",
                "matcherType": "label",
                "matcherRegex": "trace_id",
                "datasourceUid": "jaeger",
                "url": "$${__value.raw}",
            }
        ]
    return _source("loki", "Loki", "loki", sources.loki, data)


def _jaeger(sources: Sources) -> dict[str, Any]:
    data: dict[str, Any] = {"nodeGraph": {"enabled": True}}
    if sources.loki:
        data["tracesToLogsV2"] = {
            "datasourceUid": "loki",
            "spanStartTimeShift": "-1m",
            "spanEndTimeShift": "1m",
            "filterByTraceID": True,
            "tags": [{"key": "service.name", "value": "service_name"}],
        }
    return _source("jaeger", "Jaeger", "jaeger", sources.jaeger, data)


def _postgres(sources: Sources) -> dict[str, Any]:
    data = {"database": sources.database, "sslmode": "disable", "postgresVersion": 1500, "maxOpenConns": 5}
    source = _source("grafana-postgresql-datasource", "PostgreSQL", "postgres", sources.postgres, data)
    secret = {"password": "$__file{/run/secrets/postgres_password}"}
    return {**source, "user": sources.database_user, "secureJsonData": secret}


def _yaml(document: dict[str, Any]) -> str:
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
