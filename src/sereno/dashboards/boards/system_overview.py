"""The stack: hosts, containers and the services beside the models."""

from __future__ import annotations

from sereno.dashboards import host, parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RATE
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import UP, bad_above, bad_from
from sereno.dashboards.panel import Bars, Kind, Query, Series, Tile, Timeline
from sereno.dashboards.variables import HOST

NOT_HERE = "Not scraped"


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
            Section("PostgreSQL", _postgres(), collapsed=True),
            Section("Redis", _redis(), collapsed=True),
            Section("Keycloak", _keycloak(), collapsed=True),
            Section("Qdrant", _qdrant(), collapsed=True),
            Section("n8n and Open WebUI", _n8n(), collapsed=True),
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
        Tile(
            "CPU usage",
            "The busiest host (node_cpu_seconds_total).",
            (Query(f"max({host.CPU})", "CPU"),),
            "percent", bad_above(limits.cpu_yellow, limits.cpu_red), decimals=1, empty=parts.NO_EXPORTER,
        ),
        Tile(
            "Memory usage",
            "The fullest host (node_memory_MemAvailable_bytes of MemTotal).",
            (Query(f"max({host.MEMORY})", "Memory"),),
            "percent", bad_above(limits.memory_yellow, limits.memory_red), decimals=1, empty=parts.NO_EXPORTER,
        ),
        Tile(
            "Fullest disk",
            "The fullest file system of any host (node_filesystem_avail_bytes). HostDiskFull alerts from the red.",
            (Query(f"max({host.DISK})", "Disk"),),
            "percent", bad_above(limits.disk_yellow, limits.disk_red), decimals=1, empty=parts.NO_EXPORTER,
        ),
        Tile(
            "Containers running",
            "Containers that cAdvisor saw in the last minute (container_last_seen).",
            (Query(host.CONTAINERS, "Containers"),),
            "none", empty=parts.NO_CONTAINERS,
        ),
        Tile(
            "Uptime",
            "Since the host that started last started (node_boot_time_seconds).",
            (Query(host.UPTIME, "Uptime"),),
            "s", spark=False, empty=parts.NO_EXPORTER,
        ),
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
        Series(
            "CPU usage by host",
            "Share of all cores that are busy (node_cpu_seconds_total).",
            (Query(host.CPU, "{{instance}}"),),
            "percent", bad_from(limits.cpu_red), low=0, high=100, lines=True, empty=parts.NO_EXPORTER,
        ),
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
        Series(
            "Network",
            "Bytes a second in and out of physical interfaces (node_network_*_bytes_total).",
            (Query(host.RECEIVED, "In"), Query(host.SENT, "Out")),
            "binBps", empty=parts.NO_EXPORTER,
        ),
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


def _postgres() -> tuple[Kind, ...]:
    hit, read = "pg_stat_database_blks_hit_total", "pg_stat_database_blks_read_total"
    hits, reads = (f"sum(rate({name}[{RATE}]))" for name in (hit, read))
    return (
        Tile(
            "PostgreSQL",
            "Whether its exporter reaches it (pg_up).",
            (Query("min(pg_up)", "PostgreSQL"),),
            "none", bad_from(2), UP, width=6, height=8, spark=False, empty=NOT_HERE,
        ),
        Series(
            "Connections",
            "Sessions by state (pg_stat_activity_count), and how many there may be (pg_settings_max_connections).",
            (
                Query("sum by (state) (pg_stat_activity_count)", "{{state}}"),
                Query("min(pg_settings_max_connections)", "allowed"),
            ),
            "none", width=6, empty=NOT_HERE,
        ),
        Series(
            "Database size",
            "On disk (pg_database_size_bytes).",
            (Query("max by (datname) (pg_database_size_bytes)", "{{datname}}"),),
            "bytes", width=6, empty=NOT_HERE,
        ),
        Series(
            "Transactions and cache",
            "Commits and rollbacks a second, and the share of reads that its cache answered (pg_stat_database_*).",
            (
                Query(f"sum(rate(pg_stat_database_xact_commit_total[{RATE}]))", "Commits"),
                Query(f"sum(rate(pg_stat_database_xact_rollback_total[{RATE}]))", "Rollbacks"),
                Query(f"100 * {hits} / ({hits} + {reads} > 0)", "Cache hits %"),
            ),
            "ops", width=6, right=("Cache hits %", "percent"), empty=NOT_HERE,
        ),
    )  # fmt: skip


