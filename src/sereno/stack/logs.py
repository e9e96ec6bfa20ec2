"""Logs of all containers: Alloy reads them from docker, Loki keeps them for 31 days.

References: https://grafana.com/docs/loki/latest/configure/ and https://grafana.com/docs/alloy/latest/reference/
"""

from __future__ import annotations

from typing import Any

from sereno.stack.yaml_text import yaml_text

RETENTION = "744h"
"""31 days: what was asked for is at least 30."""

ALLOY = """\
// Written by `sereno stack build`; do not edit.
discovery.docker "containers" {
  host = "unix:///var/run/docker.sock"
}

discovery.relabel "containers" {
  targets = discovery.docker.containers.targets

  rule {
    source_labels = ["__meta_docker_container_label_com_docker_compose_service"]
    target_label  = "service_name"
  }

  rule {
    source_labels = ["__meta_docker_container_name"]
    regex         = "/(.*)"
    target_label  = "container"
  }
}

loki.source.docker "containers" {
  host       = "unix:///var/run/docker.sock"
  targets    = discovery.relabel.containers.output
  forward_to = [loki.write.loki.receiver]
}

loki.write "loki" {
  endpoint {
    url = "http://loki:3100/loki/api/v1/push"
  }
}
"""
"""Alloy's configuration; Promtail, which did this, ended in March 2026."""


def loki() -> str:
    """Loki's configuration: one process, its files in one volume."""
    document: dict[str, Any] = {
        "auth_enabled": False,
        "server": {"http_listen_port": 3100},
        "common": {
            "path_prefix": "/loki",
            "replication_factor": 1,
            "ring": {"instance_addr": "127.0.0.1", "kvstore": {"store": "inmemory"}},
            "storage": {"filesystem": {"chunks_directory": "/loki/chunks", "rules_directory": "/loki/rules"}},
        },
        "schema_config": {
            "configs": [
                {
                    "from": "2024-04-01",
                    "store": "tsdb",
                    "object_store": "filesystem",
                    "schema": "v13",
                    "index": {"prefix": "index_", "period": "24h"},
                }
            ]
        },
        "compactor": {
            "working_directory": "/loki/compactor",
            "retention_enabled": True,
            "delete_request_store": "filesystem",
        },
        "limits_config": {"retention_period": RETENTION},
        "analytics": {"reporting_enabled": False},
    }
    return yaml_text(document)
