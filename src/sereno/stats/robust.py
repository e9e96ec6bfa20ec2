"""Location, spread and smoothing that a few wild values cannot move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Floats = NDArray[np.float64]
NORMAL = 1.482602218505602
"""1/Φ⁻¹(3/4): times the MAD, the standard deviation of normal data."""


def median(values: Floats) -> float:
    """The middle value, or the mean of the middle two; n ≥ 1, without NaN (`numpy.median` looks for them each time).

    >>> median(np.array([9.0, 1.0, 2.0, 4.0]))
    3.0
    """
    half = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    ordered = np.partition(values, (half - 1, half))
    return float(ordered[half - 1] + ordered[half]) / 2


def upper_quantile(values: Floats, share: float) -> float:
    """One quantile above the median (type 7, as `quantiles`), found without sorting; n ≥ 1, without NaN.

    >>> upper_quantile(np.array([4.0, 1.0, 2.0]), 0.75)
    3.0
    """
    place = share * (len(values) - 1)
    below = int(place)
    ordered = np.partition(values, below)
    low, above = float(ordered[below]), ordered[below + 1 :]
    return low + (float(above.min()) - low) * (place - below) if len(above) else low


def spread(values: Floats) -> float:
    """Robust standard deviation: 1.4826 · MAD (Rousseeuw and Croux 1993); in the unit of the values, 0 without any.

    >>> spread(np.array([1.0, 2.0, 3.0, 4.0, 1e9]))
    1.482602218505602
    """
    if len(values) == 0:
        return 0.0
    return NORMAL * median(np.abs(values - median(values)))


def quantiles(ordered: Floats, shares: Floats) -> Floats:
    """Quantiles of values in ascending order, straight lines between them (type 7 of Hyndman and Fan 1996).

    One sort serves many questions; `numpy.quantile` would sort at each of them.

    Args:
        ordered: ascending, shape (n,), n ≥ 1.
        shares: 0–1, shape (m,).

    >>> quantiles(np.array([1.0, 2.0, 4.0]), np.array([0.0, 0.5, 0.75]))
    array([1., 2., 3.])
    """
    place = shares * (len(ordered) - 1)
    below = place.astype(np.intp)
    low = ordered[below]
    return np.asarray(low + (ordered[np.minimum(below + 1, len(ordered) - 1)] - low) * (place - below))


def running_median(values: Floats, width: int) -> Floats:
    """Median of the `width` values around each one, shape (n,); at the ends the outermost windows are cut.

    Args:
        values: shape (n,), without NaN.
        width: odd; a wider one than the series is made to fit.
    """
    width = min(width, len(values) - 1 + len(values) % 2)
    if width < 3:
        return values.copy()
    return np.asarray(median_filter(values, size=width, mode="reflect"), dtype=np.float64)


def without_outliers(values: Floats, *, width: int = 7, limit: float = 3.0) -> Floats:
    """Hampel's filter: what lies more than `limit` spreads from the median of its neighbours becomes that median.

    Steps and slopes stay, spikes go; shape (n,).
    """
    middle = running_median(values, width)
    rest = values - middle
    scale = spread(rest)
    if scale == 0.0:
        return middle
    return np.where(np.abs(rest) > limit * scale, middle, values)
