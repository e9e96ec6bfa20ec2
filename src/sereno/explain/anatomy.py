"""What a series is made of: seasons, a line or levels, and the rest. Computed once, told by the detectors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sereno.explain.prepared import Prepared
from sereno.stats.autocorrelation import Noise, step_proof_noise
from sereno.stats.grid import Grid, on_grid
from sereno.stats.levels import noise_around_levels
from sereno.stats.outliers import Scan, scan
from sereno.stats.repeats import held_levels, levels_p, mostly_repeats
from sereno.stats.robust import spread, without_outliers
from sereno.stats.season import Season, find_seasons
from sereno.stats.segments import Partition, one_step_noise, partition
from sereno.stats.stills import one_each, without_season
from sereno.stats.trend import Trend, robust_trend

Floats = NDArray[np.float64]
VIEW, COARSE = 4096, 256
"""Stretches of the grid for seasons, and of that for trend and levels."""
FEWEST = 8
"""Below this many points nothing is tested."""
SEASON_ALPHA, CHANGE_ALPHA, ANOMALY_ALPHA = 0.0003, 0.0003, 0.001
"""Chance that a series without structure is said to have a season, a change, an anomaly."""
MOST_SEASONS = 2
MUCH_MEMORY = 0.5
"""Above this, what looks like memory may be frequent steps."""


class Oddity(NamedTuple):
    """Points that do not belong, as a reader is told.

    Attributes:
        first, last: indices into the points. expected: mean of what was expected there, season included; low, high:
            where 95 % of ordinary values would lie. difference: mean of the points minus expected.
        usual: spread of ordinary values. p_value: corrected for all that was looked at.
    """

    first: int
    last: int
    expected: float
    low: float
    high: float
    difference: float
    usual: float
    p_value: float


class Change(NamedTuple):
    """A new level.

    Attributes:
        at: time of its first point. until: time of its last. before, after: the levels.
        difference: after − before; low, high: its 95 % interval. p_value: corrected for all places.
    """

    at: float
    until: float
    before: float
    after: float
    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, eq=False)
class Anatomy:
    """A series taken apart; each part is computed when first asked for.

    Attributes:
        prepared: the series, with at least `FEWEST` points that are not all equal.
    """

    prepared: Prepared

    @cached_property
    def seasons(self) -> tuple[Season, ...]:
        """Up to `MOST_SEASONS` cycles, the strongest first."""
        times, values = self.prepared.times, self.prepared.values
        views = [on_grid(times, values, most=VIEW, step=self.prepared.step)]
        if len(times) > VIEW:
            views.append(on_grid(times[-VIEW:], values[-VIEW:], most=VIEW))
        return find_seasons(views, alpha=SEASON_ALPHA, most=MOST_SEASONS)

    @cached_property
    def seasonal(self) -> Floats:
        """What the seasons add at each point, shape (n,)."""
        total = np.zeros(len(self.prepared.times))
        for season in self.seasons:
            total += season.at(self.prepared.times)
        return total

    @cached_property
    def deseasoned(self) -> Floats:
        """The values without their seasons, shape (n,); what stands still has none."""
        if not self.seasons:
            return self.prepared.values
        cycle = min(season.period for season in self.seasons) / self.prepared.step
        return without_season(self.prepared.values, self.seasonal, self.prepared.stills, cycle=cycle)

    @cached_property
    def scan(self) -> Scan:
        """The outliers of the deseasoned values."""
        return scan(self.deseasoned, alpha=ANOMALY_ALPHA, written=self.prepared.values)

    @cached_property
    def coarse(self) -> Grid:
        """The deseasoned points without outliers, on a grid of at most `COARSE` stretches."""
        return on_grid(self.prepared.times, self.scan.cleaned, most=COARSE, step=self.prepared.step)

    @cached_property
    def calm(self) -> Floats:
        """The coarse grid without spikes."""
        return without_outliers(self.coarse.means)

    @cached_property
    def trend(self) -> Trend:
        """The straight line through the calm values; times in seconds since the first point."""
        return robust_trend(self.coarse.times - self.prepared.times[0], self.calm)

    @cached_property
    def noise(self) -> Noise:
        """Memory and spread of the calm values, as jumps do not inflate them.

        Short lags of the values themselves, all lags of what is left of them around first, tentative levels: a jump
        touches many differences of long lags, a slow wandering shows in no others.
        """
        return self._levels[0]

    @cached_property
    def _levels(self) -> tuple[Noise, Partition]:
        """The noise, and the levels that it leaves."""
        held = held_levels(self.calm)
        if held is not None:
            return held.noise, Partition(held.bounds, 0.0)
        near = step_proof_noise(self.calm, longest=4)
        if near.long_run <= 0.0:
            return near, Partition((), 0.0)
        levels = partition(self.calm, near.long_run, alpha=CHANGE_ALPHA)
        rest = self.calm.copy()
        for part in np.split(np.arange(len(rest)), levels.bounds):
            rest[part] -= rest[part].mean()
        careful = max(near, step_proof_noise(rest), key=lambda noise: noise.long_run)
        if careful is not near:
            levels = partition(self.calm, careful.long_run, alpha=CHANGE_ALPHA)
        if levels.bounds:
            return careful, levels
        stepped = one_step_noise(self.calm)
        if stepped is None and careful.memory > MUCH_MEMORY:
            stepped = noise_around_levels(self.calm, alpha=CHANGE_ALPHA)
        if stepped is None:
            return careful, levels
        return stepped, partition(self.calm, stepped.long_run, alpha=CHANGE_ALPHA)

    @cached_property
    def line(self) -> Floats:
        """The trend's line on the coarse grid."""
        since = self.coarse.times - self.prepared.times[0]
        return np.asarray(self.trend.intercept + self.trend.slope * since)

    @cached_property
    def _partitions(self) -> tuple[Partition, Partition]:
        noise, level = self._levels
        if not level.bounds:
            return level, level
        return level, partition(self.calm - self.line, noise.long_run, alpha=CHANGE_ALPHA)

    @cached_property
    def sloped(self) -> bool:
        """Whether a line (with changes around it) describes the series better than levels alone."""
        level, around_line = self._partitions
        return around_line.cost + 2.0 * float(np.log(len(self.calm))) < level.cost

    @cached_property
    def bounds(self) -> tuple[int, ...]:
        """Where the level may change: the first index on the coarse grid of each stretch but the first."""
        level, around_line = self._partitions
        return around_line.bounds if self.sloped else level.bounds

    @cached_property
    def usual(self) -> float:
        """Spread of single values around what is expected."""
        part = self.deseasoned
        every = -(-(len(part) - 1) // 8192)
        return spread(part[1::every] - part[:-1:every]) / float(np.sqrt(2.0))

    @cached_property
    def oddities(self) -> tuple[Oddity, ...]:
        """The outliers of the series, in order of time; of a stretch that stands still one at most."""
        values, seasonal = self.prepared.values, self.seasonal
        told = []
        for one in one_each(self.scan.outliers, self.deseasoned, self.prepared.stills):
            part = slice(one.first, one.last + 1)
            season = float(seasonal[part].mean())
            expected = one.expected + season
            difference = float(values[part].mean()) - expected
            told.append(
                Oddity(
                    one.first,
                    one.last,
                    expected,
                    one.low + season,
                    one.high + season,
                    difference,
                    self.usual,
                    one.p_value,
                )
            )
        return tuple(told)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The change points, each placed between two points of the series.

        Levels of the points may differ less than those of the grid, where single wild values were let out: a change
        of which too little is left is none, and the stretches beside it are one.
        """
        if not self.bounds:
            return ()
        times, cleaned = self.prepared.times, self.scan.cleaned
        line = self.trend.slope * (times - times[0]) if self.sloped else np.zeros(len(times))
        flat = cleaned - line if self.sloped else cleaned
        edges = [0, *self._splits(flat), len(times)]
        while len(edges) > 2:
            told = [self._change(flat, line, *around) for around in zip(edges, edges[1:], edges[2:], strict=False)]
            doubtful = max(range(len(told)), key=lambda number: told[number].p_value)
            if told[doubtful].p_value <= CHANGE_ALPHA:
                return tuple(told)
            del edges[doubtful + 1]
        return ()

    @cached_property
    def latest_level(self) -> int:
        """First index on the coarse grid of what follows the last change that stands; 0 without any."""
        return int(np.searchsorted(self.coarse.times, self.changes[-1].at)) if self.changes else 0

    @cached_property
    def stepped(self) -> bool:
        """Whether levels, and no line, describe the series."""
        return bool(self.changes) and not self.sloped

    @cached_property
    def _repeats(self) -> bool:
        return mostly_repeats(self.prepared.values)

    def _change(self, flat: Floats, line: Floats, left: int, here: int, right: int) -> Change:
        times, places = self.prepared.times, len(self.coarse.means)
        before, after, offset = float(flat[left:here].mean()), float(flat[here:right].mean()), float(line[here])
        n, m = (here - left) / len(times) * places, (right - here) / len(times) * places
        error = (self.noise.long_run * (1.0 / max(n, 1.0) + 1.0 / max(m, 1.0))) ** 0.5
        difference = after - before
        p_value = 2.0 * float(ndtr(-abs(difference) / error)) if error else 0.0
        if self._repeats:
            p_value = max(p_value, levels_p(flat[left:here], flat[here:right]))
        return Change(
            at=float(times[here]),
            until=float(times[right - 1]),
            before=before + offset,
            after=after + offset,
            difference=difference,
            low=difference - 1.96 * error,
            high=difference + 1.96 * error,
            p_value=min(1.0, p_value * places),
        )

    def _splits(self, flat: Floats) -> list[int]:
        """The bounds as indices into the points: where the two levels part the points near each bound best."""
        times, grid = self.prepared.times, self.coarse
        rough = [int(np.searchsorted(times, grid.start + grid.width * (bound - 0.5))) for bound in self.bounds]
        places: list[int] = []
        edges = [0, *rough, len(times)]
        for left, here, right in zip(edges, edges[1:], edges[2:], strict=False):
            near = max(2, int(2 * len(times) / len(grid.means)))
            low, high = max(left + 1, here - near), min(right - 1, here + near)
            if low >= high or here <= left or here >= right:
                places.append(here)
                continue
            before, after = float(flat[left:here].mean()), float(flat[here:right].mean())
            gain = np.cumsum((flat[low:high] - (before + after) / 2) * np.sign(before - after))
            best = int(np.argmax(gain)) if float(gain.max()) > 0.0 else -1
            places.append(low + best + 1)
        return sorted({place for place in places if 0 < place < len(times)})
