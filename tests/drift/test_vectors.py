"""Two sets of vectors: how far apart, on the scale of PSI, by the closed form for normal distributions."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from sereno.drift.vectors import DIRECTIONS, apart, psi_of

NORMAL = NormalDist()


@pytest.mark.parametrize("d", [0.1, 0.3, 0.5, 1.0, 2.0, 3.0])
def test_psi_of_two_normal_distributions(d: float) -> None:
    """KL of N(d, 1) and N(0, 1) is d²/2 both ways, so PSI is d²; their area under the ROC curve is Φ(d/√2)."""
    assert psi_of(NORMAL.cdf(d / 2**0.5), 10**9) == pytest.approx(d * d, rel=1e-6)


def test_no_more_than_the_rows_can_show() -> None:
    """Fifty rows cannot tell an area of 1 from one of 0.99: 2 · 2.3263² = 10.82."""
    assert psi_of(1.0, 50) == pytest.approx(2 * 2.326347874**2)
    assert psi_of(1.0, 500) > psi_of(1.0, 50)


@pytest.mark.parametrize("area", [0.0, 0.3, 0.5])
def test_worse_than_chance_is_nothing(area: float) -> None:
    assert psi_of(area, 100) == 0


def test_the_same_is_not_apart() -> None:
    rng = np.random.default_rng(0)
    found = apart(rng.normal(size=(300, 16)), rng.normal(size=(300, 16)), rng)
    assert (found.area, found.psi) == (0.5, 0.0)
    assert found.p_value > 0.01


@pytest.mark.parametrize("d", [1.0, 2.0])
def test_a_shift_is_told_by_its_size(d: float) -> None:
    """Of one direction among eight; the classifier pays a little for having to find it."""
    rng = np.random.default_rng(1)
    before, now = rng.normal(size=(400, 8)), rng.normal(size=(400, 8))
    now[:, 3] += d
    found = apart(before, now, rng)
    assert found.area == pytest.approx(NORMAL.cdf(d / 2**0.5), abs=0.05)
    assert found.psi == pytest.approx(d * d, rel=0.35)
    assert found.p_value <= 0.001
    assert found.mmd > 0


def test_where_the_vectors_lie_does_not_matter() -> None:
    """Far from the origin squares would lose what tells the sets apart."""
    rng = np.random.default_rng(2)
    before, now = rng.normal(size=(100, 6)), rng.normal(0.8, 1, (100, 6))
    here = apart(before, now, np.random.default_rng(3))
    far = apart(before + 1e4, now + 1e4, np.random.default_rng(3))
    assert far == pytest.approx(here, rel=1e-6)


def test_more_dimensions_than_directions() -> None:
    """The shift lies where the vectors differ most, as what texts are about does."""
    rng = np.random.default_rng(4)
    spread = np.append(np.full(4, 3.0), np.full(8 * DIRECTIONS, 0.2))
    before, now = rng.normal(size=(100, len(spread))) * spread, rng.normal(size=(100, len(spread))) * spread
    now[:, 0] += 9.0
    assert apart(before, now, rng).psi > 1


def test_the_answer_repeats() -> None:
    rng = np.random.default_rng(5)
    before, now = rng.normal(size=(80, 4)).astype(np.float32), rng.normal(0.5, 1, (60, 4)).astype(np.float32)
    assert apart(before, now, np.random.default_rng(6)) == apart(before, now, np.random.default_rng(6))
