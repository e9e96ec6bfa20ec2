"""Panels of the services beside the models: PostgreSQL, Redis, Keycloak, Qdrant, n8n, Open WebUI."""

from __future__ import annotations

from sereno.dashboards.expressions import RATE
from sereno.dashboards.meaning import NOT_SCRAPED, UP, bad_from
from sereno.dashboards.panel import Kind, Query, Series, Tile


def postgres() -> tuple[Kind, ...]:
    """Its panels."""
    hit, read = "pg_stat_database_blks_hit_total", "pg_stat_database_blks_read_total"
    hits, reads = (f"sum(rate({name}[{RATE}]))" for name in (hit, read))
    return (
        Tile(
            "PostgreSQL",
            "Whether its exporter reaches it (pg_up).",
            (Query("min(pg_up)", "PostgreSQL"),),
            "none", bad_from(2), UP, width=6, height=8, spark=False, empty=NOT_SCRAPED,
        ),
        Series(
            "Connections",
            "Sessions by state (pg_stat_activity_count), and how many there may be (pg_settings_max_connections).",
            (
                Query("sum by (state) (pg_stat_activity_count)", "{{state}}"),
                Query("min(pg_settings_max_connections)", "allowed"),
            ),
            "none", width=6, empty=NOT_SCRAPED,
        ),
        Series(
            "Database size",
            "On disk (pg_database_size_bytes).",
            (Query("max by (datname) (pg_database_size_bytes)", "{{datname}}"),),
            "bytes", width=6, empty=NOT_SCRAPED,
        ),
        Series(
            "Transactions and cache",
            "Commits and rollbacks a second, and the share of reads that its cache answered (pg_stat_database_*).",
            (
                Query(f"sum(rate(pg_stat_database_xact_commit_total[{RATE}]))", "Commits"),
                Query(f"sum(rate(pg_stat_database_xact_rollback_total[{RATE}]))", "Rollbacks"),
                Query(f"100 * {hits} / ({hits} + {reads} > 0)", "Cache hits %"),
            ),
            "ops", width=6, right=("Cache hits %", "percent"), empty=NOT_SCRAPED,
        ),
    )  # fmt: skip


def redis() -> tuple[Kind, ...]:
    """Its panels."""
    hits, misses = (f"sum(rate(redis_keyspace_{name}_total[{RATE}]))" for name in ("hits", "misses"))
    return (
        Tile(
            "Redis",
            "Whether its exporter reaches it (redis_up).",
            (Query("min(redis_up)", "Redis"),),
            "none", bad_from(2), UP, width=6, height=8, spark=False, empty=NOT_SCRAPED,
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
            "bytes", width=6, empty=NOT_SCRAPED,
        ),
        Series(
            "Commands a second",
            "What Redis was asked (redis_commands_processed_total), and keys it threw out (redis_evicted_keys_total).",
            (
                Query(f"sum(rate(redis_commands_processed_total[{RATE}]))", "Commands"),
                Query(f"sum(rate(redis_evicted_keys_total[{RATE}]))", "Evicted"),
            ),
            "ops", width=6, empty=NOT_SCRAPED,
        ),
    )  # fmt: skip


def keycloak() -> tuple[Kind, ...]:
    """Its panels."""
    events = "keycloak_user_events_total"
    return (
        Series(
            "Logins",
            "Logins a minute that succeeded and failed (keycloak_user_events_total). Many failures: somebody guesses.",
            (
                Query(f'60 * sum(rate({events}{{event="login",error=""}}[{RATE}]))', "Logins"),
                Query(f'60 * sum(rate({events}{{event="login",error!=""}}[{RATE}]))', "Failed"),
            ),
            "short", empty=NOT_SCRAPED,
        ),
        Series(
            "User events",
            "What people do at the door, a minute (keycloak_user_events_total).",
            (Query(f"60 * sum by (event) (rate({events}[{RATE}]))", "{{event}}"),),
            "short", stacked=True, empty=NOT_SCRAPED,
        ),
    )  # fmt: skip


def qdrant() -> tuple[Kind, ...]:
    """Its panels."""
    return (
        Tile(
            "Collections",
            "Active collections (collections_total).",
            (Query("sum(collections_total)", "Collections"),),
            "none", width=4, height=8, empty=NOT_SCRAPED,
        ),
        Series(
            "Points by collection",
            "Indexed points (collection_points).",
            (Query("max by (id) (collection_points)", "{{id}}"),),
            "short", width=6, empty=NOT_SCRAPED,
        ),
        Series(
            "Vectors and memory",
            "All vectors (collections_vector_total), and what Qdrant takes in memory (memory_resident_bytes).",
            (Query("sum(collections_vector_total)", "Vectors"), Query("sum(memory_resident_bytes)", "Memory")),
            "short", width=7, right=("Memory", "bytes"), empty=NOT_SCRAPED,
        ),
        Series(
            "Queries a second",
            "REST and gRPC (rest_responses_total, grpc_responses_total).",
            (
                Query(f"sum(rate(rest_responses_total[{RATE}]))", "REST"),
                Query(f"sum(rate(grpc_responses_total[{RATE}]))", "gRPC"),
            ),
            "reqps", width=7, empty=NOT_SCRAPED,
        ),
    )  # fmt: skip


def n8n() -> tuple[Kind, ...]:
    """Its panels."""
    return (
        Series(
            "Workflows an hour",
            "Workflows that ran and that failed in the last hour (n8n_workflow_*_total).",
            (
                Query("sum(increase(n8n_workflow_started_total[1h]))", "Started"),
                Query("sum(increase(n8n_workflow_failed_total[1h]))", "Failed"),
            ),
            "none", width=8, empty=NOT_SCRAPED,
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
            "bytes", width=8, empty=NOT_SCRAPED,
        ),
        Series(
            "Open WebUI answers",
            "Whether its probe succeeds, and how long it takes (probe_success, probe_duration_seconds). Its users, "
            "messages and models stand in Sereno's own figures: it asks through the gateway.",
            (
                Query('min(probe_success{job=~".*webui.*"})', "Up"),
                Query('max(probe_duration_seconds{job=~".*webui.*"})', "Takes"),
            ),
            "s", width=8, right=("Up", "bool"), empty=NOT_SCRAPED,
        ),
    )  # fmt: skip
