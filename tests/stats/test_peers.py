"""Figures that other tools publish in their own tests, reproduced under their definitions.

Each test names the tool, its bins, its handling of empty bins and the direction, because the same data gives PSI 461
under one definition and 3.3 under another.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sereno.stats.distances import chebyshev, hellinger, jeffreys, js_distance, kl, psi, shares, smoothed
from sereno.stats.homogeneity import chi_square_p
from sereno.stats.samples import energy, wasserstein

Floats = NDArray[np.float64]


def equal_width(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """frouros: ten bins of equal width over both samples."""
    edges = np.linspace(min(a.min(), b.min()), max(a.max(), b.max()), 11)
    return np.histogram(a, edges)[0], np.histogram(b, edges)[0]


def floored(counts: Floats, least: float) -> Floats:
    """Shares with empty bins set to `least`, not normalised again, as frouros and Evidently do."""
    p = shares(counts)
    return np.where(p == 0, least, p)


class TestFrouros:
    """IFCA/frouros, tests/integration/test_data_drift.py: NumPy's seed 31 before each draw."""

    @pytest.fixture
    def far(self) -> tuple[Floats, Floats]:
        draws = []
        for mean, spread in ((1, 1), (5, 2)):
            np.random.seed(31)  # noqa: NPY002  the published figure is of this generator
            draws.append(np.random.normal(mean, spread, 100))  # noqa: NPY002
        return draws[0], draws[1]

    @pytest.fixture
    def same(self) -> tuple[Floats, Floats]:
        np.random.seed(31)  # noqa: NPY002
        return np.random.normal(1, 1, 500), np.random.normal(1, 1, 500)  # noqa: NPY002

    def test_without_bins(self, far: tuple[Floats, Floats]) -> None:
        assert wasserstein(*far) == pytest.approx(3.85346006, abs=1e-7)
        assert energy(*far) == pytest.approx(2.11059982, abs=1e-7)

    def test_in_bins(self, far: tuple[Floats, Floats]) -> None:
        reference, current = equal_width(*far)
        assert hellinger(shares(current), shares(reference)) == pytest.approx(0.74509099, abs=1e-7)
        least = sys.float_info.min
        assert psi(floored(current, least), floored(reference, least)) == pytest.approx(461.20379435, abs=1e-5)

    def test_same_distribution(self, same: tuple[Floats, Floats]) -> None:
        reference, current = (floored(row, sys.float_info.min) for row in equal_width(*same))
        assert psi(current, reference) == pytest.approx(0.01840072, abs=1e-7)
        assert hellinger(current, reference) == pytest.approx(0.04792538, abs=1e-7)

    @pytest.mark.parametrize(("least", "expected"), [(1e-10, 15.7), (1e-4, 6.73), (0.01, 3.61)])
    def test_the_floor_decides_what_psi_says(self, far: tuple[Floats, Floats], least: float, expected: float) -> None:
        reference, current = equal_width(*far)
        assert psi(floored(current, least), floored(reference, least)) == pytest.approx(expected, rel=2e-3)

    def test_pseudo_counts_do_not(self, far: tuple[Floats, Floats]) -> None:
        reference, current = equal_width(*far)
        assert psi(jeffreys(current), jeffreys(reference)) == pytest.approx(3.91, abs=5e-3)
        assert psi(smoothed(current, 1), smoothed(reference, 1)) == pytest.approx(3.27, abs=5e-3)


class TestEvidently:
    """evidentlyai/evidently, tests/stattests/test_stattests.py: counts of six categories."""

    reference, current = np.array([16, 18, 16, 14, 12, 12]), np.array([16, 16, 16, 16, 16, 8])

    def test_chi_square_of_fit(self) -> None:
        statistic = (((self.current - self.reference) ** 2) / self.reference).sum()
        assert chi_square_p(statistic, 5) == pytest.approx(0.67309, abs=5e-6)

    def test_distances(self) -> None:
        now, before = shares(self.current), shares(self.reference)
        assert hellinger(now, before) == pytest.approx(0.06812, abs=1e-5)
        assert psi(now, before) == pytest.approx(0.037218, abs=5e-7)
        assert kl(before, now) == pytest.approx(0.018910, abs=5e-7)
        assert kl(now, before) == pytest.approx(0.018309, abs=5e-7)
        assert js_distance(now, before) * np.sqrt(np.log(2)) == pytest.approx(0.068048, abs=5e-7)  # theirs is in nats


