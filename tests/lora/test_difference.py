"""Paired differences: published intervals, exact p-values, coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from sereno.lora.difference import bootstrap, difference, mcnemar, newcombe
from sereno.lora.paired import Pair, Paired


def paired(both: int, gained: int, lost: int, neither: int) -> Paired:
    rows = [(1.0, 1.0)] * both + [(0.0, 1.0)] * gained + [(1.0, 0.0)] * lost + [(0.0, 0.0)] * neither
    return Paired(pairs=tuple(Pair(str(number), *row) for number, row in enumerate(rows)))


def test_newcombes_own_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17:2635-2650, airway hyper-responsiveness: 36, 12, 2, 0.
    assert newcombe(36, 12, 2, 50) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@pytest.mark.parametrize(("gained", "lost"), [(9, 1), (121, 59), (0, 5), (3, 3), (0, 1), (40, 60)])
def test_mcnemar_is_the_exact_binomial_test(gained: int, lost: int) -> None:
    assert mcnemar(gained, lost) == pytest.approx(binomtest(gained, gained + lost).pvalue)


def test_no_disagreement_is_no_evidence() -> None:
    assert mcnemar(0, 0) == 1.0


def test_right_and_wrong_are_counted() -> None:
    found = difference(paired(60, 15, 5, 20))
    assert (found.n, found.gained, found.lost, found.test) == (100, 15, 5, "mcnemar")
    assert (found.baseline, found.candidate, found.difference) == pytest.approx((0.65, 0.75, 0.10))
    assert found.low < 0.10 < found.high


def test_graded_scores_are_resampled_the_same_way_every_time() -> None:
    scores = Paired(pairs=tuple(Pair(str(n), 0.5, 0.5 + 0.01 * (n % 5)) for n in range(200)))
    found = difference(scores)
    assert found.test == "bootstrap"
    assert (found.low, found.high) == (difference(scores).low, difference(scores).high)
    # The mean's standard error is 0.01 * sqrt(2) / sqrt(200) = 0.001.
    assert (found.low, found.high) == pytest.approx((0.02 - 0.00196, 0.02 + 0.00196), abs=2e-4)


def test_the_interval_of_pairs_covers_what_is_true() -> None:
    rng = np.random.default_rng(7)
    shares = np.array([0.6, 0.12, 0.08, 0.2])
    covered = sum(
        low <= 0.04 <= high
        for row in rng.multinomial(150, shares, size=2000)
        for low, high in [newcombe(int(row[0]), int(row[1]), int(row[2]), 150)]
    )
    assert 0.93 <= covered / 2000 <= 0.975


def test_the_bootstrap_covers_what_is_true() -> None:
    rng = np.random.default_rng(11)
    covered = sum(
        low <= 0.1 <= high
        for _ in range(150)
        for low, high in [bootstrap(rng.normal(0.1, 0.3, 120), seed=int(rng.integers(1 << 30)))]
    )
    assert 0.88 <= covered / 150 <= 0.99


def test_few_different_values_are_resampled_as_quickly_as_well() -> None:
    # The mean of n coins has the standard error 0.5 / sqrt(n) = 0.0025.
    low, high = bootstrap(np.tile([0.0, 1.0], 20_000))
    assert (low, high) == pytest.approx((0.5 - 0.0049, 0.5 + 0.0049), abs=3e-4)


def test_both_ways_to_resample_agree() -> None:
    few = np.tile([-0.5, 0.0, 0.0, 1.0], 100)
    many = few + np.linspace(-1e-9, 1e-9, 400)  # the same, and no two alike
    assert bootstrap(few) == pytest.approx(bootstrap(many), abs=0.01)
