"""From where a figure turns yellow or red."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds of the dashboards; defaults are those of the alert rules and objectives that Sereno ships.

    Attributes:
        latency_yellow: seconds a request may take before it is worth a look.
        latency_red: seconds from which HighLLMLatency alerts.
        first_token_yellow: seconds to the first token that a reader begins to notice.
        first_token_red: seconds to the first token that make a reader leave.
        errors_yellow: percent of requests that fail.
        errors_red: percent from which HighLLMErrorRate alerts.
        tokens_red: tokens a second from which HighTokenUsage alerts.
        cost_yellow: US dollars an hour.
        cost_red: US dollars an hour.
        cost_budget: US dollars a month that may be spent.
        availability_yellow: percent of requests answered; below is red.
        availability_green: percent of requests answered; from here green.
        within_yellow: percent of requests done in time; below is red.
        within_green: percent of requests done in time; from here green.
        cost_request_yellow: US dollars a request, mean.
        cost_request_red: US dollars a request, mean.
        tokens_request_yellow: tokens a request, mean.
        tokens_request_red: tokens a request, mean.
        slots: requests that the model servers work on at a time (`OLLAMA_NUM_PARALLEL` of all servers).
        cpu_yellow: percent.
        cpu_red: percent from which HostHighCpu alerts.
        memory_yellow: percent.
        memory_red: percent from which HostHighMemory alerts.
        disk_yellow: percent used.
        disk_red: percent used from which HostDiskFull alerts (less than 15 % free).
        gpu_temperature_yellow: degrees Celsius.
        gpu_temperature_red: degrees Celsius.
        gpu_memory_yellow: percent.
        gpu_memory_red: percent.
        days_yellow: days until something runs out.
        days_red: days until something runs out.
        lag_yellow: seconds that the oldest call waits for the store.
        lag_red: seconds that the oldest call waits for the store.
        query_red: seconds a store query takes, 95th percentile, from which SerenoStoreSlow alerts.
        kl_yellow: nats of KL divergence worth a look.
        kl_orange: nats of KL divergence that are moderate drift.
        kl_red: nats of KL divergence that are critical drift.
        psi_yellow: PSI of a moderate change.
        psi_orange: PSI of significant drift.
        psi_red: PSI of critical drift.
        score_yellow: combined score of drift, 0 to 1.
        score_orange: combined score of drift, 0 to 1.
        score_red: combined score of drift, 0 to 1.
        accuracy_yellow: share of right answers from which it is excellent.
        accuracy_orange: share of right answers from which it is good.
        accuracy_red: share of right answers below which AccuracyLow alerts.
        energy_price: US dollars a kilowatt hour, for the estimate of what GPUs cost.
    """

    latency_yellow: float = 2
    latency_red: float = 5
    first_token_yellow: float = 1
    first_token_red: float = 3
    errors_yellow: float = 1
    errors_red: float = 5
    tokens_red: float = 10_000
    cost_yellow: float = 1
    cost_red: float = 5
    cost_budget: float = 100
    availability_yellow: float = 99.5
    availability_green: float = 99.5
    within_yellow: float = 95
    within_green: float = 95
    cost_request_yellow: float = 0.02
    cost_request_red: float = 0.022
    tokens_request_yellow: float = 1000
    tokens_request_red: float = 1200
    slots: float = 4
    cpu_yellow: float = 60
    cpu_red: float = 80
    memory_yellow: float = 70
    memory_red: float = 85
    disk_yellow: float = 70
    disk_red: float = 85
    gpu_temperature_yellow: float = 75
    gpu_temperature_red: float = 85
    gpu_memory_yellow: float = 80
    gpu_memory_red: float = 95
    days_yellow: float = 30
    days_red: float = 7
    lag_yellow: float = 5
    lag_red: float = 30
    query_red: float = 1
    kl_yellow: float = 0.1
    kl_orange: float = 0.15
    kl_red: float = 0.2
    psi_yellow: float = 0.1
    psi_orange: float = 0.2
    psi_red: float = 0.3
    score_yellow: float = 0.33
    score_orange: float = 0.5
    score_red: float = 0.67
    accuracy_yellow: float = 0.8
    accuracy_orange: float = 0.75
    accuracy_red: float = 0.7
    energy_price: float = 0.2


_NEXT = {"_yellow": ("_orange", "_red", "_green"), "_orange": ("_red",)}
ORDERED = tuple(
    (name, stem + further)
    for name in Limits.__struct_fields__
    for suffix, ends in _NEXT.items()
    if name.endswith(suffix) and (stem := name.removesuffix(suffix))
    for further in ends
    if stem + further in Limits.__struct_fields__
)
"""Pairs of which the first is the milder end."""
FALLING = ("days_", "accuracy_")
"""Beginnings of those that fall towards red."""


def limits_of(pairs: Iterable[str]) -> Limits:
    """The defaults with some of them changed.

    Args:
        pairs: `NAME=NUMBER`, each.

    >>> limits_of(["latency_red=8"]).latency_red
    8.0

    Raises:
        ValueError: a name is unknown, a number is none or negative, or yellow lies beyond red.
    """
    given: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if name not in Limits.__struct_fields__ or not equals:
            raise ValueError(f"{pair!r}: expected NAME=NUMBER, NAME one of {', '.join(Limits.__struct_fields__)}")
        given[name] = _number(name, text)
    limits = Limits(**given)
    for mild, end in ORDERED:
        low, high = getattr(limits, mild), getattr(limits, end)
        if (low < high) if mild.startswith(FALLING) else (low > high):
            raise ValueError(f"{mild}={low:g} lies beyond {end}={high:g}; give both")
    return limits


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{name}={text}: expected a number of 0 or more")
    return number
