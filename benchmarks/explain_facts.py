"""Facts of charts: what is found, what is falsely found, how fast, with simple detectors and libraries beside.

uv run --group bench python -m benchmarks.explain_facts [speed|false|anomalies|few|annotated|steps [SERIES [tuning]]]

Anomalies: series with planted faults (spikes and stretches, some with a new level besides, under noise of several kinds
or a season; apart from these, series of few kinds of values), F1 over points. Change points: the seven series that
river ships with the annotations of people (van den Burg and Williams 2020), F1 as defined there (margin 5, precision
over the union of annotators, recall averaged over them, index 0 counted), and planted steps. False alarms: share of
series of which a trend, a change point, an anomaly or (structureless only) a season is told. Baselines: 3-sigma, IQR
(1.5), STL + MAD (3.5), Isolation Forest (share 0.01, random_state 0); as change points, the begins of what they flag;
besides ruptures' PELT (l2, BIC) and river's ADWIN that know change points only, and no change points at all. Random
series are drawn twice: from the seeds at which the constants were chosen (`tuning`) and from others, which decided
nothing (`reporting`); the second are the result.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from sereno.explain.fact import Fact
from sereno.explain.facts import facts
from sereno.explain.frame import Chart, Series

Floats = NDArray[np.float64]
Found = set[int]
START, STEP = 1_700_000_000.0, 60.0
MARGIN = 5
SEEDS: dict[str, tuple[int, ...]] = {"tuning": (), "reporting": (7, 2026)}
"""What ends the seeds of the series at which constants were chosen, and of those that only report."""


def on_and_off(rng: np.random.Generator, n: int) -> Floats:
    """A state: 0 or 1, each held for a geometric while (20 points on average), so that nothing but chance decides."""
    return np.asarray(np.cumsum(rng.random(n) < 0.05) % 2, dtype=np.float64)


STRUCTURELESS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "AR(1) 0.3": lambda rng, n: autoregressive(rng, n, 0.3),
    "AR(1) 0.6": lambda rng, n: autoregressive(rng, n, 0.6),
    "AR(1) 0.9": lambda rng, n: autoregressive(rng, n, 0.9),
    "Student t(5)": lambda rng, n: rng.standard_t(5, n),
    "Laplace": lambda rng, n: rng.laplace(size=n),
    "lognormal 0.5": lambda rng, n: rng.lognormal(0, 0.5, n),
    "uniform": lambda rng, n: rng.random(n),
    "Poisson 30": lambda rng, n: rng.poisson(30, n).astype(float),
    "Poisson 3": lambda rng, n: rng.poisson(3, n).astype(float),
}
FEW_KINDS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "Poisson 0.2": lambda rng, n: rng.poisson(0.2, n).astype(float),
    "rare 0/1": lambda rng, n: (rng.random(n) < 0.02).astype(float),
    "two decimals": lambda rng, n: rng.normal(2.0, 0.01, n).round(2),
    "last digit": lambda rng, n: 5.0 + 0.1 * (rng.random(n) < 0.1),
    "on/off": on_and_off,
}
"""Structureless too: counts of rare events, readings of few digits, states."""
STEPS = {"Poisson 0.2": 1.0, "rare 0/1": 1.0, "two decimals": 0.01, "last digit": 0.1, "on/off": 1.0}
BESIDE: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "Student t(3)": lambda rng, n: rng.standard_t(3, n),
    "random walk": lambda rng, n: np.cumsum(rng.normal(size=n)),
    "random walk under noise": lambda rng, n: 0.3 * np.cumsum(rng.normal(size=n)) + rng.normal(size=n),
}
"""Harder ones, told apart: they are not among the thousand."""
SHAPES = ("sine", "harmonics", "square", "counts", "sine in AR(1)")


def autoregressive(rng: np.random.Generator, n: int, phi: float) -> Floats:
    return np.asarray(lfilter([1.0], [1.0, -phi], rng.normal(size=n + 200))[200:])


def seasonal(rng: np.random.Generator, shape: str) -> tuple[Floats, int]:
    period = int(rng.choice([12, 24, 48, 60, 96, 144]))
    n = period * int(rng.integers(5, 20))
    turn = 2 * np.pi * np.arange(n) / period + rng.uniform(0, 6)
    height = rng.uniform(1, 4)
    if shape == "counts":
        return rng.poisson(20 * (1 + 0.8 * np.sin(turn))).astype(float), period
    if shape == "sine in AR(1)":
        return 3 * np.sin(turn) + autoregressive(rng, n, 0.6), period
    if shape == "square":
        wave = 2.0 * (np.mod(turn, 2 * np.pi) < 2.2)
    elif shape == "harmonics":
        wave = sum(rng.normal() / h * np.sin(h * turn + rng.uniform(0, 6)) for h in (1, 2, 3, 4))
    else:
        wave = np.sin(turn)
    return height * wave + rng.normal(0, 0.7, n), period


def told(values: Floats) -> list[Fact]:
    series = Series(name="v", times=START + STEP * np.arange(len(values)), values=values)
    return list(facts(Chart(series=(series,))).facts)


def index(at: float | None) -> int:
    return round(((at or START) - START) / STEP)


def alarms(found: list[Fact], *, season: bool) -> set[str]:
    """Kinds of structure that were told."""
    kinds = {fact.kind for fact in found if fact.kind in {"change_point", "anomaly"}}
    kinds |= {fact.kind for fact in found if fact.kind == "trend" and fact.direction != "flat"}
    return kinds | {fact.kind for fact in found if season and fact.kind == "seasonality"}


def false_alarms(count: int, seeds: str = "reporting") -> dict[str, Any]:
    def share(name: str, draw: Callable[[np.random.Generator], Floats], runs: int, *, season: bool) -> dict[str, int]:
        tally = {"series": runs, "any": 0}
        for run in range(runs):
            kinds = alarms(told(draw(np.random.default_rng([run, *name.encode(), *SEEDS[seeds]]))), season=season)
            tally["any"] += bool(kinds)
            for kind in kinds:
                tally[kind] = tally.get(kind, 0) + 1
        return tally

    def long(rng: np.random.Generator) -> int:
        return int(rng.choice([100, 200, 500, 1000, 2000]))

    kinds = {**STRUCTURELESS, **FEW_KINDS}
    each = {n: count // len(kinds) for n in kinds} | dict.fromkeys(BESIDE, count // 10)
    free = {
        name: share(name, lambda rng, make=make: make(rng, long(rng)), each[name], season=True)  # type: ignore[misc]
        for name, make in {**kinds, **BESIDE}.items()
    }
    cyclic = {
        shape: share(shape, lambda rng, shape=shape: seasonal(rng, shape)[0], count // len(SHAPES), season=False)  # type: ignore[misc]
        for shape in SHAPES
    }
    rate = {
        "structureless": sum(free[name]["any"] for name in kinds) / sum(each[name] for name in kinds),
        "seasonal": sum(tally["any"] for tally in cyclic.values()) / sum(tally["series"] for tally in cyclic.values()),
    }
    return {"rate": rate, "structureless": free, "seasonal": cyclic}


def planted(count: int, seeds: str = "reporting") -> Iterator[tuple[Floats, NDArray[np.bool_], int]]:
    """Values, which points are faults, and the period (0 without a season)."""
    for run in range(count):
        rng = np.random.default_rng([run, 77, *SEEDS[seeds]])
        if run % 2:
            values, period = seasonal(rng, SHAPES[run // 2 % len(SHAPES)])
        else:
            make = list(STRUCTURELESS.values())[run // 2 % len(STRUCTURELESS)]
            values, period = make(rng, int(rng.choice([300, 600, 1500]))), 0
        n, scale = len(values), float(np.std(values))
        truth = np.zeros(n, dtype=bool)
        values = values + rng.choice([0.0, 1.0]) * 6 * scale * (np.arange(n) > n * rng.uniform(0.4, 0.6))  # a new level
        for _ in range(int(rng.integers(1, 5))):
            place, sign = int(rng.integers(10, n - 30)), rng.choice([-1.0, 1.0])
            length = 1 if rng.random() < 0.6 else int(rng.integers(3, 15))
            size = rng.uniform(6, 12) if length == 1 else rng.uniform(4, 8)
            values[place : place + length] += sign * size * scale
            truth[place : place + length] = True
        yield values, truth, period


def planted_few(count: int, seeds: str = "reporting") -> Iterator[tuple[Floats, NDArray[np.bool_], int]]:
    """As `planted`, in values of few kinds; the faults are whole steps too."""
    for run in range(count):
        rng = np.random.default_rng([run, 78, *SEEDS[seeds]])
        name = list(FEW_KINDS)[run % len(FEW_KINDS)]
        values, step = FEW_KINDS[name](rng, int(rng.choice([60, 300, 1500]))), STEPS[name]
        truth = np.zeros(len(values), dtype=bool)
        for _ in range(int(rng.integers(1, 4))):
            place, length = int(rng.integers(5, len(values) - 10)), 1 if rng.random() < 0.6 else int(rng.integers(3, 6))
            size = max(step, float(np.std(values[~truth]))) * rng.uniform(8, 40)
            values[place : place + length] += round(size / step) * step
            truth[place : place + length] = True
        yield values, truth, 0


def ours(values: Floats) -> Found:
    flagged: Found = set()
    for fact in told(values):
        if fact.kind == "anomaly":
            flagged |= set(range(index(fact.start), index(fact.end) + 1))
    return flagged


def three_sigma(values: Floats, _period: int) -> Found:
    return set(np.flatnonzero(np.abs(values - values.mean()) > 3 * values.std()).tolist())


def quartiles(values: Floats, _period: int) -> Found:
    low, high = np.quantile(values, [0.25, 0.75])
    return set(np.flatnonzero((values < low - 1.5 * (high - low)) | (values > high + 1.5 * (high - low))).tolist())


def stl_mad(values: Floats, period: int) -> Found:
    from statsmodels.tsa.seasonal import STL  # noqa: PLC0415 - of the group bench

    rest = STL(values, period=period or 12, robust=True).fit().resid
    scale = 1.4826 * np.median(np.abs(rest - np.median(rest)))
    return set(np.flatnonzero(np.abs(rest - np.median(rest)) > 3.5 * scale).tolist())


def isolation_forest(values: Floats, _period: int) -> Found:
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - of the group bench

    forest = IsolationForest(contamination=0.01, random_state=0)
    return set(np.flatnonzero(forest.fit_predict(values.reshape(-1, 1)) < 0).tolist())


BASELINES = {
    "3-sigma": three_sigma, "IQR": quartiles, "STL + MAD": stl_mad, "Isolation Forest": isolation_forest,
}  # fmt: skip


def anomalies(series: Iterator[tuple[Floats, NDArray[np.bool_], int]]) -> dict[str, dict[str, float]]:
    """F1 over points, micro-averaged over all series. STL is told the true period, which nobody else is."""
    hits = {name: [0, 0, 0] for name in ("sereno", *BASELINES)}
    for values, truth, period in series:
        right = set(np.flatnonzero(truth).tolist())
        for name, tally in hits.items():
            found = ours(values) if name == "sereno" else BASELINES[name](values, period)
            tally[0] += len(found & right)
            tally[1] += len(found)
            tally[2] += len(right)
    return {name: scores(*tally) for name, tally in hits.items()}


def scores(hits: float, found: float, right: float) -> dict[str, float]:
    precision, recall = hits / max(found, 1), hits / max(right, 1)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"f1": round(f1, 3), "precision": round(precision, 3), "recall": round(recall, 3)}


def matched(truth: Found, found: Found) -> int:
    """How many true points have a found one within the margin, each found one used once."""
    left, count = sorted(found), 0
    for place in sorted(truth):
        near = [other for other in left if abs(other - place) <= MARGIN]
        if near:
            left.remove(min(near, key=lambda other: abs(other - place)))
            count += 1
    return count


def covering_f1(annotations: dict[str, list[int]], found: Found) -> float:
    people = [set(places) | {0} for places in annotations.values()]
    guess = found | {0}
    union = set().union(*people)
    precision = matched(union, guess) / len(guess)
    recall = float(np.mean([matched(person, guess) / len(person) for person in people]))
    return 2 * precision * recall / (precision + recall)


def our_changes(values: Floats) -> Found:
    return {index(fact.start) for fact in told(values) if fact.kind == "change_point"}


def begins(flagged: Found) -> Found:
    return {place for place in flagged if place - 1 not in flagged}


def pelt(values: Floats) -> Found:
    import ruptures  # noqa: PLC0415 - of the group bench

    scaled = (values - values.mean()) / (values.std() or 1.0)
    penalty = 2 * np.log(len(values)) * float(np.var(np.diff(scaled)) / 2)
    return set(ruptures.Pelt(model="l2", min_size=2, jump=1).fit(scaled).predict(pen=max(penalty, 1e-6))[:-1])


def adwin(values: Floats) -> Found:
    from river.drift import ADWIN  # noqa: PLC0415 - of the group bench

    scaled, detector, found = (values - values.min()) / (np.ptp(values) or 1.0), ADWIN(), set()
    for place, value in enumerate(scaled):
        detector.update(float(value))
        if detector.drift_detected:
            found.add(place)
    return found


def change_finders(period: int) -> dict[str, Callable[[Floats], Found]]:
    simple = {name: (lambda values, find=find: begins(find(values, period))) for name, find in BASELINES.items()}
    return {"sereno": our_changes, **simple, "PELT": pelt, "ADWIN": adwin, "none": lambda _values: set()}


def seen(name: str, rows: list[tuple[dict[str, datetime], Any]]) -> list[Floats]:
    """The columns as the annotators saw them: river ships three series finer or longer than their annotations count.

    Apple: close and volume of every third day from the second on; Bitcoin: up to 2019-06-19; Brent: every tenth day,
    from 2000 on (get_apple.py, get_bitcoin.py and brent_spot/convert.py of the Turing Change Point Dataset).
    """
    if name == "Apple":
        rows = [(when, {key: row[key] for key in ("Close", "Volume")}) for when, row in rows[1::3]]
    elif name == "Bitcoin":
        rows = [row for row in rows if row[0]["date"] <= datetime(2019, 6, 19)]  # noqa: DTZ001 - as the data has it
    elif name == "BrentSpotPrice":
        rows = [row for row in rows[::10] if row[0]["day"].year >= 2000]
    figures = [[*row.values()] if isinstance(row, dict) else [row] for _, row in rows]
    columns = [np.array(column, dtype=float) for column in zip(*figures, strict=True)]
    return [np.where(np.isfinite(column), column, np.nanmedian(column)) for column in columns]


def annotated() -> dict[str, Any]:
    """The series of river with their annotators' change points; of several columns the union of what each shows."""
    from river.drift import datasets  # noqa: PLC0415 - of the group bench

    kinds = ("AirlinePassengers", "Apple", "Bitcoin", "BrentSpotPrice", "Occupancy", "RunLog", "UKCoalEmploy")
    periods = {"AirlinePassengers": 12}
    table: dict[str, dict[str, float]] = {}
    for name in kinds:
        data = getattr(datasets, name)()
        columns = seen(name, list(data))
        table[name] = {}
        for finder, find in change_finders(periods.get(name, 0)).items():
            found = set().union(*(find(column) for column in columns))
            table[name][finder] = round(covering_f1(data.annotations, found), 3)
    names = list(next(iter(table.values())))
    return {
        "mean": {finder: round(float(np.mean([row[finder] for row in table.values()])), 3) for finder in names},
        "series": table,
    }


