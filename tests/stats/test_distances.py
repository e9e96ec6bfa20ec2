"""Distances: identities that hold for all distributions, and SciPy's own figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from sereno.stats.distances import (
    chebyshev,
    hellinger,
    jeffreys,
    js,
    js_distance,
    kl,
    psi,
    psi_bias,
    shares,
    smoothed,
    total_variation,
)

Counts = NDArray[np.int64]
PAIRS = st.integers(2, 12).flatmap(
    lambda bins: st.tuples(*(arrays(np.int64, bins, elements=st.integers(0, 10_000)) for _ in range(2)))
)


@given(PAIRS)
def test_scipy_agrees(pair: tuple[Counts, Counts]) -> None:
    p, q = jeffreys(pair[0]), jeffreys(pair[1])
    assert kl(p, q) == pytest.approx(entropy(p, q), abs=1e-12)
    assert js_distance(p, q) == pytest.approx(jensenshannon(p, q, base=2), abs=1e-7)


@given(PAIRS)
def test_bounds_and_symmetry(pair: tuple[Counts, Counts]) -> None:
    p, q = jeffreys(pair[0]), jeffreys(pair[1])
    for distance in (js, js_distance, hellinger, total_variation, chebyshev):
        assert 0 <= distance(p, q) <= 1 + 1e-12
        assert distance(p, q) == pytest.approx(distance(q, p))
        assert distance(p, p) == pytest.approx(0, abs=1e-7)
    assert psi(p, q) == pytest.approx(kl(p, q) + kl(q, p))
    assert hellinger(p, q) ** 2 <= total_variation(p, q) + 1e-12 <= np.sqrt(2) * hellinger(p, q) + 1e-9  # Le Cam


@given(PAIRS)
def test_pinsker(pair: tuple[Counts, Counts]) -> None:
    p, q = jeffreys(pair[0]), jeffreys(pair[1])
    assert 2 * total_variation(p, q) ** 2 <= kl(p, q) + 1e-9


def test_stacks_are_row_by_row() -> None:
    rng = np.random.default_rng(0)
    p, q = jeffreys(rng.integers(0, 50, (3, 4, 6))), jeffreys(rng.integers(0, 50, (3, 4, 6)))
    for distance in (kl, psi, js, hellinger, total_variation, chebyshev):
        assert distance(p, q).shape == (3, 4)
        assert distance(p, q)[1, 2] == pytest.approx(float(distance(p[1, 2], q[1, 2])))


def test_kl_of_what_cannot_be_is_infinite() -> None:
    assert kl([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert kl([1.0, 0.0], [0.5, 0.5]) == pytest.approx(np.log(2))


def test_shares_of_nothing() -> None:
    assert shares([0, 0]).tolist() == [0, 0]
    assert smoothed([0, 0], 1).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("bins", "n", "m", "law"),
    # Means under no drift in Yurdakul and Naranjo's law, as simulated in the literature's table.
    [(10, 1000, 50, 0.189), (10, 1000, 100, 0.099), (10, 1000, 200, 0.054), (10, 1000, 500, 0.027),
     (20, 1000, 100, 0.209), (30, 1000, 200, 0.174)],
)  # fmt: skip
def test_the_mean_of_psi_without_drift(bins: int, n: int, m: int, law: float) -> None:
    assert psi_bias(bins, n, m) == pytest.approx(law, abs=1e-3)


def test_the_mean_is_what_psi_has_in_large_windows() -> None:
    rng = np.random.default_rng(1)
    equal = np.full(10, 0.1)
    found = psi(jeffreys(rng.multinomial(2000, equal, 4000)), jeffreys(rng.multinomial(1000, equal, 4000))).mean()
    assert found == pytest.approx(float(psi_bias(10, 2000, 1000)), rel=0.03)
