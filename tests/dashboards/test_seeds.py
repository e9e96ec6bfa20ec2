"""Every panel that was asked for by name is there."""

from __future__ import annotations

import pytest

from dashboards.reading import documents, panels

ASKED = {
    # Lab 2 (LLMOps overview, its step 2; SLIs and SLOs, its step 4)
    "llmops-overview": [
        "LLM Requests Rate", "Average Response Time", "Token Usage Rate", "Cost Rate (USD/hour)",
        "Request Success Rate", "Response Time Distribution", "Model Usage Distribution",
        "Token Efficiency (Tokens/Request)", "Conversation Metrics",
    ],
    "sli-slo": ["Availability SLI", "Latency SLI (within 3 s)", "Cost Efficiency SLI"],
    # The roadmap
    "gpu-cpu-performance": [
        "GPU Utilization (%)", "GPU Memory Usage (%)", "GPU Temperature (°C)", "GPU Power Usage (W)",
    ],
    "ai-models-performance": ["Ollama Status", "Total Models", "Total Models Size", "Model Sizes"],
    "executive-summary": [
        "System Uptime", "CPU Usage", "Memory Usage", "Disk Usage", "GPU Utilization", "Ollama Status",
        "Ollama Models", "Active Containers", "Resource Usage Trends (24h)", "Service Status Overview",
        "Estimated Daily Cost", "Network I/O (24h)",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("uid", "titles"), ASKED.items(), ids=ASKED)
def test_panels_by_name(uid: str, titles: list[str]) -> None:
    there = {panel["title"].casefold() for panel in panels(documents()[uid])}
    assert {title.casefold() for title in titles} <= there


def test_active_alerts_has_list_history_and_statistics() -> None:
    document = documents()["active-alerts"]
    rows = [panel["title"] for panel in document["panels"] if panel["type"] == "row"]
    assert rows == ["Active", "History", "Statistics", "Response", "Notification"]
    assert {"alertlist", "annolist", "table"} <= {panel["type"] for panel in panels(document)}


def test_capacity_counts_days() -> None:
    tiles = [panel for panel in panels(documents()["capacity-planning"]) if panel["title"].startswith("Until ")]
    assert [tile["title"] for tile in tiles] == [
        "Until a disk is full", "Until memory runs out", "Until throughput runs out",
    ]  # fmt: skip
    assert {tile["fieldConfig"]["defaults"]["unit"] for tile in tiles} == {"d"}


def test_the_executive_summary_is_for_a_wall() -> None:
    document = documents()["executive-summary"]
    assert document["refresh"] == "30s"
    assert document["time"] == {"from": "now-24h", "to": "now"}