def steps(count: int, seeds: str = "reporting") -> dict[str, dict[str, float]]:
    """Planted steps of 1.5 to 5 standard deviations in noise, some with memory or season; F1 over all, margin 5."""
    hits = {name: [0, 0, 0] for name in change_finders(0)}
    for run in range(count):
        rng = np.random.default_rng([run, 99, *SEEDS[seeds]])
        n = int(rng.choice([200, 500, 1000]))
        values, period = rng.normal(size=n), 0
        if run % 3 == 1:
            values = autoregressive(rng, n, 0.4)
        elif run % 3 == 2:
            period = 24
            values = values + 3 * np.sin(2 * np.pi * np.arange(n) / period)
        right: Found = set()
        for part in range(int(rng.integers(0, 4))):
            place = int((part + rng.uniform(0.6, 1.0)) * n / 4.5)
            values = values + rng.choice([-1, 1]) * rng.uniform(1.5, 5) * (np.arange(n) >= place)
            right.add(place)
        for name, find in change_finders(period).items():
            found = find(values)
            for position, number in enumerate((matched(right, found), len(found), len(right))):
                hits[name][position] += number
    return {name: scores(*tally) for name, tally in hits.items()}


def speed(series: int = 20, points: int = 100_000) -> dict[str, float]:
    """CPU seconds of this process, the least and the median of five; the most memory that it ever held."""
    rng = np.random.default_rng(0)
    times = START + 15.0 * np.arange(points)

    def one(number: int) -> Series:
        values = rng.normal(100, 5, points)
        if number % 2:
            values += 20 * np.sin(2 * np.pi * times / 86400)
        if number % 3 == 0:
            values[int(points * 0.6) :] += 30
        values[points // 7 : points // 7 + 50] += 60
        values[points // 2] += 90
        return Series(name=f"series {number}", times=times, values=values, unit="ms")

    chart = Chart(series=tuple(one(number) for number in range(series)))
    facts(Chart(series=chart.series[:1]))
    taken, count = [], 0
    for _ in range(5):
        began = process_time()
        count = len(facts(chart).facts)
        taken.append(process_time() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "cpu_seconds": round(min(taken), 3),
        "cpu_seconds_median": round(float(np.median(taken)), 3),
        "peak_resident_mib": round(peak, 1),
        "facts": count,
    }


def run(quick: bool) -> dict[str, Any]:
    """All measurements; a tenth of the series when quick, and a fifth from the seeds that constants were chosen at."""
    whole = 100 if quick else 1000
    counts = {"tuning": whole // 5, "reporting": whole}
    return {
        "seeds": SEEDS,
        "speed": speed(),  # first: the memory of what follows is not its own
        "false_alarms": {seeds: false_alarms(counts[seeds], seeds) for seeds in SEEDS},
        "anomalies": {seeds: anomalies(planted(counts[seeds] // 5, seeds)) for seeds in SEEDS},
        "anomalies_few_kinds": {seeds: anomalies(planted_few(counts[seeds] // 5, seeds)) for seeds in SEEDS},
        "change_points": annotated(),
        "steps": {seeds: steps(counts[seeds] // 10, seeds) for seeds in SEEDS},
    }


if __name__ == "__main__":
    parts: dict[str, Callable[[], Any]] = {
        "speed": speed, "false": lambda: false_alarms(size, chosen),
        "anomalies": lambda: anomalies(planted(size, chosen)), "few": lambda: anomalies(planted_few(size, chosen)),
        "annotated": annotated, "steps": lambda: steps(size, chosen),
    }  # fmt: skip
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    chosen = sys.argv[3] if len(sys.argv) > 3 else "reporting"
    print(json.dumps(parts[sys.argv[1]]() if len(sys.argv) > 1 else run(quick=False), indent=1))
