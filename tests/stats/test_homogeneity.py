"""χ² of homogeneity: SciPy's figures, exactness of the permutation test, and the level of both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, hypergeom

from sereno.stats.homogeneity import chi_square, chi_square_p, homogeneity_p, permutation_p, without_sparse

Counts = NDArray[np.int64]
PAIRS = st.integers(2, 8).flatmap(
    lambda bins: st.tuples(*(arrays(np.int64, bins, elements=st.integers(1, 500)) for _ in range(2)))
)
ANY = st.integers(1, 8).flatmap(
    lambda bins: st.tuples(*(arrays(np.int64, bins, elements=st.integers(0, 60)) for _ in range(2)))
)


@given(PAIRS)
def test_scipy_agrees(pair: tuple[Counts, Counts]) -> None:
    expected = chi2_contingency(np.array(pair), correction=False)
    statistic, freedom = chi_square(*pair)
    assert statistic == pytest.approx(expected.statistic)
    assert freedom == expected.dof
    assert chi_square_p(statistic, freedom) == pytest.approx(expected.pvalue, abs=1e-12)


def test_published_tail() -> None:
    assert chi_square_p(6.1333, 2) == pytest.approx(0.046576, abs=2e-6)  # frouros, χ² of letters


def test_bins_that_are_empty_in_both_do_not_count() -> None:
    assert chi_square([10, 0, 20], [20, 0, 10]) == chi_square([10, 20], [20, 10])


@given(ANY)
def test_putting_sparse_cells_together_loses_nobody(pair: tuple[Counts, Counts]) -> None:
    a, b = without_sparse(*pair)
    assert (a.sum(), b.sum()) == (pair[0].sum(), pair[1].sum())
    total = a.sum() + b.sum()
    if len(a) > 1 and min(a.sum(), b.sum()):
        assert ((a + b) * (min(a.sum(), b.sum()) / total) >= 5 - 1e-9).all()


@given(ANY)
def test_putting_together_favours_neither(pair: tuple[Counts, Counts]) -> None:
    a, b = without_sparse(*pair)
    d, c = without_sparse(pair[1], pair[0])
    assert a.tolist() == c.tolist()
    assert b.tolist() == d.tolist()


@pytest.mark.parametrize(("k", "exceeded"), [(12, 100), (14, 20)])
def test_permutation_is_the_exact_test(k: int, exceeded: int) -> None:
    law = hypergeom(37, 18, 17)  # of 37 rows 18 are in the first bin; 17 belong to the first sample
    a, b = np.array([k, 17 - k]), np.array([18 - k, 2 + k])
    statistics = [chi_square([i, 17 - i], [18 - i, 2 + i])[0] for i in range(18)]
    exact = sum(law.pmf(i) for i in range(18) if statistics[i] >= statistics[k] - 1e-9)
    found = permutation_p(a, b, np.random.default_rng(2), 60_000)
    # So many draws exceed it, so the estimate has this relative error; its own error is added.
    assert found == pytest.approx(exact * (1 + 1 / np.sqrt(exceeded)), rel=4 / np.sqrt(exceeded))


def test_permutation_is_never_zero() -> None:
    found = permutation_p(np.array([50, 0]), np.array([0, 50]), np.random.default_rng(0), 999)
    assert found == pytest.approx(0.002, rel=0.01)


@pytest.mark.parametrize("m", [50, 100, 400])
def test_no_more_false_alarms_than_asked(m: int) -> None:
    rng = np.random.default_rng(m)
    shares = np.array([0.6, 0.2, 0.1, 0.06, 0.04])
    found = [homogeneity_p(rng.multinomial(1000, shares), rng.multinomial(m, shares), rng, 999) for _ in range(1500)]
    # 1500 tests at 5 %: 75 expected; 5 standard deviations of a binomial above.
    assert sum(p <= 0.05 for p in found) <= 75 + 5 * np.sqrt(1500 * 0.05 * 0.95)
    assert sum(p <= 0.05 for p in found) >= 20  # nor is it deaf


def test_one_cell_cannot_differ() -> None:
    assert homogeneity_p([100], [5], np.random.default_rng(0)) == 1.0
    assert homogeneity_p([100, 3], [0, 0], np.random.default_rng(0)) == 1.0
