"""The correction of judges: worked by hand, in simulation, and where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.quality.correction import Confusion, corrected
from sereno.quality.errors import QualityError
from sereno.stats.intervals import wilson


def test_the_share_behind_the_verdicts_is_rogan_and_gladens() -> None:
    # Truth 0.8, sensitivity 0.85, specificity 0.7: the judge calls 0.8 · 0.85 + 0.2 · 0.3 = 0.74 good.
    found = corrected(740, 1000, Confusion(good=100, good_found=85, bad=100, bad_found=70))
    assert found.raw == 0.74
    assert found.value == pytest.approx(0.8)
    assert found.low < 0.8 < found.high


def test_a_perfect_judge_corrects_nothing_and_is_as_wide_as_wilson() -> None:
    found = corrected(300, 400, Confusion(good=10**7, good_found=10**7, bad=10**7, bad_found=10**7))
    assert found.value == 0.75
    assert (found.low, found.high) == pytest.approx(wilson(300, 400), abs=2e-3)


@pytest.mark.parametrize(("n", "labels"), [(200, 100), (1000, 100)])
def test_the_interval_covers_the_truth_where_the_naive_one_misses_it(n: int, labels: int) -> None:
    """Truth .80, sensitivity .85, specificity .70: the simulation of arXiv:2511.21140 (93–97 % wanted)."""
    rng = np.random.default_rng(20251121)
    rounds, covered, naive = 3000, 0, 0
    for _ in range(rounds):
        said = int(rng.binomial(n, 0.8 * 0.85 + 0.2 * 0.3))
        good, bad = int(rng.binomial(labels, 0.85)), int(rng.binomial(labels, 0.7))
        found = corrected(said, n, Confusion(good=labels, good_found=good, bad=labels, bad_found=bad))
        covered += found.low <= 0.8 <= found.high
        naive += wilson(said, n).low <= 0.8 <= wilson(said, n).high
    assert 0.93 <= covered / rounds <= 0.97
    assert naive / rounds < 0.6


@given(st.integers(0, 200), st.integers(10, 60), st.integers(10, 60), st.data())
def test_an_interval_lies_in_0_to_1_around_its_value(said: int, good: int, bad: int, data: st.DataObject) -> None:
    confusion = Confusion(good=good, good_found=data.draw(st.integers(0, good)), bad=bad,
                          bad_found=data.draw(st.integers(0, bad)))  # fmt: skip
    try:
        found = corrected(said, 200, confusion)
    except QualityError:
        return
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_kappa_is_cohens() -> None:
    # Cohen (1960): κ = (p_o − p_e) / (1 − p_e); of 50 answers 35 agree, chance 0.5.
    assert Confusion(good=25, good_found=20, bad=25, bad_found=15).kappa == pytest.approx(0.4)
    assert Confusion(good=10, good_found=10, bad=10, bad_found=10).kappa == 1
    assert Confusion(good=10, good_found=10, bad=0, bad_found=0).kappa is None


@pytest.mark.parametrize(
    ("confusion", "told"),
    [
        (Confusion(good=9, good_found=9, bad=50, bad_found=50), "at least 10 of each"),
        (Confusion(good=50, good_found=25, bad=50, bad_found=25), "hardly better than chance"),
        (Confusion(good=50, good_found=5, bad=50, bad_found=5), "hardly better than chance"),
    ],
)
def test_what_cannot_be_corrected_says_why(confusion: Confusion, told: str) -> None:
    with pytest.raises(QualityError, match=told):
        corrected(10, 20, confusion)


def test_nothing_judged_is_an_error() -> None:
    with pytest.raises(QualityError, match="nothing was judged"):
        corrected(0, 0, Confusion(good=50, good_found=40, bad=50, bad_found=40))
