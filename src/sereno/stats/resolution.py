"""How finely values are written: counts, figures of two decimals, shares of sixty seconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_DECIMALS = 6
FIRST = 64
"""Values of which most series show already that they are not rounded."""
MANY = 5
"""Kinds of values whose common divisor is no chance."""
EXACT = 2.0**53
"""Above this not every whole number is a float."""
ROUND_OFF = 1e-12
"""Of the largest value: what arithmetic may have done to the last digits of floats."""


def resolution(values: Floats) -> float:
    """The step of which all values are whole multiples; 0 where there is none.

    Of values with up to `MOST_DECIMALS` decimals it is the greatest common divisor that they have as whole numbers of
    their last digit (that digit where fewer than `MANY` kinds differ: their divisor may be chance); of others, if few
    differ, their own greatest common divisor, such as 1/60 of counts a minute.

    Args:
        values: shape (n,), finite, n ≥ 1.

    >>> resolution(np.array([2.0, 2.01, 10.0])), resolution(np.array([5.0, 40.0]))
    (0.01, 1.0)
    >>> resolution(250.0 * np.arange(9.0))
    250.0
    >>> round(1.0 / resolution(np.array([0.0, 1.0, 3.0]) / 60.0), 6)
    60.0
    >>> resolution(np.array([np.pi, np.e, np.sqrt(2.0)]))
    0.0
    """
    step = 0.0
    for part in (values[:FIRST], values):
        if not part.any():
            step = 1.0  # nothing speaks against whole numbers
            continue
        decimals = next((k for k in range(MOST_DECIMALS + 1) if _whole(part * 10.0**k)), None)
        kinds = np.unique(np.abs(part)) if decimals is None else part
        step = _divisor(kinds[:: -(-len(kinds) // FIRST)]) if decimals is None else _digits(part, decimals)
        if not step or not _whole(part / step):
            return 0.0
    return step


def _digits(values: Floats, decimals: int) -> float:
    last = 10.0**decimals
    kinds = np.unique(np.abs(np.rint(values * last)))
    if len(kinds) < MANY or float(kinds[-1]) > EXACT:
        return 1.0 / last
    return float(np.gcd.reduce(kinds.astype(np.int64))) / last


def _whole(values: Floats) -> bool:
    return bool((np.abs(values - np.rint(values)) <= ROUND_OFF * float(np.abs(values).max())).all())


def _divisor(kinds: Floats) -> float:
    """Euclid's algorithm on all at once, of values in ascending order; 0 where only round-off is left."""
    least = 1e3 * ROUND_OFF * float(kinds[-1])
    kinds = kinds[kinds > least]
    if len(kinds) == 0:
        return 0.0
    divisor = float(kinds[0])
    while divisor > 1e3 * least:
        left = np.abs(kinds - divisor * np.rint(kinds / divisor))
        left = left[left > least]
        if len(left) == 0:
            return divisor
        divisor = float(left.min())
    return 0.0
