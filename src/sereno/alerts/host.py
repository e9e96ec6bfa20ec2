"""The machine: CPU, memory, disk, as node_exporter sees them."""

from __future__ import annotations

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
            fires("both cores are 90 % busy", cores(0.9, 0.9), _HOST, "90%"),
            silent("both cores are 79 % busy", cores(0.79, 0.79)),
            silent("one core is busy, one is idle", cores(1, 0)),
        ),
    )


def _memory(limits: Thresholds) -> Rule:
    total, free = "node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"
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
            fires("87.5 % in use", {f"{total}{{{_AT}}}": 64 * _GB, f"{free}{{{_AT}}}": 8 * _GB}, _HOST, "87.5%"),
            silent("84 % in use", {f"{total}{{{_AT}}}": 100 * _GB, f"{free}{{{_AT}}}": 16 * _GB}),
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
            fires("a tenth less than that", {**disk(90 * low), **writable}, _DISK, f"{90 * low:.4g}%"),
            silent("a tenth more than that", {**disk(110 * low), **writable}),
            silent("a file system in memory", {**disk(1, run), f"node_filesystem_readonly{{{run}}}": 0}),
            silent("a medium nobody can write", {**disk(0), f"node_filesystem_readonly{{{_MOUNT}}}": 1}),
        ),
    )


def _filling(limits: Thresholds) -> Rule:
    free, size = "node_filesystem_avail_bytes", "node_filesystem_size_bytes"
    ahead = limits.disk_full_hours
    hours = 6 * 3600

    def shrinking(from_: float, an_hour: float) -> dict[str, str | float]:
        step = an_hour * _GB / 240  # 240 samples an hour
        return {
            f"{free}{{{_MOUNT}}}": f"{from_ * _GB:.0f}-{step:.0f}x1800",
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
            fires("20 GB an hour, 270 left", shrinking(400, 20), _DISK, after=hours),
            silent("5 GB an hour, 367 left", shrinking(400, 5), after=hours),
            silent("half of it is free", shrinking(700, 25), after=hours),
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
