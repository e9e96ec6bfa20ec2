"""What comes back: periods found by a test that memory and drift do not fool, and the shape of one cycle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft

from sereno.stats.grid import Grid, coarser
from sereno.stats.robust import spread

Floats = NDArray[np.float64]
CALENDAR = (60.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 21600.0, 43200.0, 86400.0, 604800.0, 2629746.0, 31556952.0)
"""Periods that people's clocks make likely, seconds: from the minute to the mean Gregorian month and year."""
LONGEST_SPECTRUM = 1 << 13
FEWEST_CYCLES = 3
HARMONICS = 6
NEIGHBOURS = 10
MOST_PHASES = 480
SHAPE_LIMIT = 4.0


class Season(NamedTuple):
    """A cycle.

    Attributes:
        period: seconds. profile: what the cycle adds at its phases, sums to 0, shape (phases,).
        origin: epoch seconds of phase 0. strength: share of the detrended variance that it explains, 0–1.
        p_value: of the test, corrected for all periods that were looked at. cycles: how many were seen.
    """

    period: float
    profile: Floats
    origin: float
    strength: float
    p_value: float
    cycles: float

    def at(self, times: Floats) -> Floats:
        """What the cycle adds at these times (linear between phases), shape (n,)."""
        phases = len(self.profile)
        place = np.mod((times - self.origin) * (phases / self.period), phases)
        below = np.minimum(place.astype(np.intp), phases - 1)
        share = place - below
        ring = np.append(self.profile, self.profile[0])
        return np.asarray(ring[below] * (1 - share) + ring[below + 1] * share)


def find_season(grid: Grid, *, alpha: float) -> Season | None:
    """The strongest season of a regular series, None where none is significant at `alpha`.

    A candidate period is tested in the periodogram of whole cycles of the differences: there its power stands in
    single lines, and each line is compared with the lines beside it. A ratio of exponential to mean of L exponentials
    has P = (1 + R/L)^−L, whatever smooth spectrum the noise has (white, AR(1), random walk). Candidates are the
    calendar's periods and the highest lines; p-values are corrected for those and for `HARMONICS`.
    """
    values = grid.means
    if len(values) < 4 * FEWEST_CYCLES or float(np.ptp(values)) == 0.0:
        return None
    found: list[tuple[float, float, Season]] = []
    free, tests = _highest_lines(values)
    calendar = [period / grid.width for period in CALENDAR]
    calendar = [steps for steps in calendar if steps > 1.9 and len(values) / steps >= FEWEST_CYCLES]
    for steps, trials in [*((steps, len(calendar) + 1) for steps in calendar), *((steps, tests) for steps in free)]:
        p_value = min(1.0, _line_test(values, steps) * trials)
        if p_value > alpha:
            continue
        season = shape_of(grid, steps * grid.width, p_value)
        if season.strength > 0.0:
            found.append((season.strength, steps, season))
    if not found:
        return None
    best = max(strength for strength, _, _ in found)
    # A multiple of the period explains as much: the shortest of the best is the period.
    return min((entry for entry in found if entry[0] >= best - 0.02), key=lambda entry: entry[1])[2]


def shape_of(grid: Grid, period: float, p_value: float) -> Season:
    """The cycle of a known period: the median over cycles of what is left around the running mean of one period."""
    steps = period / grid.width
    values = grid.means
    rest = values - _running_mean(values, max(2, round(steps)))
    limit = SHAPE_LIMIT * spread(rest)
    phases = int(min(max(2, round(steps)), MOST_PHASES))
    cycles = len(values) / steps
    place = np.mod(np.arange(len(values)) * (phases / steps) + 0.5, phases).astype(np.intp)
    turn = (np.arange(len(values)) / steps + 0.5 / phases).astype(np.intp)
    cell = turn * phases + place
    counts = np.bincount(cell, minlength=(int(turn[-1]) + 1) * phases)
    with np.errstate(invalid="ignore"):
        table = np.bincount(cell, weights=rest, minlength=len(counts)) / counts
    table = table.reshape(-1, phases)
    profile = np.nan_to_num(np.nanmedian(table, axis=0)) if not np.isnan(table).all(axis=0).any() else _means(table)
    profile = profile - profile.mean()
    season = Season(period, profile, grid.start, 0.0, p_value, cycles)
    left = rest - season.at(grid.times)
    # Judged on what is not wild: a single spike must not decide how seasonal a series is.
    calm = np.abs(left) <= max(limit, SHAPE_LIMIT * spread(left))
    before, after = float(np.var(rest[calm])), float(np.var(left[calm]))
    used = phases / len(values)
    strength = 1.0 - after / before / (1.0 - used) ** 2 if before > 0.0 and used < 1.0 else 0.0
    return season._replace(strength=float(np.clip(strength, 0.0, 1.0)))


