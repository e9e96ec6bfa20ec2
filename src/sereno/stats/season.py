"""What comes back: periods found by a test that memory and drift do not fool, and the shape of one cycle."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.fft import rfft
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from sereno.stats.grid import Grid, coarser
from sereno.stats.robust import median, spread, upper_quantile

Floats = NDArray[np.float64]
CALENDAR = (60.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 21600.0, 43200.0, 86400.0, 604800.0, 2629746.0, 31556952.0)
"""Periods that people's clocks make likely, seconds: from the minute to the mean Gregorian month and year."""
FEWEST_CYCLES = 3
HARMONICS = 6
PHASES_TESTED = 24
DETAILED_CYCLES = 8
NEIGHBOURS = 10
MOST_PHASES = 480
SHAPE_LIMIT = 4.0
MOST_SHIFTS = 8


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
        place = (times - self.origin) * (1.0 / self.period)
        place -= np.floor(place)
        place *= phases
        below = np.minimum(place.astype(np.intp), phases - 1)
        place -= below
        ring = np.append(self.profile, self.profile[0])
        return np.asarray(ring[below] + place * np.diff(ring)[below])


def find_seasons(views: Sequence[Grid], *, alpha: float, most: int) -> tuple[Season, ...]:
    """The seasons of a series, the strongest first; empty where none is significant at `alpha`.

    A candidate period is tested in the periodogram of whole cycles of the differences: there its power stands in
    single lines, and each line is compared with the lines beside it. A ratio of exponential to mean of L exponentials
    has P = (1 + R/L)^−L, whatever smooth spectrum the noise has (white, AR(1), random walk). Candidates are the
    calendar's periods and the highest lines; p-values are corrected for those and for `HARMONICS`.

    Args:
        views: the series on grids of some thousand stretches at most: the whole of it, and perhaps its end in detail.
        alpha: chance of any false season.
        most: seasons at most.
    """
    found: list[Season] = []
    while len(found) < most:
        season = _strongest(views, alpha)
        if season is None or any(abs(season.period / one.period - 1.0) < 0.02 for one in found):
            break
        found.append(season)
        views = [view._replace(means=view.means - season.at(view.times)) for view in views]
    return tuple(found)


def _strongest(views: Sequence[Grid], alpha: float) -> Season | None:
    found: list[tuple[float, float, Season]] = []
    views = [view for view in views if len(view.means) >= 4 * FEWEST_CYCLES and float(np.ptp(view.means)) > 0.0]
    finest = min((len(view.means) * view.width / DETAILED_CYCLES for view in views), default=0.0)
    for view in views:
        whole = len(view.means) * view.width > DETAILED_CYCLES * finest * 1.01 or len(views) == 1
        pyramid = _Pyramid(view.means)
        for steps, trials in _candidates(view, pyramid):
            period = steps * view.width
            if len(views) > 1 and (period > finest) != whole:
                continue  # a short period is seen in the detailed view, a long one in the whole
            p_value = min(1.0, _line_test(pyramid, steps) * trials)
            if p_value <= alpha:
                season = shape_of(view, period, p_value)
                if trials > len(CALENDAR) and not any(_repeats(season, other) for _, _, other in found):
                    season = _nearest_best(view, season)
                if season.strength > 0.0:
                    found.append((season.strength, steps * view.width, season))
    if not found:
        return None
    best = max(strength for strength, _, _ in found)
    # A multiple of the period explains as much: the shortest of the best is the period.
    return min((entry for entry in found if entry[0] >= best - 0.02), key=lambda entry: entry[1])[2]


def _repeats(season: Season, other: Season) -> bool:
    """Whether a cycle is two or three turns of another that explains as much."""
    turns = season.period / other.period
    return round(turns) > 1 and abs(turns - round(turns)) < 0.02 and other.strength >= season.strength


