"""One check of live traffic: a verdict for each scope and feature, drawn together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from sereno.calls import Call
from sereno.drift.compare import Result, compare
from sereno.drift.frozen import DAY, Frozen, Scope, weekday_of
from sereno.drift.live import ALL, Live, TextFeature, live_of
from sereno.drift.vectors import FEATURE, LEAST, Embedder, apart
from sereno.drift.verdict import FALSE_DISCOVERIES, ORDER, Severity, severity, worst
from sereno.stats.multiplicity import benjamini_hochberg

FoundKind = Literal["numeric", "categorical", "embedding"]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one feature of one scope; figures as in `compare.Result`, None where there is too little data.

    Attributes:
        distribution: `labels`, `reference` and `current` rows by bin; of prompts `auc` and `mmd`.
    """

    feature: str
    kind: FoundKind
    severity: Severity
    n_reference: int
    n_current: int
    psi: float | None = None
    psi_corrected: float | None = None
    kl: float | None = None
    js: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    distribution: dict[str, Any] = {}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One scope: all calls (`model` is ""), or those of a model.

    Attributes:
        severity: the gravest of its features. features: the most important first.
    """

    model: str
    severity: Severity
    n_reference: int
    n_current: int
    features: tuple[Found, ...]

    @classmethod
    def of(
        cls, model: str, features: Sequence[Found], n_reference: int | None = None, n_current: int | None = None
    ) -> Finding:
        """A scope of its features, in any order."""
        ranked = tuple(sorted(features, key=_rank))
        return cls(
            model=model, severity=worst(one.severity for one in ranked), features=ranked,
            n_reference=max(one.n_reference for one in ranked) if n_reference is None else n_reference,
            n_current=max(one.n_current for one in ranked) if n_current is None else n_current,
        )  # fmt: skip

    @property
    def top(self) -> Found | None:
        """The most drifted feature, None if none could be judged."""
        first = self.features[0] if self.features else None
        return None if first is None or first.psi is None else first


def window_of(now: float, seconds: float, *, weekdays: bool) -> tuple[float, float]:
    """The window that a check looks at: the last so many seconds, or, by weekdays, the last whole day in UTC.

    >>> window_of(200_000.0, 3600.0, weekdays=False), window_of(200_000.0, 3600.0, weekdays=True)
    ((196400.0, 200000.0), (86400.0, 172800.0))
    """
    if not weekdays:
        return now - seconds, now
    midnight = now // DAY * DAY
    return midnight - DAY, midnight


def check(
    frozen: Frozen, calls: Sequence[Call], texts: Mapping[str, TextFeature], embedder: Embedder | None, start: float
) -> list[Finding]:
    """Compare a window of calls with a reference.

    Scopes share the chance of a false alarm: all calls have one half of it, the models the other.

    Args:
        frozen: the reference.
        calls: of the window.
        texts: features that come of texts; the same as when the reference was made.
        embedder: the one that made the reference's vectors, or None.
        start: of the window, epoch seconds; its weekday chooses the scopes.

    Raises:
        ValueError: the vectors of the reference are of another embedder.
    """
    if frozen.embedder is not None and (embedder is None or embedder.digest != frozen.embedder_digest):
        have = "none is installed" if embedder is None else f"{embedder.name} is installed"
        raise ValueError(
            f"the reference's vectors were made by {frozen.embedder}, and {have}: vectors of two embedders cannot be"
            " compared; install the extra `drift`, or create a new reference"
        )
    scopes = frozen.of(weekday_of(start))
    models = sum(scope.model != ALL for scope in scopes)
    return [
        _finding(
            frozen, scope,
            live_of([call for call in calls if scope.model in {ALL, call.model}], texts), embedder,
            FALSE_DISCOVERIES / (1 if not models else 2 if scope.model == ALL else 2 * models),
        )
        for scope in scopes
    ]  # fmt: skip


def _finding(frozen: Frozen, scope: Scope, live: Live, embedder: Embedder | None, q: float) -> Finding:
    measured = [_found(result) for result in compare(scope.reference, live.columns, q=q, resamples=0).results]
    if scope.vectors and embedder is not None:
        measured.append(_prompts(frozen, scope, live, embedder))
    adjusted = benjamini_hochberg([np.nan if one.p_value is None else one.p_value for one in measured])
    judged = [_judged(one, float(p), q) for one, p in zip(measured, adjusted, strict=True)]
    return Finding.of(scope.model, judged, scope.reference.rows, live.rows)


def _found(one: Result) -> Found:
    shown = {
        "labels": list(one.table.labels),
        "reference": one.table.reference.tolist(),
        "current": one.table.current.tolist(),
    }
    return Found(
        feature=one.feature, kind=one.kind, severity=one.severity, n_reference=one.n_reference,
        n_current=one.n_current, psi=one.psi, psi_corrected=one.psi_corrected, kl=one.kl, js=one.js,
        p_value=one.p_value, distribution=shown,
    )  # fmt: skip


def _prompts(frozen: Frozen, scope: Scope, live: Live, embedder: Embedder) -> Found:
    before = frozen.vectors(scope)
    counted = Found(
        feature=FEATURE, kind="embedding", severity="insufficient_data", n_reference=len(before),
        n_current=len(live.prompts),
    )  # fmt: skip
    if len(live.prompts) < LEAST:
        return counted
    # Seeded by their numbers alone: the same window has the same answer.
    rng = np.random.default_rng([len(before), len(live.prompts), live.rows])
    found = apart(before, embedder.embed(live.prompts), rng)
    return msgspec.structs.replace(
        counted, psi=found.psi, psi_corrected=found.psi, kl=found.psi / 2, p_value=found.p_value,
        distribution={"auc": found.area, "mmd": found.mmd},
    )  # fmt: skip


def _judged(one: Found, p_adjusted: float, q: float) -> Found:
    if one.psi_corrected is None:
        return one
    return msgspec.structs.replace(one, p_adjusted=p_adjusted, severity=severity(one.psi_corrected, p_adjusted, q))


def _rank(one: Found) -> tuple[int, bool, float, str]:
    effect = -np.inf if one.psi_corrected is None else one.psi_corrected
    # Among equally grave ones a feature with a name says more than vectors, which show that something changed.
    return (-ORDER.index(one.severity), one.kind == "embedding", -effect, one.feature)
