"""Where a living series stands still: the same value to the last digit for far longer than it ever does."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import count, numbers, seconds
from sereno.explain.subject import Subject

FEWEST_POINTS = 20
SHORTEST = 5
ALPHA = 0.001
MOST = 5


def flats(subject: Subject) -> Iterator[Fact]:
    """Tell stretches without any change.

    `value`, `duration`, `count` (points), `share` (percent of the points); times `start`, `end`. A stretch of k equal
    neighbours is told if runs so long come with chance below `ALPHA` where neighbours are equal as often as in the rest
    of this series: n·qᵏ, q being the share of equal neighbours outside the stretch (a run's law, Feller 1968 XIII.7).
    """
    values, times = subject.prepared.values, subject.prepared.times
    n = len(values)
    if n < FEWEST_POINTS or subject.prepared.constant:
        return
    pairs = np.flatnonzero(values[1:] == values[:-1])  # each the first of two equal neighbours
    equal = len(pairs)
    if equal < SHORTEST - 1:
        return
    breaks = np.flatnonzero(np.diff(pairs) > 1)
    first, last = pairs[np.append(0, breaks + 1)], pairs[np.append(breaks, equal - 1)] + 1
    lengths = last - first + 1
    found = []
    longest = np.flatnonzero(
        lengths >= max(SHORTEST, np.partition(lengths, -MOST)[-MOST] if len(lengths) > MOST else 0)
    )
    for run in longest[np.argsort(-lengths[longest], kind="stable")][:MOST]:
        length = int(lengths[run])
        others = n - length
        # One more equal pair than was seen keeps q from 0; what is left must be enough to know it.
        share = (equal - (length - 1) + 1) / (others + 1)
        if length < SHORTEST or others < SHORTEST or share >= 1.0:
            continue
        p_value = min(1.0, n * share ** (length - 1))
        if p_value < ALPHA:
            found.append((int(first[run]), int(last[run]), length, p_value))
    for left, right, length, p_value in sorted(found):
        yield Fact(
            id="",
            kind="flat",
            series=(subject.name,),
            direction="flat",
            numbers=numbers(
                Number("value", float(values[left]), subject.unit),
                seconds("duration", float(times[right] - times[left])),
                count("count", length),
                Number("share", 100.0 * length / n, "percent"),
            ),
            times=(Time("start", float(times[left])), Time("end", float(times[right]))),
            start=float(times[left]),
            end=float(times[right]),
            p_value=p_value,
            weight=min(1.0, 0.3 + length / n),
        )
