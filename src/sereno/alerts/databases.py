"""PostgreSQL and Redis beyond being up: connections, memory, old transactions, snapshots."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Rising, conditions, fires, silent
from sereno.alerts.rule import Group, Rule
from sereno.alerts.thresholds import Thresholds, number

_POSTGRES = {"job": "postgres-exporter", "instance": "postgres-exporter:9187"}
_P = conditions(_POSTGRES)
_REDIS = {"job": "redis-exporter", "instance": "redis-exporter:9121"}
_R = conditions(_REDIS)


def group(limits: Thresholds) -> Group:
    """The rules."""
    rules = (
        _postgres_connections(limits), _transactions(limits), _postgres_exporter(), _redis_memory(limits),
        _redis_connections(limits), _redis_refused(), _redis_snapshot(),
    )  # fmt: skip
    return Group("databases", rules)


def _postgres_connections(limits: Thresholds) -> Rule:
    open_, most = "pg_stat_activity_count", "pg_settings_max_connections"

    def connections(idle: float, active: float) -> dict[str, float]:
        server = f'{_P},server="db:5432"'
        return {
            f'{open_}{{{server},datname="ai_platform",state="idle"}}': idle,
            f'{open_}{{{server},datname="keycloak",state="active"}}': active,
            f"{most}{{{server}}}": 100,
        }

    high, server = 50 * (1 + limits.connection_share), {**_POSTGRES, "server": "db:5432"}
    return Rule(
        name="PostgresConnectionsHigh",
        expr=(
            f"sum by (job, instance, server) ({open_}) / on (job, instance, server) {most}"
            f" > {number(limits.connection_share)}"
        ),
        hold=120,
        severity="warning",
        summary="PostgreSQL runs out of connections",
        description="{value} of the connections of {server} are taken.",
        unit="share",
        dashboard="system-overview",
        runbook="PostgresConnectionsHigh",
        cases=(
            fires("two databases together", connections(high / 2, high / 2), server, readings.share(high / 100)),
            silent("a little less", connections(45 * limits.connection_share, 53 * limits.connection_share)),
        ),
    )


def _transactions(limits: Thresholds) -> Rule:
    name = "pg_stat_activity_max_tx_duration"
    at = {**_POSTGRES, "server": "db:5432", "datname": "ai_platform"}
    series = f'{name}{{{_P},server="db:5432",datname="ai_platform",state="idle in transaction"}}'
    limit = limits.transaction_seconds
    return Rule(
        name="PostgresLongTransaction",
        expr=f"max by (job, instance, server, datname) ({name}) > {number(limit)}",
        hold=60,
        severity="warning",
        summary="A transaction of {datname} stays open",
        description="A transaction in {datname} on {server} has been open for {value} s; nothing behind it is cleaned.",
        unit="whole",
        dashboard="system-overview",
        runbook="PostgresLongTransaction",
        cases=(
            fires("longer than the limit", {series: limit + 100}, at, f"{limit + 100:.0f}"),
            silent("a little younger", {series: 0.98 * limit}),
        ),
    )


def _postgres_exporter() -> Rule:
    name = "pg_exporter_last_scrape_error"
    return Rule(
        name="PostgresExporterFails",
        expr=f"{name} == 1",
        hold=300,
        severity="warning",
        summary="Figures of PostgreSQL are incomplete",
        description="A query of the exporter on {instance} fails.",
        unit="plain",
        dashboard="system-overview",
        runbook="ServiceDown",
        cases=(
            fires("a query fails", {f"{name}{{{_P}}}": 1}, _POSTGRES),
            silent("all work", {f"{name}{{{_P}}}": 0}),
        ),
    )


def _redis_memory(limits: Thresholds) -> Rule:
    used, most = "redis_memory_used_bytes", "redis_memory_max_bytes"
    high = (1 + limits.redis_memory_share) / 2
    return Rule(
        name="RedisMemoryHigh",
        expr=f"{used} / ({most} > 0) > {number(limits.redis_memory_share)}",
        hold=300,
        severity="warning",
        summary="Redis runs out of memory",
        description="Redis behind {instance} uses {value} of its maxmemory; it evicts or refuses writes next.",
        unit="share",
        dashboard="system-overview",
        runbook="RedisMemoryHigh",
        cases=(
            fires("more", {f"{used}{{{_R}}}": 1e9 * high, f"{most}{{{_R}}}": 1e9}, _REDIS, readings.share(high)),
            silent("a little less", {f"{used}{{{_R}}}": 0.98e9 * limits.redis_memory_share, f"{most}{{{_R}}}": 1e9}),
            silent("no limit is set", {f"{used}{{{_R}}}": 64e9, f"{most}{{{_R}}}": 0}),
        ),
    )


def _redis_connections(limits: Thresholds) -> Rule:
    open_, most = "redis_connected_clients", "redis_config_maxclients"
    high = (1 + limits.connection_share) / 2
    return Rule(
        name="RedisConnectionsHigh",
        expr=f"{open_} / {most} > {number(limits.connection_share)}",
        hold=120,
        severity="warning",
        summary="Redis runs out of connections",
        description="{value} of the connections of Redis behind {instance} are taken.",
        unit="share",
        dashboard="system-overview",
        runbook="RedisConnectionsHigh",
        cases=(
            fires("more", {f"{open_}{{{_R}}}": 1e4 * high, f"{most}{{{_R}}}": 1e4}, _REDIS, readings.share(high)),
            silent("a little less", {f"{open_}{{{_R}}}": 9800 * limits.connection_share, f"{most}{{{_R}}}": 1e4}),
        ),
    )


def _redis_refused() -> Rule:
    name = "redis_rejected_connections_total"
    return Rule(
        name="RedisRefusesConnections",
        expr=f"increase({name}[5m]) > 0",
        hold=0,
        severity="critical",
        summary="Redis refuses connections",
        description="Redis behind {instance} refused {value} connections in 5 minutes.",
        unit="whole",
        dashboard="system-overview",
        runbook="RedisConnectionsHigh",
        cases=(
            fires("ten a minute", {f"{name}{{{_R}}}": Rising(10 / 60)}, _REDIS, "50"),
            silent("some, yesterday", {f"{name}{{{_R}}}": 12}),
        ),
    )


def _redis_snapshot() -> Rule:
    name = "redis_rdb_last_bgsave_status"
    return Rule(
        name="RedisSnapshotFailed",
        expr=f"{name} == 0",
        hold=60,
        severity="warning",
        summary="Redis could not save its data",
        description="The last snapshot of Redis behind {instance} failed; with its defaults it refuses writes now.",
        unit="plain",
        dashboard="system-overview",
        runbook="RedisSnapshotFailed",
        cases=(
            fires("the disk is full", {f"{name}{{{_R}}}": 0}, _REDIS),
            silent("it was saved", {f"{name}{{{_R}}}": 1}),
        ),
    )