class TestPhoenix:
    """Arize-ai/phoenix v13.2.0, tests/unit/metrics/test_scalar_drift.py: one pseudo-count, missing values in a bin."""

    values = (-1, 0, 1, 2, 3)

    def psi(self, reference: list[int], current: list[int]) -> float:
        return float(psi(smoothed(current, 1), smoothed(reference, 1)).round(4))

    @pytest.mark.parametrize(("n", "expected"), list(enumerate((0.0, 0.0743, 0.11, 0.1188, 0.108, 0.1777))))
    def test_categories(self, n: int, expected: float) -> None:
        names = sorted({*self.values, *range(n)})
        reference = [int(name in self.values) for name in names]
        current = [int(name in range(n)) for name in names]
        assert self.psi([*reference, 1, 1], [*current, 0, 0]) == expected

    @pytest.mark.parametrize(("n", "expected"), list(enumerate((0.0276, 0.0956, 0.2085, 0.1321, 0.1715, 0.2474))))
    def test_intervals(self, n: int, expected: float) -> None:
        assert self.binned((1, 2), n) == expected

    @pytest.mark.parametrize(("n", "expected"), list(enumerate((0.0405, 0.1831, 0.2519, 0.1662, 0.1911, 0.2542))))
    def test_quantiles(self, n: int, expected: float) -> None:
        assert self.binned((0, 1, 2), n) == expected

    def binned(self, edges: tuple[int, ...], n: int) -> float:
        bins = np.array([-np.inf, *edges, np.inf])
        reference, current = (np.histogram(row, bins)[0].tolist() for row in (self.values, range(n)))
        return self.psi([*reference, 2], [*current, 0])


class TestNannyML:
    """NannyML/nannyml, tests/drift/test_univariate_drift_methods.py: seed 1, reference bins, base 2, the distance."""

    @pytest.fixture(autouse=True)
    def seed(self) -> None:
        np.random.seed(1)  # noqa: NPY002

    @staticmethod
    def normal(mean: float, spread: float, n: int) -> Floats:
        return np.random.normal(mean, spread, n)  # noqa: NPY002

    @staticmethod
    def in_reference_bins(reference: Floats, current: Floats) -> tuple[Floats, Floats]:
        edges = np.histogram_bin_edges(reference, bins="doane")
        now = np.histogram(current, edges)[0] / len(current)
        outside = 1 - now.sum()  # what falls outside the reference's bins is a bin of its own
        return np.append(np.histogram(reference, edges)[0] / len(reference), 0), np.append(now, outside)

    @staticmethod
    def by_value(reference: Sequence[object], current: Sequence[object]) -> tuple[Floats, Floats]:
        values = list(dict.fromkeys([*reference, *current]))
        before, now = (
            np.array([list(row).count(value) / len(row) for value in values]) for row in (reference, current)
        )
        return before, now

    @staticmethod
    def drawn(from_reference: list[Any], from_current: list[Any]) -> tuple[Any, Any]:
        return np.random.choice(from_reference, 10_000), np.random.choice(from_current, 1000)  # noqa: NPY002

    def test_js_of_continuous_values(self) -> None:
        tables = self.in_reference_bins(self.normal(0, 1, 10_000), self.normal(0, 1, 1000))
        assert round(float(js_distance(*tables)), 2) == 0.05

    def test_quasi_continuous_values(self) -> None:
        tables = self.by_value(*self.drawn(np.linspace(0, 2, 6).tolist(), np.linspace(0, 2, 3).tolist()))
        assert round(float(js_distance(*tables)), 2) == 0.73
        assert round(float(hellinger(*tables)), 2) == 0.72

    def test_categories(self) -> None:
        tables = self.by_value(*self.drawn(list("abcd"), list("abce")))
        assert round(float(js_distance(*tables)), 2) == 0.50
        assert round(float(hellinger(*tables)), 2) == 0.50

    def test_hellinger_of_a_shift(self) -> None:
        tables = self.in_reference_bins(self.normal(0, 1, 10_000), self.normal(-2, 1, 10_000))
        assert round(float(hellinger(*tables)), 2) == 0.63

    @pytest.mark.parametrize(("current", "expected"), [("aabbccd", 0.14), ("aabbcc", 0.0), ("bbbbb", 0.67)])
    def test_chebyshev(self, current: str, expected: float) -> None:
        assert round(float(chebyshev(*self.by_value("aabbcc", current))), 2) == expected

    @pytest.mark.parametrize(("n", "mean", "expected"), [(10_000, 1, 1.01), (100_000, -4, 3.99)])
    def test_wasserstein(self, n: int, mean: float, expected: float) -> None:
        assert round(wasserstein(self.normal(0, 1, n), self.normal(mean, 1, 1000)), 2) == expected

    def test_wasserstein_of_a_million(self) -> None:
        assert round(wasserstein(self.normal(0, 1, 15_000), self.normal(0, 10, 1_000_000)), 3) == 7.180
