"""Which alerts are not sent while another one fires."""

from __future__ import annotations

from typing import Any

SAME = ["job", "instance", "upstream", "model", "mountpoint", "gpu", "uuid", "name", "sloth_id"]
"""Labels that an alert and its graver form share; one that neither has counts as shared."""


def inhibit_rules() -> list[dict[str, Any]]:
    """Graver forms over milder ones, causes over what follows from them. Nothing critical is held back by a warning."""
    return [
        _rule(['severity="critical"'], ['severity=~"warning|info"'], ["alertname", *SAME]),
        _rule(['severity="warning"'], ['severity="info"'], ["alertname", *SAME]),
        _rule(['alertname="HighLLMErrorRate"'], ['alertname="HighErrorRate"']),
        _rule(['alertname="HighLLMLatency"'], ['alertname="HighResponseTime"']),
        _rule(
            ['alertname="HostDiskCritical"'],
            ['alertname=~"HostDiskFull|HostDiskFillingUp"'],
            ["instance", "mountpoint"],
        ),
        _rule(['alertname="SerenoKeeperDown"'], ['alertname="LLMServiceDown"'], ["job", "instance"]),
        _rule(['alertname="SerenoStoreDown"'], ['alertname=~"Sereno(IngestLag|StoreSlow|JobFails)"'], ["instance"]),
        _rule(['alertname=~"OllamaDown|ModelServerDown"'], ['alertname="OllamaSlow"'], ["upstream"]),
        _rule(['alertname="SerenoDropsRecords"'], ['alertname="SerenoJournalFilling"'], ["instance"]),
    ]


def _rule(source: list[str], target: list[str], equal: list[str] | None = None) -> dict[str, Any]:
    rule: dict[str, Any] = {"source_matchers": source, "target_matchers": target}
    return {**rule, "equal": equal} if equal else rule
