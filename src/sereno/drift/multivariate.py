"""Whole rows against whole rows: what changed between columns, where no single column shows it.

Three tests that see different things: MMD any difference, a classifier what tells rows apart, principal components
broken correlations. They have no severity of their own (a column's verdict stays the only one), but say whether the
rows differ. The reference is split: one half teaches how rows are encoded and what its components are, only the other
half is compared, so under no drift compared rows are exchangeable and each p-value, by permutation, is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from sereno.drift.columns import Kind, Numbers, category, column
from sereno.drift.verdict import FALSE_DISCOVERIES
from sereno.stats.logistic import fit_logistic
from sereno.stats.mmd import mmd_test
from sereno.stats.multiplicity import benjamini_hochberg
from sereno.stats.pca import fit_components

Floats = NDArray[np.float64]
Test = Literal["mmd", "domain_classifier", "pca_reconstruction"]
LEAST = 50
"""Rows that each half of the reference and the current data must have."""
MOST = 500
"""Rows of each that are looked at: time and memory of MMD grow with their square."""
PERMUTATIONS = 1_999
CATEGORIES = 8
"""Categories of a column that have a direction of their own, the most frequent ones."""


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """One test.

    Attributes:
        statistic: `mmd`: squared, unbiased, 0 without drift. `domain_classifier`: area under the ROC curve on rows that
            it was not fitted to, 0.5 without drift. `pca_reconstruction`: mean error now over that before, 1 without.
        p_value: of no drift. p_adjusted: after Benjamini and Hochberg over the three.
    """

    test: Test
    statistic: float
    p_value: float
    p_adjusted: float


class Multivariate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of whole rows.

    Attributes:
        drift: whether any test is significant. tests: the three.
        n_reference, n_current: rows that were compared. columns: that they were made of.
    """

    drift: bool
    tests: tuple[Tested, ...]
    n_reference: int
    n_current: int
    columns: int


class Rows(NamedTuple):
    """Numbers of rows to look at: the reference's that teach, those that are compared, the current ones."""

    taught: NDArray[np.int64]
    reference: NDArray[np.int64]
    current: NDArray[np.int64]


