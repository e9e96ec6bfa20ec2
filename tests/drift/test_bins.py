"""Bins: every value is in exactly one, equal shares, atoms apart, and the fast count is the slow one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sereno.drift.bins import bins_for, count, quantile_grid, width_grid

VALUES = arrays(np.float64, st.integers(1, 200), elements=st.floats(-1e6, 1e6))
ANY = arrays(np.float64, st.integers(0, 200), elements=st.floats(allow_nan=True, allow_infinity=True))


@given(VALUES, st.integers(2, 10))
def test_the_grid_counts_its_own_reference(values: NDArray[np.float64], bins: int) -> None:
    grid = quantile_grid(np.sort(values), bins)
    assert len(grid.edges) <= bins
    assert count(values, grid.edges)[0].tolist() == list(grid.counts)


@given(VALUES, ANY, st.sampled_from([np.float64, np.float32]))
def test_counting_is_searching(reference: NDArray[np.float64], values: NDArray[np.float64], kind: type) -> None:
    with np.errstate(over="ignore"):
        reference, values = reference.astype(kind), values.astype(kind)
    edges = quantile_grid(np.sort(reference), 10).edges
    finite = values[np.isfinite(values)]
    expected = np.bincount(np.searchsorted(edges, finite, side="left"), minlength=len(edges) + 1)
    counts, missing = count(values, edges)
    assert counts.tolist() == expected.tolist()
    assert missing == len(values) - len(finite)


def test_chunks_meet_at_their_borders() -> None:
    values = np.arange(100_003.0)
    values[::1000] = np.nan
    counts, missing = count(values, (49_999.5,))
    assert missing == 101
    assert counts.tolist() == [50_000 - 50, 50_003 - 51]


@pytest.mark.parametrize("bins", range(4, 11))
def test_continuous_values_are_shared_evenly(bins: int) -> None:
    counts = quantile_grid(np.sort(np.random.default_rng(0).normal(size=5000)), bins).counts
    assert len(counts) == bins
    assert max(counts) - min(counts) <= 1


def test_an_atom_has_a_bin_of_its_own() -> None:
    values = np.sort(np.append(np.zeros(700), np.linspace(1, 2, 300)))
    grid = quantile_grid(values, 10)
    assert 700 in grid.counts
    moved, _ = count(np.full(100, -1.0), grid.edges)
    assert moved[0] == 100  # below the atom


def test_a_constant_that_moves_leaves_its_bin_both_ways() -> None:
    grid = quantile_grid(np.full(100, 5.0), 10)
    assert count(np.array([4.999, 5.0, 5.001]), grid.edges)[0].tolist() == [1, 1, 1]


@pytest.mark.parametrize(("rows", "bins"), [(0, 4), (50, 4), (100, 5), (120, 6), (200, 10), (5000, 10)])
def test_how_many_bins(rows: int, bins: int) -> None:
    assert bins_for(rows) == bins


@given(VALUES)
def test_pictures_count_everything(values: NDArray[np.float64]) -> None:
    assert sum(width_grid(np.sort(values), 24).counts) == len(values)