def _redis() -> tuple[Kind, ...]:
    hits, misses = (f"sum(rate(redis_keyspace_{name}_total[{RATE}]))" for name in ("hits", "misses"))
    return (
        Tile(
            "Redis",
            "Whether its exporter reaches it (redis_up).",
            (Query("min(redis_up)", "Redis"),),
            "none", bad_from(2), UP, width=6, height=8, spark=False, empty=NOT_HERE,
        ),
        Series(
            "Cache hit ratio",
            "Percent of look-ups that found their key (redis_keyspace_hits_total, redis_keyspace_misses_total).",
            (Query(f"100 * {hits} / ({hits} + {misses} > 0)", "Hits"),),
            "percent", width=6, low=0, high=100,
        ),
        Series(
            "Redis memory",
            "In use, and how much it may use (redis_memory_used_bytes, redis_memory_max_bytes; 0 is no bound).",
            (Query("sum(redis_memory_used_bytes)", "Used"), Query("sum(redis_memory_max_bytes) > 0", "Bound")),
            "bytes", width=6, empty=NOT_HERE,
        ),
        Series(
            "Commands a second",
            "What Redis was asked (redis_commands_processed_total), and keys it threw out (redis_evicted_keys_total).",
            (
                Query(f"sum(rate(redis_commands_processed_total[{RATE}]))", "Commands"),
                Query(f"sum(rate(redis_evicted_keys_total[{RATE}]))", "Evicted"),
            ),
            "ops", width=6, empty=NOT_HERE,
        ),
    )  # fmt: skip


def _keycloak() -> tuple[Kind, ...]:
    events = "keycloak_user_events_total"
    return (
        Series(
            "Logins",
            "Logins a minute that succeeded and failed (keycloak_user_events_total). Many failures: somebody guesses.",
            (
                Query(f'60 * sum(rate({events}{{event="login",error=""}}[{RATE}]))', "Logins"),
                Query(f'60 * sum(rate({events}{{event="login",error!=""}}[{RATE}]))', "Failed"),
            ),
            "short", empty=NOT_HERE,
        ),
        Series(
            "User events",
            "What people do at the door, a minute (keycloak_user_events_total).",
            (Query(f"60 * sum by (event) (rate({events}[{RATE}]))", "{{event}}"),),
            "short", stacked=True, empty=NOT_HERE,
        ),
    )  # fmt: skip


def _qdrant() -> tuple[Kind, ...]:
    return (
        Tile(
            "Collections",
            "Active collections (collections_total).",
            (Query("sum(collections_total)", "Collections"),),
            "none", width=4, height=8, empty=NOT_HERE,
        ),
        Series(
            "Points by collection",
            "Indexed points (collection_points).",
            (Query("max by (id) (collection_points)", "{{id}}"),),
            "short", width=6, empty=NOT_HERE,
        ),
        Series(
            "Vectors and memory",
            "All vectors (collections_vector_total), and what Qdrant takes in memory (memory_resident_bytes).",
            (Query("sum(collections_vector_total)", "Vectors"), Query("sum(memory_resident_bytes)", "Memory")),
            "short", width=7, right=("Memory", "bytes"), empty=NOT_HERE,
        ),
        Series(
            "Queries a second",
            "REST and gRPC (rest_responses_total, grpc_responses_total).",
            (
                Query(f"sum(rate(rest_responses_total[{RATE}]))", "REST"),
                Query(f"sum(rate(grpc_responses_total[{RATE}]))", "gRPC"),
            ),
            "reqps", width=7, empty=NOT_HERE,
        ),
    )  # fmt: skip


def _n8n() -> tuple[Kind, ...]:
    return (
        Series(
            "Workflows an hour",
            "Workflows that ran and that failed in the last hour (n8n_workflow_*_total).",
            (
                Query("sum(increase(n8n_workflow_started_total[1h]))", "Started"),
                Query("sum(increase(n8n_workflow_failed_total[1h]))", "Failed"),
            ),
            "none", width=8, empty=NOT_HERE,
        ),
        Series(
            "Memory of n8n and Open WebUI",
            "As their containers take it (container_memory_working_set_bytes); n8n does not tell it by workflow.",
            (
                Query(
                    'sum by (name) (container_memory_working_set_bytes{name=~".*(n8n|open-?webui).*"})',
                    "{{name}}",
                ),
            ),
            "bytes", width=8, empty=NOT_HERE,
        ),
        Series(
            "Open WebUI answers",
            "Whether its probe succeeds, and how long it takes (probe_success, probe_duration_seconds). Its users, "
            "messages and models stand in Sereno's own figures: it asks through the gateway.",
            (
                Query('min(probe_success{job=~".*webui.*"})', "Up"),
                Query('max(probe_duration_seconds{job=~".*webui.*"})', "Takes"),
            ),
            "s", width=8, right=("Up", "bool"), empty=NOT_HERE,
        ),
    )  # fmt: skip