def _nearest_best(view: Grid, season: Season) -> Season:
    """The season of the whole number of steps around, that explains most: many cycles tell what no line can."""
    best, steps = season, round(season.period / view.width)
    farthest = steps * steps / len(view.means)
    for way in (-1, 1):
        for far in range(1, int(min(farthest, MOST_SHIFTS)) + 1):
            if (len(view.means)) / (steps + way * far) < FEWEST_CYCLES or steps + way * far < 2:
                break
            tried = shape_of(view, (steps + way * far) * view.width, season.p_value)
            if tried.strength <= best.strength:
                break
            best = tried
    return best


def _candidates(view: Grid, pyramid: _Pyramid) -> list[tuple[float, int]]:
    """Periods in steps, each with the number of trials that it was one of."""
    length = len(view.means)
    calendar = [period / view.width for period in CALENDAR]
    calendar = [steps for steps in calendar if steps > 1.9 and length / steps >= FEWEST_CYCLES]
    trials = {steps: len(CALENDAR) for steps in calendar}
    for steps in _highest_lines(pyramid.differences(1)):
        if not any(abs(steps / other - 1.0) < 0.3 * steps / length for other in trials):
            trials[steps] = length // 2
    return list(trials.items())


class _Pyramid:
    """Differences of a series on coarser and coarser grids, each computed once."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._levels: dict[int, Floats] = {}

    def differences(self, block: int) -> Floats:
        if block not in self._levels:
            self._levels[block] = _differences(coarser(self.values, block))
        return self._levels[block]


def shape_of(grid: Grid, period: float, p_value: float) -> Season:
    """The cycle of a known period: the median over cycles of what is left around the running mean of one period."""
    steps = period / grid.width
    values = grid.means
    rest = values - _running_mean(values, max(2, round(steps)))
    limit = SHAPE_LIMIT * spread(rest)
    phases = int(min(max(2, round(steps)), MOST_PHASES))
    cycles = len(values) / steps
    cell, counts = _cells(len(values), steps, phases)
    sums = np.bincount(cell, weights=rest, minlength=len(counts)).astype(np.float64)
    profile = _medians(sums.reshape(-1, phases), counts.reshape(-1, phases))
    profile -= profile.mean()
    below, above, part = _phases(len(values), steps, phases)
    left = rest - (profile[below] + part * (profile[above] - profile[below]))
    # Judged on what is not wild: a single spike must not decide how seasonal a series is. Its calmer half counts,
    # also where what is left is one value beside 0 and has no spread.
    size = np.abs(left)
    calm = size <= max(limit, SHAPE_LIMIT * spread(left), median(size))
    before, after = _variance(rest[calm]), _variance(left[calm])
    used = phases / len(values)
    strength = 1.0 - after / before / (1.0 - used) ** 2 if before > 0.0 and used < 1.0 else 0.0
    return Season(period, profile, grid.start, min(max(strength, 0.0), 1.0), p_value, cycles)


def _variance(values: Floats) -> float:
    centred = values - values.mean()
    return float(np.einsum("i,i", centred, centred)) / len(values)


@lru_cache(maxsize=256)
def _phases(length: int, steps: float, phases: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """For each of `length` values the phases below and above it, and how far it is between them."""
    place = np.arange(length) * (1.0 / steps)
    place = (place - np.floor(place)) * phases
    below = np.minimum(place.astype(np.intp), phases - 1)
    return below, (below + 1) % phases, place - below


@lru_cache(maxsize=256)
def _cells(length: int, steps: float, phases: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which cell (cycle and phase) each of `length` values falls into, and how many each cell has."""
    place = np.mod(np.arange(length) * (phases / steps) + 0.5, phases).astype(np.intp)
    turn = (np.arange(length) / steps + 0.5 / phases).astype(np.intp)
    cell = turn * phases + place
    return cell, np.bincount(cell, minlength=(int(turn[-1]) + 1) * phases)


