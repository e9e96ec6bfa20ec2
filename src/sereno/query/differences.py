"""Which figures of two sets of calls differ by more than chance: 95 % intervals of the differences."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from sereno.stats.histograms import Histogram
from sereno.stats.intervals import Interval, wilson
from sereno.stats.mover import difference_interval
from sereno.stats.quantile_intervals import quantile_interval
from sereno.store.base import Totals

QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
TIMES = ("latency", "ttft")


class FigureDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How far b lies above a, in the figure's unit, with 95 % confidence.

    Attributes:
        measure: `error_rate`, `latency_p95`, `tokens_per_second`, …
        low, high: ends of the interval of b − a; null where so few values bound it nowhere.
    """

    measure: str
    low: float | None
    high: float | None

    @property
    def sign(self) -> int:
        """1: b is more, -1: a is more, 0: chance alone may have made the difference."""
        if self.low is not None and self.low > 0:
            return 1
        return -1 if self.high is not None and self.high < 0 else 0


def differences(a: Totals, b: Totals) -> list[FigureDifference]:
    """Every figure that is known of both.

    Rates by Newcombe's interval, quantiles by order statistics, speed by the time per output token of the median call:
    the speed of all calls together weighs them by their length, of which sums tell no spread. Calls are taken as
    independent, which calls that waited for one another are not.
    """
    return [one for one in _found(a, b) if one is not None]


def figure_difference(
    measure: str, a: float, of_a: tuple[float, float], b: float, of_b: tuple[float, float]
) -> FigureDifference:
    """Of two estimates, each with its own 95 % interval."""
    low, high = difference_interval(a, Interval(*of_a), b, Interval(*of_b))
    return FigureDifference(measure=measure, low=_finite(low), high=_finite(high))


def _found(a: Totals, b: Totals) -> Iterator[FigureDifference | None]:
    yield _rate(a, b)
    for kind in TIMES:
        for name, q in QUANTILES.items():
            yield _quantile(f"{kind}_{name}", q, getattr(a, kind), getattr(b, kind))
    yield _speed(a.tpot, b.tpot)


def _rate(a: Totals, b: Totals) -> FigureDifference | None:
    n, m = a.success + a.error, b.success + b.error
    if not n or not m:
        return None
    return figure_difference("error_rate", a.error / n, wilson(a.error, n), b.error / m, wilson(b.error, m))


def _quantile(measure: str, q: float, a: Histogram | None, b: Histogram | None) -> FigureDifference | None:
    left, right = (None if one is None else one.quantile(q) for one in (a, b))
    if a is None or b is None or left is None or right is None:
        return None
    return figure_difference(measure, left, quantile_interval(a, q), right, quantile_interval(b, q))


def _speed(a: Histogram | None, b: Histogram | None) -> FigureDifference | None:
    left, right = (None if one is None else one.quantile(0.5) for one in (a, b))
    if a is None or b is None or not left or not right:
        return None
    return figure_difference("tokens_per_second", 1 / left, _inverse(a), 1 / right, _inverse(b))


def _inverse(seconds: Histogram) -> tuple[float, float]:
    low, high = quantile_interval(seconds, 0.5)
    return 1 / high, math.inf if low == 0 else 1 / low


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
