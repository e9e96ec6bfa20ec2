"""From where the rules alert; each is a setting."""

# No `from __future__ import annotations`: the settings read the annotations.

from typing import Annotated

import msgspec

GIB = 1024**3


def _limit(text: str, most: float) -> msgspec.Meta:
    return msgspec.Meta(description=text, ge=0, le=most)


# fmt: off
class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """From where the alert rules fire; shares are from 0 to 1.

    The description and the bounds of each field are those of the setting that carries it.
    """

    latency: Annotated[float, _limit("Seconds a request takes, 95th percentile and mean.", 1e6)] = 5.0
    error_share: Annotated[float, _limit("Share of the requests that fail.", 1)] = 0.05
    minimum_requests: Annotated[int, _limit("Requests in 5 minutes below which shares and percentiles tell nobody.",
        10**9)] = 5
    tokens_per_second: Annotated[float, _limit("Tokens a second, over all models.", 1e12)] = 10_000.0
    cost_per_hour: Annotated[float, _limit("US dollars an hour, over all models.", 1e9)] = 10.0
    token_seconds: Annotated[float, _limit("Seconds a token of an answer takes, mean by model.", 1e6)] = 0.2
    poll_seconds: Annotated[float, _limit("Seconds a model server takes to list its models.", 1e6)] = 2.0
    spilled_share: Annotated[float, _limit("Share of a model that is in main memory instead of the GPU's.", 1)] = 0.05
    cpu_share: Annotated[float, _limit("Share of a host's cores that is busy.", 1)] = 0.80
    memory_share: Annotated[float, _limit("Share of a host's memory in use.", 1)] = 0.85
    disk_free_share: Annotated[float, _limit("Share of a file system that is free; critical at a third of it.", 1)] = (
        0.15)
    disk_full_hours: Annotated[int, _limit("Hours ahead that a file system must not be full.", 8760)] = 24
    gpu_celsius: Annotated[float, _limit("Temperature of a GPU.", 200)] = 85.0
    gpu_memory_share: Annotated[float, _limit("Share of a GPU's memory in use.", 1)] = 0.95
    gpu_power_share: Annotated[float, _limit("Share of its own power limit that a GPU draws.", 1)] = 0.98
    gpu_watts: Annotated[float, _limit("Watts a GPU draws, where its limit is not exported.", 1e6)] = 300.0
    connection_share: Annotated[float, _limit("Share of a database's connections that is taken.", 1)] = 0.80
    transaction_seconds: Annotated[float, _limit("Age of a transaction in PostgreSQL.", 1e9)] = 3600.0
    redis_memory_share: Annotated[float, _limit("Share of Redis's `maxmemory` in use.", 1)] = 0.90
    container_memory_share: Annotated[float, _limit("Share of a container's memory limit in use.", 1)] = 0.90
    journal_bytes: Annotated[int, _limit("Bytes in the journal that are not stored yet.", 10**15)] = 2 * GIB
    lag_seconds: Annotated[float, _limit("Seconds that the oldest record waits for the store.", 1e9)] = 60.0
    budget_share: Annotated[float, _limit("Share of a key's monthly budget that is spent.", 1)] = 0.80
    check_rise: Annotated[float, _limit("By which a model's answers fail a check more often than the day before, as a "
        "share of them, beyond chance.", 1)] = 0.05
    query_seconds: Annotated[float, _limit("Seconds a question to the store takes, 95th percentile.", 1e6)] = 1.0
# fmt: on


def number(value: float) -> str:
    """A limit as PromQL reads it, without an exponent.

    >>> number(0.05), number(10_000), number(2 * GIB), number(1.5)
    ('0.05', '10000', '2147483648', '1.5')
    """
    return f"{value:.12f}".rstrip("0").rstrip(".")
