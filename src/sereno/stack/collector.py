"""The OpenTelemetry collector's configuration: spans on to Jaeger, their rates and durations for Prometheus.

Reference: https://opentelemetry.io/docs/collector/configuration/
"""

from __future__ import annotations

from typing import Any

from sereno.stack.yaml_text import yaml_text


def otel_collector() -> str:
    """`otel-collector.yaml`: OTLP on 4317 and 4318, figures of spans on 8889, its own on 8888."""
    own = {"pull": {"exporter": {"prometheus": {"host": "0.0.0.0", "port": 8888}}}}  # noqa: S104  inside its container
    document: dict[str, Any] = {
        "receivers": {
            "otlp": {"protocols": {"grpc": {"endpoint": "0.0.0.0:4317"}, "http": {"endpoint": "0.0.0.0:4318"}}},
        },
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_mib": 256},
            "batch": {},
        },
        "connectors": {"spanmetrics": {}},
        "exporters": {
            "otlp/jaeger": {"endpoint": "jaeger:4317", "tls": {"insecure": True}},
            "prometheus": {"endpoint": "0.0.0.0:8889"},
        },
        "service": {
            "telemetry": {"metrics": {"readers": [own]}},
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "batch"],
                    "exporters": ["otlp/jaeger", "spanmetrics"],
                },
                "metrics": {"receivers": ["spanmetrics"], "exporters": ["prometheus"]},
            },
        },
    }
    return yaml_text(document)
