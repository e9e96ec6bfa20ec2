"""What a judge's verdicts say of the truth, once it is known how often the judge errs.

A judge that calls q of the answers good, of which it recognises the good ones with probability `sensitivity` and the
bad ones with `specificity`, has seen θ = (q + specificity − 1) / (sensitivity + specificity − 1) good answers (Rogan
and Gladen, 1978; for judges that are language models Lee et al., arXiv:2511.21140). Both rates come from answers that
people labelled, so their uncertainty is part of the interval: Lang and Reiczigel's (Preventive Veterinary Medicine 113,
2014), the delta method over the three shares, each moved towards the middle first (z²/2 verdicts a side for the judged
share, one a side for each rate), which keeps its coverage near the nominal one for few labels.
"""

from __future__ import annotations

import math

import msgspec
from scipy import special

from sereno.quality.errors import QualityError

LEAST_LABELS = 10
"""Labelled answers of each kind, good and bad, below which nothing is said."""
LEAST_INFORMATION = 0.1
"""Sensitivity + specificity − 1 below which a judge says next to nothing."""


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge said of answers that people labelled.

    Attributes:
        good: answers that people call good. good_found: of these, those that the judge calls good.
        bad: answers that people call bad. bad_found: of these, those that the judge calls bad.
    """

    good: int
    good_found: int
    bad: int
    bad_found: int

    @property
    def sensitivity(self) -> float | None:
        """Share of the good answers that the judge recognises; None without any."""
        return self.good_found / self.good if self.good else None

    @property
    def specificity(self) -> float | None:
        """Share of the bad answers that the judge recognises; None without any."""
        return self.bad_found / self.bad if self.bad else None

    @property
    def kappa(self) -> float | None:
        """Cohen's κ (1960): agreement beyond chance, 1 at most; None where chance alone would agree always.

        >>> round(Confusion(good=25, good_found=20, bad=25, bad_found=15).kappa, 2)
        0.4
        """
        n = self.good + self.bad
        if not n:
            return None
        said_good = self.good_found + self.bad - self.bad_found
        chance = (self.good * said_good + self.bad * (n - said_good)) / n**2
        agreed = (self.good_found + self.bad_found) / n
        return None if chance == 1 else (agreed - chance) / (1 - chance)


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """The share of good answers, 0–1, with its interval; `raw` is the share that the judge called good."""

    value: float
    low: float
    high: float
    raw: float
    n: int


def corrected(said_good: int, n: int, confusion: Confusion, confidence: float = 0.95) -> Corrected:
    """The share of good answers behind a judge's verdicts.

    Args:
        said_good: answers that the judge called good.
        n: answers that it judged.
        confusion: what it said of labelled answers.
        confidence: of the interval.

    Raises:
        QualityError: nothing was judged, the labels are too few, or the judge knows good from bad hardly better than
            chance.
    """
    if n <= 0:
        raise QualityError("nothing was judged; the corrected share needs at least one verdict")
    if min(confusion.good, confusion.bad) < LEAST_LABELS:
        raise QualityError(
            f"the judge was compared with people on {confusion.good} good and {confusion.bad} bad answers; at least "
            f"{LEAST_LABELS} of each are needed"
        )
    z = float(special.ndtri(0.5 + confidence / 2))
    se, sp = confusion.good_found / confusion.good, confusion.bad_found / confusion.bad
    if se + sp - 1 < LEAST_INFORMATION:
        raise QualityError(
            f"the judge recognises {se:.0%} of the good and {sp:.0%} of the bad answers, hardly better than chance; "
            "its verdicts cannot be corrected"
        )
    q = said_good / n
    n_, good_, bad_ = n + z * z, confusion.good + 2, confusion.bad + 2
    q_ = (said_good + z * z / 2) / n_
    se_, sp_ = (confusion.good_found + 1) / good_, (confusion.bad_found + 1) / bad_
    power = se_ + sp_ - 1
    if power <= 0:
        raise QualityError("the judge was compared with people on too few answers to tell it from chance")
    theta = (q_ + sp_ - 1) / power
    variance = (
        q_ * (1 - q_) / n_
        + (1 - theta) ** 2 * sp_ * (1 - sp_) / bad_
        + theta**2 * se_ * (1 - se_) / good_
    ) / power**2  # fmt: skip
    half = z * math.sqrt(max(variance, 0.0))
    # Lang and Reiczigel's shift: the middle is moved against the pull of the adjusted rates.
    shift = 2 * z * z * (theta * se_ * (1 - se_) / good_ - (1 - theta) * sp_ * (1 - sp_) / bad_)
    middle = theta + shift
    point = min(max((q + sp - 1) / (se + sp - 1), 0.0), 1.0)
    low, high = (min(max(end, 0.0), 1.0) for end in (middle - half, middle + half))
    return Corrected(value=point, low=min(low, point), high=max(high, point), raw=q, n=n)
