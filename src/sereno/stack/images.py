"""The images of the stack, each pinned; Prometheus, Alertmanager, Jaeger are those that the tests run as programs."""

from __future__ import annotations

IMAGES = {
    "alertmanager": "prom/alertmanager:v0.31.1",
    "alloy": "grafana/alloy:v1.17.1",
    "blackbox-exporter": "prom/blackbox-exporter:v0.28.0",
    "cadvisor": "gcr.io/cadvisor/cadvisor:v0.55.1",
    "grafana": "grafana/grafana:12.4.0",
    "jaeger": "jaegertracing/all-in-one:1.62.0",
    "loki": "grafana/loki:3.7.3",
    "node-exporter": "prom/node-exporter:v1.11.1",
    "nvidia-exporter": "nvcr.io/nvidia/k8s/dcgm-exporter:4.2.3-4.1.3-ubuntu22.04",
    "ollama": "ollama/ollama:0.24.0",
    "otel-collector": "otel/opentelemetry-collector-contrib:0.150.1",
    "postgres": "postgres:18.3",
    "postgres-exporter": "quay.io/prometheuscommunity/postgres-exporter:v0.19.1",
    "prometheus": "prom/prometheus:v3.13.5",
}
"""Image by service."""


def own_image(version: str) -> str:
    """Sereno's image, which is built from the checkout (`make image`) and never pulled."""
    return f"${{SERENO_IMAGE:-sereno:{version}}}"
