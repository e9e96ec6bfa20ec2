"""Accuracy as the drift monitor is told of it, and its verdict."""

from __future__ import annotations

import msgspec

from sereno.drift.verdict import Severity

BANDS: tuple[tuple[float, Severity], ...] = ((0.80, "none"), (0.75, "notice"), (0.70, "significant"))


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracy before and now, 0 to 1.

    Attributes:
        baseline: None where nothing was measured before. current: None where nothing is measured now.
        upper: 95 % upper bound of `current` (Wilson). samples: labelled answers behind `current`.
    """

    baseline: float | None = None
    current: float | None = None
    upper: float | None = None
    samples: int = 0

    @property
    def severity(self) -> Severity | None:
        """Its verdict; None where none is measured. The upper bound is graded, so that few answers alarm nobody.

        >>> Accuracy(current=0.72, upper=0.83, samples=50).severity, Accuracy(current=0.6, upper=0.65).severity
        ('none', 'critical')
        """
        if self.current is None or self.upper is None:
            return None
        upper = self.upper
        return next((name for least, name in BANDS if upper >= least), "critical")

    @property
    def fell(self) -> bool | None:
        """Whether it is certainly lower than before; None where that cannot be told."""
        if self.baseline is None or self.upper is None:
            return None
        return self.upper < self.baseline
