"""The stack: hosts, containers and the services beside the models."""

from __future__ import annotations

from sereno.dashboards import host, machine, parts, services
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RATE
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import UP, bad_above, bad_from
from sereno.dashboards.panel import Bars, Kind, Query, Series, Tile, Timeline
from sereno.dashboards.variables import HOST


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="system-overview",
        title="System overview",
        text="Hosts, containers and the services around the models: is anything down, full or starved.",
        folder="Platform",
        audiences=("operator",),
        variables=(HOST,),
        sections=(
            Section("", _tiles(limits)),
            Section("Services", (_up(), parts.services())),
            Section("Hosts", _hosts(limits)),
            Section("Containers", _containers()),
            Section("PostgreSQL", services.postgres(), collapsed=True),
            Section("Redis", services.redis(), collapsed=True),
            Section("Keycloak", services.keycloak(), collapsed=True),
            Section("Qdrant", services.qdrant(), collapsed=True),
            Section("n8n and Open WebUI", services.n8n(), collapsed=True),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    return (
        Tile(
            "Services down",
            "Targets that Prometheus cannot scrape now (up). OllamaDown and the like alert on them.",
            (Query("sum(1 - up)", "Down"),),
            "none", bad_from(1), empty="Prometheus scrapes nothing",
        ),
        machine.cpu(limits),
        machine.memory("The fullest host (node_memory_MemAvailable_bytes of MemTotal).", limits),
        machine.disk(
            "Fullest disk",
            "The fullest file system of any host (node_filesystem_avail_bytes). HostDiskFull alerts from the red.",
            limits,
        ),
        machine.containers("Containers running"),
        machine.uptime("Uptime"),
    )  # fmt: skip


def _up() -> Timeline:
    return Timeline(
        "Services up and down",
        "When each scraped job answered (up); red is an outage, a gap a job that was not scraped.",
        (Query("min by (job) (up)", "{{job}}"),),
        "none",
        words=UP,
        empty="Prometheus scrapes nothing",
    )


def _hosts(limits: Limits) -> tuple[Kind, ...]:
    here = host.HOST
    return (
        machine.cpu_by_host(limits),
        Series(
            "Memory usage by host",
            "Memory that is not available to programs (node_memory_MemAvailable_bytes).",
            (Query(host.MEMORY, "{{instance}}"),),
            "percent", bad_from(limits.memory_red), low=0, high=100, lines=True, empty=parts.NO_EXPORTER,
        ),
        Bars(
            "Disk usage",
            "Each file system (node_filesystem_avail_bytes of node_filesystem_size_bytes).",
            (Query(f"sort_desc({host.DISK})", "{{instance}} {{mountpoint}}"),),
            "percent", bad_above(limits.disk_yellow, limits.disk_red), low=0, high=100, empty=parts.NO_EXPORTER,
        ),
        machine.network("Network"),
        Series(
            "Disk traffic",
            "Bytes a second read and written (node_disk_*_bytes_total).",
            (
                Query(f"sum(rate(node_disk_read_bytes_total{{{here}}}[{RATE}]))", "Read"),
                Query(f"sum(rate(node_disk_written_bytes_total{{{here}}}[{RATE}]))", "Written"),
            ),
            "binBps", empty=parts.NO_EXPORTER,
        ),
        Series(
            "Killed for memory",
            "Processes that the kernel killed because memory ran out (node_vmstat_oom_kill). A model server is the "
            "first.",
            (Query(f"sum(increase(node_vmstat_oom_kill{{{here}}}[{RATE}]))", "Killed"),),
            "none", bad_from(1), lines=True, empty=parts.NO_EXPORTER,
        ),
    )  # fmt: skip


def _containers() -> tuple[Kind, ...]:
    named = '{name!=""}'
    return (
        Series(
            "CPU by container",
            "Cores in use (container_cpu_usage_seconds_total).",
            (Query(f"sum by (name) (rate(container_cpu_usage_seconds_total{named}[{RATE}]))", "{{name}}"),),
            "short", stacked=True, empty=parts.NO_CONTAINERS,
        ),
        Series(
            "Memory by container",
            "Memory that cannot be taken back (container_memory_working_set_bytes): what the kernel kills by.",
            (Query(f"sum by (name) (container_memory_working_set_bytes{named})", "{{name}}"),),
            "bytes", stacked=True, empty=parts.NO_CONTAINERS,
        ),
    )  # fmt: skip
