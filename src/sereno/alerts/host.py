"""The machine: CPU, memory, disk, as node_exporter sees them."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Rising, conditions, fires, series, silent
from sereno.alerts.rule import Group, Rule, Severity
from sereno.alerts.thresholds import Thresholds, number

REAL = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|fuse.*"'
"""File systems that hold data; the others are always full, or a view of one that counts already."""
PREDICTED_FROM = "6h"
_HOST = {"job": "node-exporter", "instance": "node:9100"}
_AT = conditions(_HOST)
_DISK = {**_HOST, "device": "/dev/sda1", "fstype": "ext4", "mountpoint": "/"}
_MOUNT = conditions(_DISK)
_GB = 1e9


def group(limits: Thresholds) -> Group:
    """The rules."""
    low = limits.disk_free_share
    rules = (
        _cpu(limits), _memory(limits), _disk("HostDiskFull", low, "warning"),
        _disk("HostDiskCritical", low / 3, "critical"), _filling(limits),
        _unreadable(),
    )  # fmt: skip
    return Group("host", rules)


def _cpu(limits: Thresholds) -> Rule:
    name = "node_cpu_seconds_total"

    def cores(*busy: float) -> dict[str, Rising]:
        return {
            f'{name}{{{_AT},cpu="{cpu}",mode="{mode}"}}': Rising(rate)
            for cpu, share in enumerate(busy)
            for mode, rate in (("idle", 1 - share), ("user", share * 0.75), ("system", share * 0.25))
        }

    limit = limits.cpu_share
    high, first = (1 + limit) / 2, min(1, 1.8 * limit)
    return Rule(
        name="HostHighCpu",
        expr=f'1 - avg by (job, instance) (rate({name}{{mode="idle"}}[5m])) > {number(limits.cpu_share)}',
        hold=300,
        severity="warning",
        summary="CPU of {instance} is busy",
        description="The cores of {instance} have been {value} busy for 5 minutes.",
        unit="share",
        dashboard="system-overview",
        runbook="HostHighCpu",
        cases=(
            fires("both cores are busy", cores(high, high), _HOST, readings.share(high)),
            silent("both cores are a little less busy", cores(0.98 * limit, 0.98 * limit)),
            silent("one core is busy, together they are not", cores(first, 1.8 * limit - first)),
        ),
    )


def _memory(limits: Thresholds) -> Rule:
    total, free = "node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"
    high = (1 + limits.memory_share) / 2

    def memory(used: float) -> dict[str, float]:
        return {f"{total}{{{_AT}}}": 64 * _GB, f"{free}{{{_AT}}}": 64 * _GB * (1 - used)}

    return Rule(
        name="HostHighMemory",
        expr=f"1 - {free} / {total} > {number(limits.memory_share)}",
        hold=300,
        severity="warning",
        summary="Memory of {instance} is nearly used up",
        description="{value} of the memory of {instance} is in use.",
        unit="share",
        dashboard="system-overview",
        runbook="HostHighMemory",
        cases=(
            fires("more in use", memory(high), _HOST, readings.share(high)),
            silent("a little less in use", memory(0.98 * limits.memory_share)),
        ),
    )


def _disk(name: str, low: float, severity: Severity) -> Rule:
    """Little is left; the critical rule asks for a third of that."""
    size, free = "node_filesystem_size_bytes", "node_filesystem_avail_bytes"
    run = _MOUNT.replace("ext4", "tmpfs").replace('"/"', '"/run"')

    def disk(left: float, labels: str = _MOUNT) -> dict[str, float]:
        return {f"{size}{{{labels}}}": 100 * _GB, f"{free}{{{labels}}}": left * _GB}

    writable = {series("node_filesystem_readonly", _DISK): 0}
    return Rule(
        name=name,
        expr=(f"{free}{{{REAL}}} / {size}{{{REAL}}} < {number(low)} and node_filesystem_readonly == 0"),
        hold=300,
        severity=severity,
        summary="{mountpoint} of {instance} is nearly full",
        description="{value} of {mountpoint} ({device}) on {instance} is free.",
        unit="share",
        dashboard="system-overview",
        runbook="HostDiskFull",
        cases=(
            fires("a tenth less than that", {**disk(90 * low), **writable}, _DISK, readings.share(0.9 * low)),
            silent("a tenth more than that", {**disk(110 * low), **writable}),
            silent("a file system in memory", {**disk(1, run), f"node_filesystem_readonly{{{run}}}": 0}),
            silent("a medium nobody can write", {**disk(0), f"node_filesystem_readonly{{{_MOUNT}}}": 1}),
        ),
    )


def _filling(limits: Thresholds) -> Rule:
    free, size = "node_filesystem_avail_bytes", "node_filesystem_size_bytes"
    ahead = limits.disk_full_hours
    hours, sparse = 6 * 3600, 120

    def shrinking(from_: float, an_hour: float) -> dict[str, str | float]:
        step = an_hour * _GB * sparse / 3600
        return {
            f"{free}{{{_MOUNT}}}": f"{from_ * _GB:.0f}-{step:.0f}x{(hours + 1800) // sparse}",
            f"{size}{{{_MOUNT}}}": 1000 * _GB,
        }

    return Rule(
        name="HostDiskFillingUp",
        expr=(
            f"predict_linear({free}{{{REAL}}}[{PREDICTED_FROM}], {ahead} * 3600) < 0\n"
            f"and {free}{{{REAL}}} / {size}{{{REAL}}} < 0.5"
        ),
        hold=1800,
        severity="warning",
        summary=f"{{mountpoint}} of {{instance}} will be full within {ahead} hours",
        description=(
            f"If {{mountpoint}} ({{device}}) on {{instance}} goes on filling as in the last {PREDICTED_FROM}, "
            f"it is full within {ahead} hours."
        ),
        unit="plain",
        dashboard="capacity-planning",
        runbook="HostDiskFull",
        cases=(
            fires("full in half the time", shrinking(400, 400 / (6.5 + ahead / 2)), _DISK, after=hours, step=sparse),
            silent("full in twice the time", shrinking(400, 400 / (6.5 + ahead * 2)), after=hours, step=sparse),
            silent("half of it is free", shrinking(700, 25), after=hours, step=sparse),
        ),
    )


def _unreadable() -> Rule:
    name = "node_filesystem_device_error"
    return Rule(
        name="HostFilesystemError",
        expr=f"{name}{{{REAL}}} > 0",
        hold=300,
        severity="warning",
        summary="{mountpoint} of {instance} cannot be read",
        description="Asking {mountpoint} ({device}) on {instance} for its free space fails.",
        unit="plain",
        dashboard="system-overview",
        runbook="HostDiskFull",
        cases=(
            fires("a disk that answers errors", {f"{name}{{{_MOUNT}}}": 1}, _DISK),
            silent("a disk that answers", {f"{name}{{{_MOUNT}}}": 0}),
        ),
    )
