"""Reference and current window to one verdict a feature."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Literal
from zlib import crc32

import msgspec
import numpy as np

from sereno.drift.columns import Column, Kind, Values, column
from sereno.drift.reference import Feature, Reference
from sereno.drift.tables import Table, table
from sereno.drift.verdict import FALSE_DISCOVERIES, LEAST_ROWS, ORDER, Severity, severity, worst
from sereno.stats.distances import hellinger, jeffreys, js, kl, psi, psi_bias
from sereno.stats.homogeneity import homogeneity_p
from sereno.stats.intervals import Interval, psi_interval
from sereno.stats.multiplicity import benjamini_hochberg

LEAST_DRAWS = 9_999
RESAMPLES = 400


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one feature. Numbers are None where the verdict is `insufficient_data`.

    Attributes:
        feature: its name. kind: `numeric` or `categorical`. severity: the verdict.
        n_reference, n_current: rows, missing ones included.
        missing_reference, missing_current: of them.
        psi: population stability index, nats, smoothed after Jeffreys. psi_corrected: less its mean under no drift.
        interval: 95 % bootstrap interval of psi_corrected.
        js: Jensen–Shannon divergence, bits, 0–1. kl: KL(current‖reference), nats. hellinger: 0–1.
        p_value: of no drift. p_adjusted: after Benjamini and Hochberg over all features of the check.
        table: the counts they come of.
    """

    feature: str
    kind: Kind
    severity: Severity
    n_reference: int
    n_current: int
    missing_reference: int
    missing_current: int
    table: Table
    psi: float | None = None
    psi_corrected: float | None = None
    interval: Interval | None = None
    js: float | None = None
    kl: float | None = None
    hellinger: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One check.

    Attributes:
        status: `insufficient_data` if no feature could be judged.
        severity: the gravest verdict.
        results: by feature, most important first.
        only_reference, only_current: columns that stand on one side alone and were not compared.
    """

    status: Literal["ok", "insufficient_data"]
    severity: Severity
    results: tuple[Result, ...]
    only_reference: tuple[str, ...] = ()
    only_current: tuple[str, ...] = ()

    @property
    def top(self) -> Result | None:
        """The most drifted feature, whose PSI and KL are the headline figures; None if none could be judged."""
        judged = self.results[0] if self.results else None
        return None if judged is None or judged.psi is None else judged


def compare(
    reference: Reference,
    current: Mapping[str, Values | Column],
    *,
    q: float = FALSE_DISCOVERIES,
    least_rows: int = LEAST_ROWS,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Comparison:
    """Compare a window with the reference, feature by feature; the same input gives the same answer.

    Args:
        reference: frozen.
        current: columns by name; those that the reference lacks are not compared, but named.
        q: accepted share of false discoveries. Without drift so many windows at most raise anything.
        least_rows: fewer on either side is `insufficient_data`.
        resamples: of the bootstrap interval; 0 leaves it out.
        seed: of permutations and bootstrap.

    Raises:
        ValueError: the reference and the window have no column in common, or one has more than one dimension.

    >>> from sereno.drift.reference import freeze
    >>> reference = freeze({"latency": np.linspace(0, 1, 500)})
    >>> compare(reference, {"latency": np.linspace(0, 1, 200)}).severity
    'none'
    >>> compare(reference, {"latency": np.linspace(1, 2, 200)}).severity
    'critical'
    >>> compare(reference, {"latency": [0.5, 0.6]}).severity
    'insufficient_data'
    """
    shared = [feature for feature in reference.features if feature.name in current]
    if not shared:
        raise ValueError("the reference and the current data have no column in common")
    draws = max(LEAST_DRAWS, ceil(4 * len(shared) / q))  # the smallest p-value must survive the adjustment
    measured = [
        _measure(
            feature, table(feature, column(current[feature.name], feature.kind)), least_rows, resamples, draws, seed
        )
        for feature in shared
    ]
    adjusted = benjamini_hochberg([np.nan if one.p_value is None else one.p_value for one in measured])
    results = [_judge(one, float(p), q) for one, p in zip(measured, adjusted, strict=True)]
    results.sort(key=_rank)
    names = {feature.name for feature in reference.features}
    gravest = worst(one.severity for one in results)
    return Comparison(
        status="insufficient_data" if gravest == "insufficient_data" else "ok",
        severity=gravest,
        results=tuple(results),
        only_reference=tuple(feature.name for feature in reference.features if feature.name not in current),
        only_current=tuple(name for name in current if name not in names),
    )


def _measure(feature: Feature, found: Table, least_rows: int, resamples: int, draws: int, seed: int) -> Result:
    n, m = int(found.reference.sum()), int(found.current.sum())
    counted = Result(
        feature=feature.name, kind=feature.kind, severity="insufficient_data", n_reference=n, n_current=m,
        missing_reference=feature.missing, missing_current=int(found.current[-1]), table=found,
    )  # fmt: skip
    if min(n, m) < least_rows:
        return counted
    # Seeded by the data, so that the answer repeats and yet no two windows share the luck of one draw.
    rng = np.random.default_rng([seed, crc32(np.concatenate(found.tested).tobytes())])
    held = (found.reference + found.current) > 0
    before, now = found.reference[held], found.current[held]
    p, q = jeffreys(now), jeffreys(before)
    index = float(psi(p, q))
    return msgspec.structs.replace(
        counted,
        psi=index,
        psi_corrected=index - float(psi_bias(len(now), n, m)),
        interval=psi_interval(before, now, rng, resamples=resamples) if resamples else None,
        js=float(js(p, q)),
        kl=float(kl(p, q)),
        hellinger=float(hellinger(p, q)),
        p_value=homogeneity_p(*found.tested, rng, draws),
    )


def _rank(one: Result) -> tuple[int, float, str]:
    effect = -np.inf if one.psi_corrected is None else one.psi_corrected
    return (-ORDER.index(one.severity), -effect, one.feature)


def _judge(one: Result, p_adjusted: float, q: float) -> Result:
    if one.psi_corrected is None:
        return one
    verdict = severity(one.psi_corrected, p_adjusted, q)
    return msgspec.structs.replace(one, p_adjusted=p_adjusted, severity=verdict)
