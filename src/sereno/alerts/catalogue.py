"""All rules, group by group."""

from __future__ import annotations

from sereno.alerts import containers, databases, drift, gpu, host, llm, monitoring, ollama, quality, services, watchman
from sereno.alerts.history import Holds
from sereno.alerts.rule import Group
from sereno.alerts.thresholds import Thresholds


def groups(limits: Thresholds) -> tuple[Group, ...]:
    """Every group; rules of parts that are not installed stay silent."""
    return (
        llm.group(limits), ollama.group(limits), watchman.group(limits), host.group(limits), gpu.group(limits),
        services.group(), databases.group(limits), containers.group(limits), drift.group(), quality.group(limits),
        monitoring.group(),
    )  # fmt: skip


def holds(limits: Thresholds | None = None) -> Holds:
    """How long each rule waits before it alerts (`for`)."""
    found = groups(limits or Thresholds())
    return {(rule.name, rule.severity): rule.hold for group in found for rule in group.rules}