def _means(table: Floats) -> Floats:
    there = ~np.isnan(table)
    return np.where(there.any(axis=0), np.nansum(table, axis=0) / np.maximum(there.sum(axis=0), 1), 0.0)


def _running_mean(values: Floats, width: int) -> Floats:
    """Mean of one period around each value, both ends of an even window at half weight; at the ends the nearest one."""
    n = len(values)
    if width >= n:
        return np.full(n, values.mean())
    total = np.concatenate(([0.0], np.cumsum(values)))
    means = (total[width:] - total[:-width]) / width
    if width % 2 == 0 and len(means) > 1:
        means = (means[1:] + means[:-1]) / 2
    left = (n - len(means)) // 2
    return np.concatenate((np.full(left, means[0]), means, np.full(n - len(means) - left, means[-1])))


def _differences(values: Floats) -> Floats:
    """Differences with single jumps clipped, but not what comes as often as a cycle would."""
    rise = np.diff(values)
    size = np.abs(rise)
    limit = max(SHAPE_LIMIT * 1.4826 * float(np.median(size)), float(np.quantile(size, 0.98)))
    return np.clip(rise, -limit, limit)


def _highest_lines(values: Floats) -> tuple[list[float], int]:
    """Periods in steps of the lines that stand out most, of the whole series and of its end at full detail."""
    found: list[float] = []
    block = -(-len(values) // LONGEST_SPECTRUM)
    views = [(block, coarser(values, block))]
    if block > 1:
        views.append((1, values[-LONGEST_SPECTRUM:]))
    tests = 0
    for size, part in views:
        rise = _differences(part)
        length = next_fast_len(2 * len(rise), real=True)
        power = np.abs(rfft(rise - rise.mean(), length)) ** 2
        lowest = int(np.ceil(FEWEST_CYCLES * length / len(part)))
        tests += len(rise) // 2
        if len(power) <= lowest + 4:
            continue
        # A smooth background: the running mean of the log power over some 24 lines.
        log_power = np.log(power + 1e-12 * power.max() + 1e-300)
        above = log_power - _running_mean(log_power, 48)
        above[:lowest] = -np.inf
        for _ in range(4):
            line = int(np.argmax(above))
            if not above[line] > 0.0:
                break
            steps = length / line
            # The fundamental of a cycle that is no sine may be weaker than its harmonics.
            found += [
                steps * size * multiple for multiple in (1, 2, 3) if len(part) / (steps * multiple) >= FEWEST_CYCLES
            ]
            above[max(0, line - 4) : line + 5] = -np.inf
    return [_whole(steps, len(values)) for steps in found], max(tests, 1)


def _whole(steps: float, length: int) -> float:
    """The whole number of steps nearest to a period, where the spectrum cannot tell them apart."""
    nearest = float(round(steps))
    return nearest if nearest >= 2 and abs(nearest - steps) <= 0.6 * steps * steps / length else steps


def _line_test(values: Floats, steps: float) -> float:
    """P-value of a period, in steps, by the lines of its harmonics; corrected for the harmonics only."""
    block = max(1, int(steps // 24))
    if block > 1:
        values, steps = coarser(values, block), steps / block
    most = max(LONGEST_SPECTRUM, int(FEWEST_CYCLES * steps) + 1)
    values = values[-most:]
    rise = _differences(values)
    cycles = int(len(rise) / steps)
    if cycles < FEWEST_CYCLES:
        return 1.0
    rise = rise[len(rise) - round(cycles * steps) :]
    power = np.abs(rfft(rise - rise.mean())) ** 2
    lines = np.arange(len(power))
    harmonics = min(HARMONICS, int(steps / 2))
    between = (lines % cycles != 0) & (lines > 0)
    best = 1.0
    for harmonic in range(1, harmonics + 1):
        line = harmonic * cycles
        if line >= len(power) or (2 * line == len(rise)):
            break
        near = lines[between]
        near = near[np.argsort(np.abs(near - line), kind="stable")[:NEIGHBOURS]]
        if len(near) < 4:
            continue
        background = float(power[near].mean())
        ratio = float(power[line]) / background if background > 0.0 else np.inf
        best = min(best, float((1.0 + ratio / len(near)) ** -len(near)))
    return min(1.0, best * max(harmonics, 1))
