"""Benjamini–Hochberg: SciPy's figures, and its order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from sereno.stats.multiplicity import benjamini_hochberg


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_scipy_agrees(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, method="bh"))


def test_what_was_not_tested_stays_out() -> None:
    found = benjamini_hochberg([0.01, np.nan, 0.04])
    assert found[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(found[1])


def test_nothing() -> None:
    assert benjamini_hochberg([]).tolist() == []
