"""One verdict for one feature: significant *and* large, or `none`; or that there is too little to tell.

The bands are those of PSI after its bias is taken off. KL, Jensen–Shannon and the rest are shown beside it and never
graded on their own, so one event cannot have three severities.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Severity = Literal["insufficient_data", "none", "notice", "moderate", "significant", "critical"]
ORDER: tuple[Severity, ...] = ("insufficient_data", "none", "notice", "moderate", "significant", "critical")
"""The least grave first."""
FALSE_DISCOVERIES = 0.01
"""q of Benjamini and Hochberg over the features of one check."""
LEAST_EFFECT = 0.02
"""Corrected PSI below which a shift, however certain, is of no consequence."""
BANDS: tuple[tuple[float, Severity], ...] = ((0.3, "critical"), (0.2, "significant"), (0.1, "moderate"))
LEAST_ROWS = 30
"""Rows that reference and current window each must have for any verdict."""


def severity(psi_corrected: float, p_adjusted: float, q: float = FALSE_DISCOVERIES) -> Severity:
    """The verdict of a feature.

    Args:
        psi_corrected: PSI less its mean under no drift.
        p_adjusted: after Benjamini and Hochberg.
        q: the share of false discoveries that is accepted.

    >>> severity(0.25, 0.001), severity(0.25, 0.2), severity(0.01, 0.0), severity(0.02, 0.0)
    ('significant', 'none', 'none', 'notice')
    """
    if p_adjusted > q or psi_corrected < LEAST_EFFECT:
        return "none"
    return next((name for least, name in BANDS if psi_corrected >= least), "notice")


def worst(found: Iterable[Severity]) -> Severity:
    """The gravest of several; `insufficient_data` if nothing could be judged.

    >>> worst(["none", "moderate", "insufficient_data"]), worst([])
    ('moderate', 'insufficient_data')
    """
    return max(found, key=ORDER.index, default="insufficient_data")
