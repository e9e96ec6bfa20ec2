"""The best partition against trying all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from sereno.stats.segments import partition


@pytest.mark.parametrize("seed", range(12))
def test_no_partition_is_cheaper(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=12) + np.repeat(rng.normal(0, 6, 3), 4)
    alpha, price = 0.05, 2 * np.log(12 / 0.05)
    best: tuple[float, tuple[int, ...]] = (np.inf, ())
    for count in range(4):
        for bounds in combinations(range(3, 10), count):
            parts = np.split(values, bounds)
            if min(len(part) for part in parts) >= 3:
                cost = sum(float(((part - part.mean()) ** 2).sum()) for part in parts) + price * count
                best = min(best, (cost, bounds))
    found = partition(values, 1.0, alpha=alpha, shortest=3)
    assert found.bounds == best[1]
    assert found.cost == pytest.approx(best[0])


def test_scale_does_not_matter() -> None:
    values = np.random.default_rng(1).normal(size=200) + 3.0 * (np.arange(200) > 90)
    plain = partition(values, 1.0, alpha=0.001)
    assert plain.bounds == (91,) or abs(plain.bounds[0] - 91) <= 2
    assert partition(values * 1e9 + 1e12, 1e18, alpha=0.001).bounds == plain.bounds


def test_noise_is_one_stretch() -> None:
    told = sum(bool(partition(np.random.default_rng(s).normal(size=200), 1.0, alpha=0.01).bounds) for s in range(200))
    assert told <= 5
