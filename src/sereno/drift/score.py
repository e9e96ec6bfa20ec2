"""One number for a dashboard: how far drift and loss of accuracy have gone, 0–1."""

from __future__ import annotations

PSI_FULL, KL_FULL, LEAST_ACCURACY = 0.3, 0.2, 0.70
"""Where each part is 1."""
WEIGHTS = (0.4, 0.3, 0.3)


def combined_score(
    psi: float | None, kl: float | None, baseline: float | None = None, current: float | None = None
) -> float | None:
    """`drift_combined_score`: the weighted mean of the parts that exist, each clipped to 0–1; None if none does.

    The parts are PSI/0.3 (weight 0.4), KL/0.2 (0.3) and the share of the way that accuracy has fallen from its baseline
    to 0.70 (0.3). A baseline of 0.70 or less leaves no way to fall, so the part is left out.

    Args:
        psi: of the most drifted feature, nats.
        kl: likewise, current‖reference, nats.
        baseline: accuracy, 0–1.
        current: likewise.

    >>> combined_score(0.15, 0.1), combined_score(0.3, 0.2, 0.9, 0.7), combined_score(None, None)
    (0.5, 1.0, None)
    """
    fall = None
    if baseline is not None and current is not None and baseline > LEAST_ACCURACY:
        fall = (baseline - current) / (baseline - LEAST_ACCURACY)
    parts = (None if psi is None else psi / PSI_FULL, None if kl is None else kl / KL_FULL, fall)
    known = [(w, min(max(part, 0.0), 1.0)) for w, part in zip(WEIGHTS, parts, strict=True) if part is not None]
    return sum(w * part for w, part in known) / sum(w for w, _ in known) if known else None
