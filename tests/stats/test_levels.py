"""Levels against memory: steps are seen as steps, wandering as wandering."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from sereno.stats.levels import noise_around_levels
from sereno.stats.segments import partition

ALPHA = 0.0003


@pytest.mark.parametrize("phi", [0.9, 0.97, 1.0])
def test_wandering_is_no_levels(phi: float) -> None:
    rng = np.random.default_rng(1)
    walks = (np.asarray(lfilter([1.0], [1.0, -phi], rng.normal(size=240))) for _ in range(40))
    assert [noise_around_levels(walk, alpha=ALPHA) for walk in walks] == [None] * 40


def test_frequent_steps_are_levels() -> None:
    rng = np.random.default_rng(2)
    heights = np.repeat([0.0, 8.0, 1.0, 9.0, 0.0, 7.0, -1.0, 8.0], 30)
    values = heights + np.asarray(lfilter([1.0], [1.0, -0.4], rng.normal(size=240)))
    noise = noise_around_levels(values, alpha=ALPHA)
    assert noise is not None
    assert noise.memory <= 0.65
    found = partition(values, noise.long_run, alpha=ALPHA).bounds
    assert np.abs(np.array(found) - np.arange(30, 240, 30)).max() <= 2


def test_levels_without_noise_and_no_values_that_differ() -> None:
    assert noise_around_levels(np.full(50, 3.0), alpha=ALPHA) is None
    steps = np.repeat([0.0, 5.0], 30)
    assert noise_around_levels(steps, alpha=ALPHA) is None  # nothing tells how much it varies of itself
