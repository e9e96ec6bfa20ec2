"""Panels of hosts and containers that stand on several dashboards."""

from __future__ import annotations

from sereno.dashboards import host, parts
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import bad_above, bad_from
from sereno.dashboards.panel import Query, Series, Tile


def uptime(title: str, width: int = 4) -> Tile:
    """How long the host that started last is up."""
    return Tile(
        title,
        "Since the host that started last started (node_boot_time_seconds).",
        (Query(host.UPTIME, "Uptime"),),
        "s", width=width, spark=False, empty=parts.NO_EXPORTER,
    )  # fmt: skip


def cpu(limits: Limits, width: int = 4, decimals: int = 1) -> Tile:
    """The busiest host now."""
    return Tile(
        "CPU usage",
        "The busiest host (node_cpu_seconds_total).",
        (Query(f"max({host.CPU})", "CPU"),),
        "percent", bad_above(limits.cpu_yellow, limits.cpu_red), width=width, decimals=decimals,
        empty=parts.NO_EXPORTER,
    )  # fmt: skip


def memory(text: str, limits: Limits, width: int = 4, decimals: int = 1) -> Tile:
    """The fullest host now."""
    return Tile(
        "Memory usage", text, (Query(f"max({host.MEMORY})", "Memory"),),
        "percent", bad_above(limits.memory_yellow, limits.memory_red), width=width, decimals=decimals,
        empty=parts.NO_EXPORTER,
    )  # fmt: skip


def disk(title: str, text: str, limits: Limits, width: int = 4, decimals: int = 1) -> Tile:
    """The fullest file system now."""
    return Tile(
        title, text, (Query(f"max({host.DISK})", "Disk"),),
        "percent", bad_above(limits.disk_yellow, limits.disk_red), width=width, decimals=decimals,
        empty=parts.NO_EXPORTER,
    )  # fmt: skip


def containers(title: str, width: int = 4) -> Tile:
    """How many containers run."""
    return Tile(
        title,
        "Containers that cAdvisor saw in the last minute (container_last_seen).",
        (Query(host.CONTAINERS, "Containers"),),
        "none", width=width, empty=parts.NO_CONTAINERS,
    )  # fmt: skip


def cpu_by_host(limits: Limits) -> Series:
    """How busy each host is."""
    return Series(
        "CPU usage by host",
        "Share of all cores that are busy (node_cpu_seconds_total).",
        (Query(host.CPU, "{{instance}}"),),
        "percent", bad_from(limits.cpu_red), low=0, high=100, lines=True, empty=parts.NO_EXPORTER,
    )  # fmt: skip


def network(title: str) -> Series:
    """What physical interfaces carry."""
    return Series(
        title,
        "Bytes a second in and out of physical interfaces (node_network_*_bytes_total).",
        (Query(host.RECEIVED, "In"), Query(host.SENT, "Out")),
        "binBps", empty=parts.NO_EXPORTER,
    )  # fmt: skip
