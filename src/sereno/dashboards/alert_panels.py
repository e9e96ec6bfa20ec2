"""Which panel shows what an alert is about: Grafana's rules are tied to it, and draw their state on it."""

from __future__ import annotations

from typing import NamedTuple

from sereno.dashboards.layout import panel_id


class Shown(NamedTuple):
    """A panel by the dashboard's uid and its own title."""

    dashboard: str
    title: str

    @property
    def panel(self) -> int:
        """Its id on the dashboard."""
        return panel_id(self.title)


LLM, OLLAMA, MODELS, COST = "llmops-overview", "ollama-overview", "ollama-ai-models", "cost-estimation"
SYSTEM, GPU, HEALTH, ALERTS = "system-overview", "gpu-cpu-performance", "sereno-health", "active-alerts"
DRIFT = "drift-overview"
_SERVICES = (
    "KeycloakDown", "PostgresDown", "RedisDown", "QdrantDown", "N8nDown", "OpenWebUIDown", "GrafanaDown", "LokiDown",
    "JaegerDown", "OtelCollectorDown", "ExporterDown", "TargetDown", "ProbeFailed",
)  # fmt: skip

ALERT_PANELS: dict[str, Shown] = {
    "HighLLMLatency": Shown(LLM, "Response time distribution"),
    "HighResponseTime": Shown(LLM, "Response time distribution"),
    "HighLLMErrorRate": Shown(LLM, "Request success rate"),
    "HighTokenUsage": Shown(LLM, "Token usage rate"),
    "HighLLMCost": Shown(COST, "Cost by hour"),
    "LLMServiceDown": Shown(LLM, "Requests by outcome"),
    "OllamaDown": Shown(OLLAMA, "Ollama status"),
    "ModelServerDown": Shown(LLM, "Requests by outcome"),
    "HighErrorRate": Shown(OLLAMA, "Requests by outcome"),
    "OllamaSlow": Shown(OLLAMA, "Latency"),
    "ModelSlow": Shown("ai-models-performance", "Response time"),
    "ModelSpilledToCpu": Shown(MODELS, "Memory of loaded models"),
    "SerenoDropsRecords": Shown(HEALTH, "What went wrong"),
    "SerenoKeeperDown": Shown(HEALTH, "Reachable"),
    "SerenoStoreDown": Shown(HEALTH, "Store"),
    "SerenoNoWorkers": Shown(HEALTH, "Connections and workers"),
    "SerenoJournalFilling": Shown(HEALTH, "Journal"),
    "SerenoIngestLag": Shown(HEALTH, "Ingest lag over time"),
    "SerenoIngestFails": Shown(HEALTH, "What went wrong"),
    "SerenoStoreSlow": Shown(HEALTH, "Store queries P95"),
    "SerenoJournalDamaged": Shown(HEALTH, "What went wrong"),
    "SerenoCannotDecode": Shown(HEALTH, "What went wrong"),
    "KeyBudgetNearlySpent": Shown(COST, "Budgets of keys"),
    "KeyBudgetSpent": Shown(COST, "Budgets of keys"),
    "SerenoJobFails": Shown(HEALTH, "Keeper's jobs"),
    "DriftCritical": Shown(DRIFT, "Features at the last check"),
    "AccuracyLow": Shown("drift-accuracy-tracking", "Current accuracy"),
    "DriftCheckFailing": Shown(DRIFT, "Checks work"),
    "DriftCheckStale": Shown(DRIFT, "Intervals since the last check"),
    "FinetuningTriggered": Shown(DRIFT, "Fine-tuning triggers"),
    "ChecksFailMoreOften": Shown("quality", "Failed checks by kind"),
    "AccuracyFell": Shown("quality", "Change of accuracy"),
    "EvaluationFails": Shown("quality", "Planned evaluations"),
    "EvaluationOverdue": Shown("quality", "Planned evaluations"),
    "SerenoNotScraped": Shown(HEALTH, "Reachable"),
    "HostHighCpu": Shown(SYSTEM, "CPU usage by host"),
    "HostHighMemory": Shown(SYSTEM, "Memory usage by host"),
    "HostDiskFull": Shown(SYSTEM, "Disk usage"),
    "HostDiskCritical": Shown(SYSTEM, "Disk usage"),
    "HostDiskFillingUp": Shown("capacity-planning", "Disk free, and in a week"),
    "HostFilesystemError": Shown(SYSTEM, "Disk usage"),
    "GpuXidError": Shown(GPU, "GPU errors (XID)"),
    "GpuHot": Shown(GPU, "GPU temperature (°C)"),
    "GpuMemoryFull": Shown(GPU, "GPU memory usage (%)"),
    "GpuPowerLimit": Shown(GPU, "GPU power usage (W)"),
    **{name: Shown("executive-summary", "Service status overview") for name in _SERVICES},
    "PostgresConnectionsHigh": Shown(SYSTEM, "Connections"),
    "PostgresLongTransaction": Shown(SYSTEM, "Connections"),
    "PostgresExporterFails": Shown(SYSTEM, "PostgreSQL"),
    "RedisMemoryHigh": Shown(SYSTEM, "Redis memory"),
    "RedisConnectionsHigh": Shown(SYSTEM, "Redis"),
    "RedisRefusesConnections": Shown(SYSTEM, "Redis"),
    "RedisSnapshotFailed": Shown(SYSTEM, "Redis"),
    "ContainerOutOfMemory": Shown(SYSTEM, "Memory by container"),
    "ContainerRestarts": Shown(SYSTEM, "CPU by container"),
    "ContainerMemoryHigh": Shown(SYSTEM, "Memory by container"),
    "Watchdog": Shown(ALERTS, "Watchdog"),
    "PrometheusWithoutAlertmanager": Shown(ALERTS, "Rules that fail, alerts dropped"),
    "ConfigReloadFailed": Shown(ALERTS, "Rules evaluated"),
    "RuleEvaluationFails": Shown(ALERTS, "Rules that fail, alerts dropped"),
    "AlertsDropped": Shown(ALERTS, "Rules that fail, alerts dropped"),
    "NotificationsFail": Shown(ALERTS, "Notifications"),
}
"""By the name of the alert."""
