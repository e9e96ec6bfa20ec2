"""Points on grids."""

from __future__ import annotations

import numpy as np
import pytest

from sereno.stats.grid import coarser, on_grid


def test_regular_points_are_taken_as_they_are() -> None:
    grid = on_grid(np.arange(10.0, 110.0, 5.0), np.arange(20.0), most=100)
    assert (grid.start, grid.width, grid.means.tolist()) == (10.0, 5.0, list(range(20)))


def test_holes_are_bridged() -> None:
    times = np.array([0.0, 1, 2, 3, 6, 7])
    grid = on_grid(times, 2.0 * times, most=100)
    assert grid.means.tolist() == [0, 2, 4, 6, 8, 10, 12, 14]
    assert grid.counts.tolist() == [1, 1, 1, 1, 0, 0, 1, 1]


def test_many_points_become_means() -> None:
    values = np.random.default_rng(0).normal(size=10_000)
    grid = on_grid(np.arange(10_000.0), values, most=100)
    assert len(grid.means) == 100
    assert grid.counts.sum() == 10_000
    assert float(grid.means @ grid.counts) == pytest.approx(values.sum())
    assert grid.times[0] == pytest.approx(49.995)


def test_coarser_drops_the_beginning() -> None:
    assert coarser(np.array([9.0, 1, 3, 5, 7]), 2).tolist() == [2.0, 6.0]
