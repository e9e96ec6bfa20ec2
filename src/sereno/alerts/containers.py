"""Containers, as cAdvisor sees them under Compose: told apart by `name`, never by `container` or `pod`."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Rising, conditions, fires, silent
from sereno.alerts.rule import Group, Rule
from sereno.alerts.thresholds import Thresholds, number

_SCRAPE = {"job": "cadvisor", "instance": "cadvisor:8080"}
_BOX = {**_SCRAPE, "name": "qdrant", "image": "qdrant/qdrant:v1.19.0", "id": "/system.slice/docker-5c1f.scope"}
_AT = conditions(_BOX)
_NAMED = {**_SCRAPE, "name": "qdrant"}


def group(limits: Thresholds) -> Group:
    """The rules."""
    return Group("containers", (_killed(), _restarting(), _memory(limits)))


def _killed() -> Rule:
    name = "container_oom_events_total"
    return Rule(
        name="ContainerOutOfMemory",
        expr=f'sum by (job, instance, name) (increase({name}{{name!=""}}[15m])) > 0',
        hold=0,
        severity="critical",
        summary="{name} was killed for its memory",
        description="The kernel killed processes of {name} {value} times in 15 minutes: it wants more than its limit.",
        unit="whole",
        dashboard="system-overview",
        runbook="ContainerOutOfMemory",
        cases=(
            fires("three times", {f"{name}{{{_AT}}}": Rising(1 / 300)}, _NAMED, "3", after=1200),
            silent("once, yesterday", {f"{name}{{{_AT}}}": 1}, after=1200),
        ),
    )


def _restarting() -> Rule:
    name = "container_start_time_seconds"
    return Rule(
        name="ContainerRestarts",
        expr=f'sum by (job, instance, name) (changes({name}{{name!=""}}[15m])) > 2',
        hold=0,
        severity="warning",
        summary="{name} restarts again and again",
        description="{name} restarted {value} times in 15 minutes.",
        unit="whole",
        dashboard="system-overview",
        runbook="ContainerRestarts",
        cases=(
            fires("every four minutes", {f"{name}{{{_AT}}}": "100x15 340x15 580x15 820x15"}, _NAMED, "3", after=900),
            silent("once", {f"{name}{{{_AT}}}": "100x15 340x45"}, after=900),
        ),
    )


def _memory(limits: Thresholds) -> Rule:
    used, most = "container_memory_working_set_bytes", "container_spec_memory_limit_bytes"
    gib, limit = 1024**3, limits.container_memory_share
    high = (1 + limit) / 2
    return Rule(
        name="ContainerMemoryHigh",
        expr=f'{used}{{name!=""}} / ({most}{{name!=""}} > 0) > {number(limits.container_memory_share)}',
        hold=300,
        severity="warning",
        summary="{name} is near its memory limit",
        description="{name} uses {value} of the memory it may have.",
        unit="share",
        dashboard="system-overview",
        runbook="ContainerOutOfMemory",
        cases=(
            fires(
                "more", {f"{used}{{{_AT}}}": 4 * gib * high, f"{most}{{{_AT}}}": 4 * gib}, _BOX, readings.share(high)
            ),
            silent("a little less", {f"{used}{{{_AT}}}": 3.92 * gib * limit, f"{most}{{{_AT}}}": 4 * gib}),
            silent("it has no limit", {f"{used}{{{_AT}}}": 64 * gib, f"{most}{{{_AT}}}": 0}),
        ),
    )
