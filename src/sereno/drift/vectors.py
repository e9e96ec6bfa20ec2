"""Prompts as vectors: has what they are about changed, where no single column shows it.

The test is MMD with permutations. The size is told on the scale of all other features: the area under the ROC curve of
a classifier that tells current prompts from those of the reference is turned into the PSI that two normal
distributions of that area have. For N(0, 1) and N(d, 1) the area is Φ(d/√2) and PSI is d².
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sereno.stats.domain_classifier import domain_auc
from sereno.stats.mmd import mmd_test

Floats = NDArray[np.float64]
FEATURE = "prompt_embedding"
LEAST = 50
"""Prompts that either side must have: a classifier of 32 directions learns nothing from fewer."""
DIRECTIONS = 32
FEW, MANY = 499, 9_999
"""Permutations: few show that nothing changed, many are needed to stand among other features."""
DOUBTFUL = 0.01


class Embedder(Protocol):
    """What turns texts into vectors.

    Attributes:
        name: which and of what version. digest: SHA-256 of its weights; vectors of two digests are never compared.
    """

    name: str
    digest: str

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, shape (texts, dimensions), finite."""


class Apart(NamedTuple):
    """How far two sets of vectors are apart.

    Attributes:
        area: under the ROC curve, 0.5 where nothing tells them apart; not fitted, but taken as that, where MMD sees
            nothing. mmd: squared, unbiased.
        p_value: of no difference. psi: that two normal distributions of this area have, nats.
    """

    area: float
    mmd: float
    p_value: float
    psi: float


def apart(reference: NDArray[np.floating], current: NDArray[np.floating], rng: np.random.Generator) -> Apart:
    """Compare two sets of vectors, each of `LEAST` or more.

    Args:
        reference: shape (n, d), finite.
        current: shape (m, d).
        rng: a seeded one makes the result repeatable.

    >>> rng = np.random.default_rng(1)
    >>> a, b = rng.normal(size=(100, 8)), rng.normal(size=(100, 8))
    >>> apart(a, b, rng).p_value > 0.01, apart(a, b + 1, rng).psi > 0.3
    (True, True)
    """
    rows = np.concatenate([reference, current]).astype(np.float64)
    rows -= rows.mean(axis=0)
    _, axes = np.linalg.eigh(rows.T @ rows)  # the smallest first
    rows = rows @ axes[:, -DIRECTIONS:]
    before, now = rows[: len(reference)], rows[len(reference) :]
    distance, p = mmd_test(before, now, rng, FEW)
    if p > DOUBTFUL:
        return Apart(0.5, distance, p, 0.0)
    # Drift is told only where both runs see it, so looking twice makes no false alarms.
    p = mmd_test(before, now, rng, MANY)[1]
    area = domain_auc(before, now, rng)
    return Apart(area, distance, p, psi_of(area, min(len(before), len(now))))


def psi_of(area: float, rows: int) -> float:
    """The PSI of two normal distributions with this area under the ROC curve; no more than so many rows can show.

    >>> psi_of(0.5, 100), round(psi_of(0.65, 100), 3), psi_of(0.4, 100)
    (0.0, 0.297, 0.0)
    """
    bounded = min(max(area, 0.5), 1 - 1 / (2 * rows))
    return float(2 * special.ndtri(bounded) ** 2)
