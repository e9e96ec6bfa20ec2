"""How often a model is right, as far as it is known: evaluation sets and people's labels, then and now.

Thumbs are no part of it: who gives them is not every user. Two times are compared on the same questions only: a set
counts where both have a run of it, labels where both have some.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from sereno.quality.rates import Rate, rate

LEAST = 30
"""Answers below which nothing is said."""
CRITICAL, WARNING, GOOD = 0.70, 0.75, 0.80
"""Accuracy below which it is critical, a warning, good; above, it is excellent. Held against the upper end of the
interval, so that chance alone does not alarm."""
Grade = Literal["excellent", "good", "warning", "critical", "insufficient_data"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Answers of which it is known whether they were right.

    Attributes:
        source: digest of an evaluation set, or `labels`.
        hits: right answers; the corrected number, where a judge decided. n: answers.
    """

    source: str
    hits: float
    n: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracy now less accuracy then, −1 to 1, with its 95 % interval."""

    value: float
    low: float
    high: float


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracy then and now, None where fewer than 30 answers are known.

    Attributes:
        baseline, current: shares of right answers with their intervals.
        grade: of the current one.
    """

    baseline: Rate | None
    current: Rate | None
    grade: Grade


def accuracy(evidence: Iterable[Evidence]) -> Rate | None:
    """All evidence together; None below 30 answers.

    >>> accuracy([Evidence(source="a", hits=24, n=30)]).value
    0.8
    """
    parts = list(evidence)
    n = sum(part.n for part in parts)
    return None if n < LEAST else rate(min(sum(part.hits for part in parts), n), n)


def then_and_now(baseline: Iterable[Evidence], current: Iterable[Evidence]) -> Accuracy:
    """Accuracy at two times, each over the sources that both have.

    What is known of now alone still is the current accuracy when nothing can be compared.
    """
    before, after = _by_source(baseline), _by_source(current)
    shared = before.keys() & after.keys()
    now = accuracy(after[source] for source in shared) if shared else None
    then = accuracy(before[source] for source in shared) if now is not None else None
    if then is None:
        now = accuracy(after.values())
    return Accuracy(baseline=then, current=now, grade=grade(now))


def change(found: Accuracy) -> Change | None:
    """How far accuracy has moved; None where there is nothing to compare.

    Newcombe's interval from Wilson's two (Statistics in Medicine 17, 1998, p. 873, method 10), as of independent
    answers; of the same questions it is a little wide.

    >>> then = [Evidence(source="a", hits=56, n=70)]
    >>> found = change(then_and_now(then, [Evidence(source="a", hits=48, n=80)]))
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4)
    (-0.2, -0.3339, -0.0524)
    """
    then, now = found.baseline, found.current
    if then is None or now is None:
        return None
    (p1, l1, u1), (p2, l2, u2) = _ends(now), _ends(then)
    value = p1 - p2
    return Change(value=value, low=value - math.hypot(p1 - l1, u2 - p2), high=value + math.hypot(u1 - p1, p2 - l2))


def grade(found: Rate | None) -> Grade:
    """What an accuracy means, by the upper end of its interval."""
    if found is None or found.high is None:
        return "insufficient_data"
    if found.high < CRITICAL:
        return "critical"
    if found.high < WARNING:
        return "warning"
    return "good" if found.high < GOOD else "excellent"


def _ends(found: Rate) -> tuple[float, float, float]:
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return found.value, found.low, found.high


def _by_source(evidence: Iterable[Evidence]) -> Mapping[str, Evidence]:
    found: dict[str, Evidence] = {}
    for one in evidence:
        known = found.get(one.source)
        found[one.source] = one if known is None else Evidence(
            source=one.source, hits=known.hits + one.hits, n=known.n + one.n
        )  # fmt: skip
    return found
