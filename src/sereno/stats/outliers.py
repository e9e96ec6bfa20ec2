"""What does not belong: single values and stretches that lie where their own series almost never goes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sereno.stats.resolution import resolution
from sereno.stats.robust import median, running_median, spread
from sereno.stats.rounded import AGAIN, SHARE, Rounded, rounded_tail
from sereno.stats.tails import FEWEST, Tail, tail_of

Floats = NDArray[np.float64]
WIDTHS = (7, 25, 101)
FEWEST_BLOCKS = 64
SAMPLE = 8192
JUDGED, LONG, COARSENED = 2048, 16384, 8
CALM = 4.0
"""Spreads within which nothing is wild under any law that fits."""
SAME = 1e-6
"""Of the largest value: the step of values that are equal but for a few, where they show none of their own."""
MOST = 200
"""Stretches looked at on one scale; of more, the wildest."""


class Outlier(NamedTuple):
    """A value or stretch that does not belong.

    Attributes:
        first, last: index of its first and last value.
        expected: mean of what was expected there. low, high: where 95 % of single values (or means) would lie.
        p_value: corrected for all places, sides and scales that were looked at.
    """

    first: int
    last: int
    expected: float
    low: float
    high: float
    p_value: float


class Scan(NamedTuple):
    """The outliers of a series, in order, and its values with each of them replaced by what was expected."""

    outliers: tuple[Outlier, ...]
    cleaned: Floats


def scan(values: Floats, *, alpha: float, written: Floats | None = None) -> Scan:
    """Find outliers on every scale: single values first, then means of 2, 4, 8 … neighbours.

    On each scale the running median is what was expected (its width is the one that predicts best, so that neither
    levels nor a wandering mean count as wild), and each side's distances are judged by their own tail
    (`sereno.stats.tails`; of values of few kinds `sereno.stats.rounded`). What a finer scale found is replaced before
    the next one looks.

    Args:
        values: shape (n,), finite, without seasons.
        alpha: chance that a series without outliers is said to have any.
        written: the values with their seasons, which tell how finely they are written; the same ones without it.
    """
    written = values if written is None else written
    cleaned = values
    found: list[Outlier] = []
    factor = 2 if len(values) <= 4096 else 4
    blocks = [1]
    while len(values) // (blocks[-1] * factor) >= FEWEST_BLOCKS:
        blocks.append(blocks[-1] * factor)
    sums, width = values, 1
    for block in blocks:
        stride = max(1, block // 2)
        sums, width = _sums(sums, stride // width), stride
        means = cleaned if block == 1 else (sums[1:] + sums[:-1]) / block
        expected = _baseline(means, 1 if block == 1 else 2)
        rest = means - expected
        tests = 2 * len(rest) * len(blocks)
        new = _beyond(cleaned, rest, expected, written if block == 1 else None, block, stride, alpha=alpha, tests=tests)
        if new:
            cleaned = cleaned.copy() if cleaned is values else cleaned
            for outlier in new:
                cleaned[outlier.first : outlier.last + 1] = outlier.expected
            sums, width = cleaned, 1
            found += new
    return Scan(tuple(_merged(found, values)), cleaned)


def _sums(values: Floats, many: int) -> Floats:
    """Sums of `many` neighbours, a power of two, shape (n // many,)."""
    while many > 1:
        values, many = values[: len(values) // 2 * 2 : 2] + values[1::2], many // 2
    return values


def _baseline(means: Floats, overlap: int) -> Floats:
    """The running median of the width that predicts a value best; judged on the last `JUDGED` values.

    A long series whose best width is not the shortest has the running median of means of `COARSENED` values: a spike
    spoils one of these, which the median then passes over.
    """
    part = means[-JUDGED:]
    widths = [width * overlap - (overlap - 1) for width in WIDTHS if width * overlap * 2 <= len(means)] or [WIDTHS[0]]
    best, least, chosen = widths[0], np.inf, part
    for width in widths:
        expected = running_median(part, width)
        # A value takes part in the median that predicts it, and often is it: its residual is too small by about 2.4/w.
        error = spread(part - expected) * (1.0 + 2.4 / width * overlap)
        if error < 0.97 * least or error == 0.0:  # where no width errs, the widest follows the fewest odd values
            best, least, chosen = width, error, expected
    if len(part) == len(means):
        return chosen
    if len(means) > LONG and best > widths[0]:
        parts = _sums(means[len(means) % COARSENED :], COARSENED) / COARSENED
        rough = running_median(parts, max(5, best // COARSENED // 2 * 2 + 1))
        whole = np.repeat(rough, COARSENED)
        return np.concatenate((np.full(len(means) - len(whole), rough[0]), whole))
    return running_median(means, best)


def _is_calm(distance: Floats, sample: Floats) -> bool:
    """Whether the wildest of a side is so near that its law need not be learned: most sides of most series.

    Args:
        distance: from what was expected, > 0 on this side.
        sample: part of it that tells what is usual.
    """
    usual = sample[sample > 0]
    return len(usual) >= max(FEWEST, len(sample) / 4) and distance.max() <= CALM / 0.6745 * median(usual)


def _sides(rest: Floats, written: Floats | None) -> dict[float, Tail | Rounded]:
    """The law of each side, by its sign; none for a side of which nothing can be learned.

    Args:
        rest: what is left around what was expected.
        written: the values as they came; None for means of them.
    """
    step = resolution(written) if written is not None else 0.0
    if step > 0.0:
        steps = np.rint(rest / step) * step
        rest = steps if float(np.abs(rest - steps).max()) <= SAME * step else rest  # what arithmetic left is no law
    laws: dict[float, Tail | Rounded | None] = {
        sign: tail_of((sign * rest)[sign * rest > 0], total=len(rest)) for sign in (1.0, -1.0)
    }
    if written is not None:
        odd = rest != 0.0
        if step == 0.0 and np.count_nonzero(odd[1:] & ~odd[:-1]) <= AGAIN and spread(rest) == 0.0:
            step = SAME * float(np.abs(written).max())
        if step and (None in laws.values() or spread(rest) <= step):
            laws = {sign: rounded_tail(sign * rest, written, step) or law for sign, law in laws.items()}
    return {sign: law for sign, law in laws.items() if law is not None}


def _beyond(
    cleaned: Floats,
    rest: Floats,
    expected: Floats,
    written: Floats | None,
    block: int,
    stride: int,
    *,
    alpha: float,
    tests: int,
) -> list[Outlier]:
    found: list[Outlier] = []
    sample = slice(None, None, -(-len(rest) // SAMPLE))  # the law of the tail is learned from a part
    signs = [sign for sign in (1.0, -1.0) if not _is_calm(sign * rest, sign * rest[sample])]
    sides = _sides(rest[sample], written[sample] if written is not None else None) if signs else {}
    around: tuple[float, float] | None = None
    for sign in signs:
        tail = sides.get(sign)
        wildest = sign * float(rest.max() if sign > 0 else rest.min())
        if tail is None or tail.chance(np.array([wildest]))[0] > alpha / tests:
            continue  # the wildest is not wild: no need to know from where on one would be
        distance = rest if sign > 0 else -rest
        wild = tail.beyond(distance, alpha / tests)
        if len(wild) == 0:
            continue
        if len(wild) > MOST:
            wild = np.sort(wild[np.argsort(-distance[wild], kind="stable")[:MOST]])
        chances = np.minimum(1.0, tail.chance(distance[wild]) * tests)
        around = around or (_usual(sides.get(-1.0)), _usual(sides.get(1.0)))
        low, high = around
        for run in np.split(np.arange(len(wild)), np.flatnonzero(np.diff(wild) > 1) + 1):
            peak = wild[run[np.argmax(distance[wild[run]])]]
            base = float(expected[peak])
            if isinstance(tail, Rounded) and _state(cleaned, wild, float(cleaned[peak]), tail.step):
                continue
            first, last = int(wild[run[0]]) * stride, int(wild[run[-1]]) * stride + block - 1
            first, last = _fitted(cleaned, base, first, last, block, sign * float(distance[peak]))
            found.append(Outlier(first, last, base, base - low, base + high, float(chances[run].min())))
    return found


def _state(values: Floats, wild: NDArray[np.intp], value: float, step: float) -> bool:
    """Whether a value is one that the series has elsewhere, where it is expected: a state between two others."""
    there = np.abs(values - value) <= step / 2
    return int(np.count_nonzero(there)) - int(np.count_nonzero(there[wild])) > max(AGAIN, SHARE * len(values))


def _usual(law: Tail | Rounded | None) -> float:
    return law.usual(0.025) if law is not None else 0.0


def _fitted(values: Floats, base: float, first: int, last: int, block: int, height: float) -> tuple[int, int]:
    """The stretch around first … last that is more than half as wild as its wildest part, `height` off the base."""
    left, right = max(0, first - 2 * block), min(len(values), last + 2 * block + 1)
    distance = np.sign(height) * (values[left:right] - base)
    gain = np.concatenate(([0.0], np.cumsum(distance - abs(height) / 2)))
    lowest = np.minimum.accumulate(gain)
    end = int(np.argmax(gain - lowest))
    start = int(np.argmin(gain[: end + 1]))
    return (left + start, left + end - 1) if end > start else (first, last)


def _merged(found: list[Outlier], values: Floats) -> list[Outlier]:
    """In order of time; what touches is one, and so are two parts of one stretch with as wild values between them."""
    merged: list[Outlier] = []
    for outlier in sorted(found):
        if merged and (outlier.first <= merged[-1].last + 1 or _one_stretch(merged[-1], outlier, values)):
            last = merged[-1]
            surer = min(last, outlier, key=lambda one: one.p_value)
            merged[-1] = surer._replace(first=last.first, last=max(last.last, outlier.last))
        else:
            merged.append(outlier)
    return merged


def _one_stretch(left: Outlier, right: Outlier, values: Floats) -> bool:
    gap = right.first - left.last - 1
    if gap > min(left.last - left.first, right.last - right.first) + 1:
        return False
    off = [float(values[one.first : one.last + 1].mean()) - one.expected for one in (left, right)]
    between = float(values[left.last + 1 : right.first].mean()) - (left.expected + right.expected) / 2
    return off[0] * off[1] > 0.0 and abs(between) > min(map(abs, off)) / 2 and between * off[0] > 0.0
