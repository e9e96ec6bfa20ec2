"""From where the rules alert: defaults are the seeds' and may be set."""

from __future__ import annotations

import msgspec

GIB = 1024**3


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the alert rules; shares are 0 to 1.

    Attributes:
        latency: seconds, 95th percentile and mean of requests.
        error_share: of requests that fail.
        minimum_requests: in five minutes, below which shares and percentiles tell nobody.
        tokens_per_second: over all models.
        cost_per_hour: US dollars over all models.
        token_seconds: per output token of a model, mean.
        poll_seconds: a model server's answer to being asked for its models.
        spilled_share: of a model's memory that is not on the GPU.
        cpu_share: of all cores busy.
        memory_share: of memory used.
        disk_free_share: of a file system.
        disk_full_hours: ahead that a file system is looked at.
        gpu_celsius: GPU core.
        gpu_memory_share: of GPU memory used.
        gpu_power_share: of a GPU's own power limit.
        gpu_watts: of a GPU whose limit nobody exports.
        connection_share: of a database's connections.
        transaction_seconds: age of a transaction.
        redis_memory_share: of `maxmemory`.
        container_memory_share: of a container's limit.
        journal_bytes: not stored yet.
        lag_seconds: that the oldest record waits for the store.
        query_seconds: 95th percentile of the store's queries.
    """

    latency: float = 5
    error_share: float = 0.05
    minimum_requests: int = 5
    tokens_per_second: float = 10_000
    cost_per_hour: float = 10
    token_seconds: float = 0.2
    poll_seconds: float = 2
    spilled_share: float = 0.05
    cpu_share: float = 0.80
    memory_share: float = 0.85
    disk_free_share: float = 0.15
    disk_full_hours: int = 24
    gpu_celsius: float = 85
    gpu_memory_share: float = 0.95
    gpu_power_share: float = 0.98
    gpu_watts: float = 300
    connection_share: float = 0.80
    transaction_seconds: float = 3600
    redis_memory_share: float = 0.90
    container_memory_share: float = 0.90
    journal_bytes: int = 2 * GIB
    lag_seconds: float = 60
    query_seconds: float = 1


def number(value: float) -> str:
    """A limit as PromQL reads it, without an exponent.

    >>> number(0.05), number(10_000), number(2 * GIB), number(1.5)
    ('0.05', '10000', '2147483648', '1.5')
    """
    return f"{value:.12f}".rstrip("0").rstrip(".")
