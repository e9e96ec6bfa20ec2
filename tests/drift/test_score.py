"""The combined score, by the contract's weights."""

from __future__ import annotations

import pytest

from sereno.drift.score import combined_score


@pytest.mark.parametrize(
    ("psi", "kl", "baseline", "current", "expected"),
    [
        (0.15, 0.1, None, None, 0.5),
        (0.15, 0.1, 0.9, 0.7, 0.4 * 0.5 + 0.3 * 0.5 + 0.3),
        (9.0, 9.0, 0.9, 0.1, 1.0),
        (-0.1, 0.0, 0.9, 0.95, 0.0),
        (0.3, None, None, None, 1.0),
        (0.15, None, 0.9, 0.8, (0.4 * 0.5 + 0.3 * 0.5) / 0.7),
        (0.15, 0.1, 0.7, 0.5, 0.5),  # from 0.70 there is no way to fall
        (None, None, None, None, None),
    ],
)
def test_parts_and_weights(
    psi: float | None, kl: float | None, baseline: float | None, current: float | None, expected: float | None
) -> None:
    assert combined_score(psi, kl, baseline, current) == pytest.approx(expected)
