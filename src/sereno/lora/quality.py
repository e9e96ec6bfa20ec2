"""Quality of two versions from their paired evaluation: a share of right answers or a mean score, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from sereno.lora.difference import bootstrap
from sereno.lora.paired import Paired
from sereno.stats.intervals import wilson

Side = Literal["baseline", "candidate"]


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """A version's quality: `accuracy` or `score`, 0–1, on how many items, its 95 % interval."""

    metric: Literal["accuracy", "score"]
    value: float
    samples: int
    low: float
    high: float


def quality(paired: Paired) -> dict[Side, Quality]:
    """Of both sides."""
    return {
        "baseline": _of([pair.baseline for pair in paired.pairs]),
        "candidate": _of([pair.candidate for pair in paired.pairs]),
    }


def _of(scores: Sequence[float]) -> Quality:
    mean = float(np.mean(scores))
    binary = set(scores) <= {0.0, 1.0}
    low, high = wilson(sum(scores), len(scores)) if binary else bootstrap(np.array(scores))
    return Quality(metric="accuracy" if binary else "score", value=mean, samples=len(scores), low=low, high=high)
