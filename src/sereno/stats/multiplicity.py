"""Many tests at once: how large a p-value must be read when it is one of many."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """p-values adjusted so that those ≤ q hold at most a share q of false discoveries; NaN stays out and stays NaN.

    With 30 features at 5 % each, 79 % of all checks of stable data raise something; adjusted, 5 %.
    Source: Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57(1).

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
    array([0.04      , 0.05333333, 0.05333333, 0.5       ])
    """
    p = np.asarray(p_values, dtype=np.float64)
    out = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    if known.size:
        order = known[np.argsort(-p[known], kind="stable")]
        ranks = np.arange(known.size, 0, -1)
        out[order] = np.minimum(np.minimum.accumulate(p[order] * known.size / ranks), 1.0)
    return out
