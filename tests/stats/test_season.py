"""Periods and the shape of a cycle, of series whose cycle is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from sereno.stats.grid import Grid, on_grid
from sereno.stats.season import Season, find_seasons, shape_of

START, MINUTE = 1_700_000_000.0, 60.0


def a_grid(values: NDArray[np.float64]) -> Grid:
    return on_grid(np.asarray(START + MINUTE * np.arange(len(values)), dtype=np.float64), values, most=4096)


def seasons(values: NDArray[np.float64], *, most: int = 2) -> tuple[Season, ...]:
    return find_seasons([a_grid(values)], alpha=0.0003, most=most)


@pytest.mark.parametrize("period", [7, 24, 100])
def test_a_sine_comes_back_with_its_period_height_and_share(period: int) -> None:
    noise = np.random.default_rng(period).normal(size=12 * period)
    wave = 3.0 * np.sin(2 * np.pi * np.arange(len(noise)) / period)
    (season,) = seasons(50.0 + wave + noise)
    assert season.period == pytest.approx(period * MINUTE, rel=0.01)
    assert np.ptp(season.profile) == pytest.approx(6.0, rel=0.35)  # medians of 12 cycles: σ/√12·1.25 at either end
    assert season.strength == pytest.approx(4.5 / 5.5, abs=0.1)  # var of the wave 9/2, of the noise 1
    assert season.cycles == pytest.approx(12.0, rel=0.02)
    assert season.p_value < 0.0003


def test_a_shape_without_noise_is_exact() -> None:
    shape = np.array([0.0, 4.0, 1.0, -2.0, -3.0, 0.0])
    grid = a_grid(np.tile(shape, 10) + 7.0)
    season = shape_of(grid, 6 * MINUTE, 0.0)
    assert season.profile.sum() == pytest.approx(0.0, abs=1e-9)
    assert season.at(grid.times) + 7.0 == pytest.approx(grid.means, abs=1e-9)
    assert season.strength == pytest.approx(1.0)


def test_between_phases_a_season_is_linear() -> None:
    season = Season(4.0, np.array([0.0, 2.0, 0.0, -2.0]), START, 1.0, 0.0, 5.0)
    times = START + np.array([0.0, 0.5, 1.0, 2.5, 3.5, 4.0, -1.0])
    assert season.at(times) == pytest.approx([0.0, 1.0, 2.0, -1.0, -1.0, 0.0, -2.0])


def test_a_day_and_a_week_are_told_as_what_explains_most() -> None:
    hours = np.arange(24 * 7 * 6)
    values = 5 * np.sin(2 * np.pi * hours / 24) + 3 * np.sign(np.mod(hours, 168) - 120.0)
    values = values + np.random.default_rng(8).normal(0, 0.5, len(hours))
    grid = on_grid(np.asarray(START + 3600.0 * hours, dtype=np.float64), values, most=4096)
    found = find_seasons([grid], alpha=0.0003, most=2)
    periods = sorted(season.period / 3600.0 for season in found)
    # The week's shape holds the day too: it may be told alone, never a period that is neither.
    assert periods in ([pytest.approx(24.0)], [pytest.approx(168.0)], [pytest.approx(24.0), pytest.approx(168.0)])
    assert sum(season.strength for season in found) > 0.9


@pytest.mark.parametrize("memory", [0.0, 0.6, 0.95, 1.0])
def test_memory_is_no_season(memory: float) -> None:
    """Alpha is 0.0003: of 100 series one may be told by bad luck, with chance 3 %."""
    told = 0
    for seed in range(100):
        noise = np.random.default_rng([seed, 5]).normal(size=400)
        told += bool(seasons(np.asarray(lfilter([1.0], [1.0, -memory], noise))))
    assert told <= 1


def test_two_cycles_are_not_enough() -> None:
    assert seasons(np.sin(2 * np.pi * np.arange(80) / 40)) == ()


@pytest.mark.parametrize("at", [0, 7, 21])
@pytest.mark.parametrize("spike", [2.5, 9.0, 100.0])
@pytest.mark.parametrize(("factor", "of"), [(7, 5), (3, 4)])
def test_one_spike_on_a_series_that_repeats_exactly(at: int, spike: float, factor: int, of: int) -> None:
    """What is left is one tiny number and the spike: no spread to judge by, and still no warning."""
    for n in (30, 40, 50, 100, 300):
        values = 2.0 + (np.arange(n) * factor % of) / 100
        values[at] = spike
        for season in seasons(values):
            assert season.period / MINUTE % of == pytest.approx(0.0, abs=1e-6)
            assert 0.0 < season.strength <= 1.0


@pytest.mark.parametrize("seed", range(4))
def test_many_cycles_tell_the_whole_period(seed: int) -> None:
    """Steep edges shift by a step each cycle if the period is one step wrong; a line of the spectrum cannot tell."""
    rng = np.random.default_rng([seed, 144])
    values = 3.0 * (np.mod(np.arange(17 * 144) + int(rng.integers(144)), 144) < 50) + rng.normal(0, 0.7, 17 * 144)
    (season, *_) = seasons(values, most=1)
    assert season.period / MINUTE % 144 == pytest.approx(0.0, abs=1e-6)
