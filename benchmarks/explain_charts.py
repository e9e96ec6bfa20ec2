"""Charts of many kinds, made from a seed: what explanations are tried on."""

from __future__ import annotations

import numpy as np

from sereno.explain.frame import Categories, Chart, Event, Series, Threshold

START = 1_793_000_000.0
NAMES = [
    "api",
    "db",
    "p95 latency",
    "llama3.2:3b",
    "tokens_used_total",
    "GPU 0",
    'calls{model="qwen3"}',
    "errors",
    "cola",
    "memoria libre",
]
UNITS = ["s", "ms", "percent", "percentunit", "bytes", "short", "reqps", "currencyUSD", "", "celsius"]
ZONES = ["UTC", "Europe/Madrid", "America/New_York", "Asia/Tokyo"]
STEPS = [15.0, 60.0, 300.0, 3600.0, 86400.0]


def chart(seed: int) -> Chart:
    """One chart; the same seed gives the same."""
    random = np.random.default_rng(seed)
    n = int(random.integers(60, 900))
    step = float(random.choice(STEPS))
    times = START + step * np.arange(n) + float(random.integers(0, 86400))
    count = int(random.integers(1, 4))
    names = list(random.permutation(NAMES)[:count])
    unit_of = str(random.choice(UNITS))
    series = tuple(
        _series(random, str(name), times, unit_of if random.random() < 0.6 else str(random.choice(UNITS)))
        for name in names
    )
    events = ()
    if random.random() < 0.4:
        at = float(times[int(random.integers(n // 5, n))])
        events = (Event(at, "deploy", "deploy v1.4.2"),)
    thresholds = ()
    if random.random() < 0.4:
        thresholds = (Threshold(float(np.nanquantile(series[0].values, random.uniform(0.6, 1.0)) * 1.01), "limit"),)
    categories = ()
    if random.random() < 0.15:
        values = random.gamma(2, 50, 6)
        categories = (
            Categories(
                name="cost by team",
                names=("red", "blue", "green", "gold", "grey", "pink"),
                values=values,
                unit="currencyUSD",
            ),
        )
    return Chart(
        title="Chart",
        series=series,
        categories=categories,
        thresholds=thresholds,
        events=events,
        tz=str(random.choice(ZONES)),
    )


def _series(random: np.random.Generator, name: str, times: np.ndarray, unit: str) -> Series:
    n = len(times)
    base = float(10 ** random.uniform(-1, 3)) * (1e6 if unit == "bytes" else 1.0)
    if unit == "percentunit":
        base = random.uniform(0.1, 0.8)
    values = base * (1 + 0.04 * random.standard_normal(n))
    if random.random() < 0.4:
        values += base * np.linspace(0, random.uniform(-0.5, 1.0), n)
    if random.random() < 0.4:
        values[int(random.integers(n // 4, 3 * n // 4)) :] += base * random.uniform(-0.5, 0.8)
    if random.random() < 0.3:
        values += base * 0.3 * np.sin(np.arange(n) * 2 * np.pi / random.choice([12, 24, 60]))
    for _ in range(int(random.integers(0, 4))):
        values[int(random.integers(n))] += base * random.uniform(1, 4) * random.choice([-1, 1])
    if random.random() < 0.25:
        at = int(random.integers(n // 4, n // 2))
        values[at : at + n // 10] = np.nan
    if random.random() < 0.15:
        at = int(random.integers(n // 4, n // 2))
        values[at : at + n // 8] = values[at] if np.isfinite(values[at]) else base
    return Series(name=name, times=times, values=values, unit=unit)