def _medians(sums: Floats, counts: NDArray[np.intp]) -> Floats:
    """Of each column the median over the rows that have values, 0 where none has; shape (columns,)."""
    there = counts > 0
    means = np.sort(np.divide(sums, counts, out=np.full(sums.shape, np.inf), where=there), axis=0)
    seen, columns = np.count_nonzero(there, axis=0), np.arange(sums.shape[1])
    lower, upper = means[(np.maximum(seen, 1) - 1) // 2, columns], means[np.minimum(seen // 2, len(means) - 1), columns]
    return np.asarray(np.where(seen > 0, (lower + upper) / 2, 0.0))


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
    limit = max(SHAPE_LIMIT * 1.4826 * median(size), upper_quantile(size, 0.98))
    return np.clip(rise, -limit, limit)


def _highest_lines(rise: Floats) -> list[float]:
    """Periods in steps of the lines of differences that stand out most, and small multiples: a first may be weak."""
    count = len(rise) + 1
    length = next_fast_len(2 * len(rise), real=True)
    power = np.abs(rfft(rise - rise.mean(), length)) ** 2
    lowest = int(np.ceil(FEWEST_CYCLES * length / count))
    if len(power) <= lowest + 4:
        return []
    log_power = np.log(power + 1e-12 * float(power.max()) + 1e-300)
    above = log_power - _running_mean(log_power, 48)
    above[:lowest] = -np.inf
    found: list[float] = []
    for _ in range(3):
        line = int(np.argmax(above))
        if not above[line] > 0.0:
            break
        steps = length / line
        found += [steps * k for k in (1, 2, 3) if count / (steps * k) >= FEWEST_CYCLES]
        above[max(0, line - 4) : line + 5] = -np.inf
    return [_whole(steps, count) for steps in found]


def _whole(steps: float, length: int) -> float:
    """The whole number of steps nearest to a period, where the spectrum cannot tell them apart."""
    nearest = float(round(steps))
    return nearest if nearest >= 2 and abs(nearest - steps) <= 0.6 * steps * steps / length else steps


def _line_test(pyramid: _Pyramid, steps: float) -> float:
    """P-value of a period, in steps, by the lines of its harmonics; corrected for the harmonics only."""
    block = 1 << max(0, int(np.log2(max(steps / PHASES_TESTED, 1.0))))
    rise, steps = pyramid.differences(block), steps / block
    cycles = int(len(rise) / steps)
    if cycles < FEWEST_CYCLES:
        return 1.0
    rise = rise[len(rise) - round(cycles * steps) :]
    harmonics = min(HARMONICS, int(steps / 2))
    spectrum = rfft(rise)  # their mean stands in line 0, which nobody asks for
    lines, beside, many = _harmonics(cycles, harmonics, len(rise))
    best = 1.0
    if len(lines):
        power = np.append(np.square(spectrum.real) + np.square(spectrum.imag), 0.0)
        background = power[beside].sum(axis=1) / many
        ratio = np.full(len(lines), np.inf)
        np.divide(power[lines], background, out=ratio, where=background > 0.0)
        best = min(1.0, float(((1.0 + ratio / many) ** -many).min()))
    return min(1.0, best * max(harmonics, 1))


@lru_cache(maxsize=1024)
def _harmonics(cycles: int, harmonics: int, length: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """The lines of so many whole cycles in `length` values, beside each of them its neighbours, and how many.

    Most series of a chart, and most charts of a page, have one length. Where a line has fewer neighbours than others,
    −1 stands for those that it has not.
    """
    lines = [line for line in range(cycles, harmonics * cycles + 1, cycles) if 2 * line < length]
    near = {line: _neighbours(line, cycles, length // 2 + 1) for line in lines}
    near = {line: places for line, places in near.items() if len(places) >= 4}
    filled = [places + [-1] * (NEIGHBOURS - len(places)) for places in near.values()]
    many = np.array([len(places) for places in near.values()], dtype=np.float64)
    return np.array(list(near), dtype=np.intp), np.array(filled, dtype=np.intp), many


def _neighbours(line: int, cycles: int, lines: int) -> list[int]:
    """The nearest lines beside a harmonic that are none themselves, at most `NEIGHBOURS`; of two as near, the lower."""
    near: list[int] = []
    far = 0
    while len(near) < NEIGHBOURS and far < max(line, lines - line):
        far += 1
        if far % cycles:  # a multiple away from a harmonic stands another
            near += [place for place in (line - far, line + far) if 0 < place < lines]
    return near[:NEIGHBOURS]