def chosen(reference: int, current: int, rng: np.random.Generator) -> Rows | None:
    """A sample of so many rows on either side; None where there are too few.

    >>> chosen(99, 1000, np.random.default_rng(1)) is None
    True
    """
    half = min(reference // 2, MOST)
    if half < LEAST or current < LEAST:
        return None
    mixed = rng.permutation(reference)[: 2 * half]
    return Rows(mixed[:half], mixed[half:], rng.permutation(current)[:MOST])


def multivariate(
    taught: Mapping[str, Sequence[Any]],
    reference: Mapping[str, Sequence[Any]],
    current: Mapping[str, Sequence[Any]],
    kinds: Mapping[str, Kind],
    rng: np.random.Generator,
    q: float = FALSE_DISCOVERIES,
) -> Multivariate:
    """Compare rows.

    Args:
        taught: columns of the reference's first half, one value a row.
        reference: of its other half.
        current: of the current rows.
        kinds: by column.
        rng: a seeded one makes the result repeatable.
        q: accepted share of false discoveries.
    """
    encoders = [encoder(taught[name], kind) for name, kind in kinds.items()]
    before_all, before, now = (
        np.concatenate([made(side[name]) for made, name in zip(encoders, kinds, strict=True)], axis=1)
        for side in (taught, reference, current)
    )
    found = (
        ("mmd", *mmd_test(before, now, rng, PERMUTATIONS)),
        ("domain_classifier", *_classifier(before, now, rng)),
        ("pca_reconstruction", *_reconstruction(before_all, before, now, rng)),
    )
    adjusted = benjamini_hochberg([p for _, _, p in found])
    tests = tuple(
        Tested(test=name, statistic=float(statistic), p_value=float(p), p_adjusted=float(after))  # type: ignore[arg-type]  # a literal of three
        for (name, statistic, p), after in zip(found, adjusted, strict=True)
    )
    return Multivariate(
        drift=any(one.p_adjusted <= q for one in tests), tests=tests, n_reference=len(before), n_current=len(now),
        columns=len(kinds),
    )  # fmt: skip


class _Scores(NamedTuple):
    """Encodes numbers by their rank among known ones, as normal scores: an outlier cannot outweigh all else."""

    known: Floats

    def __call__(self, values: Sequence[Any]) -> Floats:
        found = column(values, "numeric")
        numbers = found.values if isinstance(found, Numbers) else np.full(len(values), np.nan)
        there = np.isfinite(numbers)
        left, right = (np.searchsorted(self.known, numbers, side=side) for side in ("left", "right"))
        share = (left + right + 1.0) / (2.0 * len(self.known) + 2.0)
        return np.stack([np.where(there, special.ndtri(share), 0.0), np.where(there, 0.0, 1.0)], axis=1)


class _Indicators(NamedTuple):
    """Encodes a category as one of the frequent ones, another, or missing."""

    names: tuple[str, ...]

    def __call__(self, values: Sequence[Any]) -> Floats:
        at = {name: number for number, name in enumerate(self.names)}
        named = [category(value) for value in values]
        places = [len(at) + 1 if name is None else at.get(name, len(at)) for name in named]
        return np.eye(len(at) + 2)[np.array(places, dtype=np.int64)]


def encoder(values: Sequence[Any], kind: Kind) -> _Scores | _Indicators:
    """How the values of a column become directions, shape (rows, directions), as these teach it."""
    if kind == "numeric":
        found = column(values, "numeric")
        numbers = found.values if isinstance(found, Numbers) else np.empty(0)
        return _Scores(np.sort(numbers[np.isfinite(numbers)]).astype(np.float64))
    counts: dict[str, int] = {}
    for value in values:
        if (name := category(value)) is not None:
            counts[name] = counts.get(name, 0) + 1
    return _Indicators(tuple(sorted(counts, key=lambda name: (-counts[name], name))[:CATEGORIES]))


def _classifier(before: Floats, now: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """Area under the ROC curve on the half that was not fitted to, one-sided p by permuting whose its rows are.

    Source: Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017.
    """
    rows = np.concatenate([before, now])
    rows = np.concatenate([rows, rows * rows], axis=1)
    labels = np.append(np.zeros(len(before)), np.ones(len(now)))
    half = np.concatenate([rng.permutation(np.arange(n) % 2 == 0) for n in (len(before), len(now))])
    spread = rows[half].std(axis=0)
    rows = (rows - rows[half].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    fitted = fit_logistic(rows[half], labels[half])
    ranks = stats.rankdata(fitted.scores(rows[~half]))
    held = labels[~half] > 0
    n, m = int((~held).sum()), int(held.sum())
    drawn = _permuted_sums(ranks, m, rng)
    observed = ranks[held].sum()
    area = (observed - m * (m + 1) / 2) / (n * m)
    return float(area), _p(drawn, observed)


def _reconstruction(taught: Floats, before: Floats, now: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """Mean error of rebuilding current rows over that of the reference's, two-sided p by permutation."""
    components = fit_components(taught)
    errors = np.concatenate([components.errors(before), components.errors(now)])
    whole = errors.mean()
    centred = errors - whole
    observed = abs(centred[len(before) :].sum())
    p = _p(np.abs(_permuted_sums(centred, len(now), rng)), observed)
    middle = errors[: len(before)].mean()
    return float(errors[len(before) :].mean() / middle) if middle > 0 else 1.0, p


def _permuted_sums(values: Floats, size: int, rng: np.random.Generator) -> Floats:
    """Sums of so many values drawn without replacement, shape (PERMUTATIONS,)."""
    return np.array([rng.permutation(values)[:size].sum() for _ in range(PERMUTATIONS)])


def _p(drawn: Floats, observed: float) -> float:
    """(k + 1)/(n + 1), after Phipson and Smyth (2010)."""
    return float(((drawn >= observed - 1e-9).sum() + 1) / (len(drawn) + 1))
