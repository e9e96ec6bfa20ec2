"""Indicators as PromQL: errors, events and the ratio of both in a window.

What no data means, everywhere: no traffic gives no sample (0 / 0 is not an error and not a success), traffic without a
series of errors gives 0. The error of a mean is its overshoot over the limit.
"""

from __future__ import annotations

import re

from sereno.promql.edges import le_matcher, normalised
from sereno.promql.query import Matcher, quoted
from sereno.slo.spec import Availability, Events, Indicator, Latency, Mean, Ratio, decimal_text

_PLACEHOLDER = re.compile(r"\{\{\s*\.?\s*window\s*\}\}")


def selector(metric: str, *groups: tuple[Matcher, ...], also: str = "") -> str:
    """A metric with conditions; `also` is one more as text.

    >>> print(selector("a", (Matcher("x", "=", "1"),), also='le="3.0"'), selector("a"))
    a{x="1",le="3.0"} a
    """
    parts = [f"{matcher.label}{matcher.operator}{quoted(matcher.value)}" for group in groups for matcher in group]
    parts += [also] if also else []
    return f"{metric}{{{','.join(parts)}}}" if parts else metric


def has_window(query: str) -> bool:
    """Whether a query of the user's own says where its range goes."""
    return _PLACEHOLDER.search(query) is not None


def at_window(query: str, window: str) -> str:
    """A query of the user's own with its range, made fit for Prometheus 3.

    >>> at_window("sum(rate(a[{{ .window }}]))", "5m")
    'sum(rate(a[5m]))'
    """
    return normalised(_PLACEHOLDER.sub(window, query).strip())


def numerator(indicator: Indicator, window: str) -> str | None:
    """Errors a second in a window, for a mean its sum a second; None for a ratio."""
    match indicator:
        case Availability():
            return _rate(selector(indicator.metric, indicator.where, indicator.bad), window)
        case Latency():
            edge = le_matcher(indicator.threshold, ours=indicator.ours)
            fast = selector(f"{indicator.histogram}_bucket", indicator.where, also=edge)
            return f"{total(indicator, window)} - {_rate(fast, window)}"
        case Mean():
            return _rate(selector(indicator.sum, indicator.where), window)
        case Events(bad=str(bad)):
            return at_window(bad, window)
        case Events(good=str(good)):
            return f"({at_window(indicator.total, window)}) - ({at_window(good, window)})"
        case _:
            return None


def total(indicator: Indicator, window: str) -> str | None:
    """Events a second in a window; None for a ratio, which does not tell."""
    match indicator:
        case Availability():
            return _rate(selector(indicator.metric, indicator.where, indicator.total), window)
        case Latency():
            return _rate(selector(f"{indicator.histogram}_count", indicator.where), window)
        case Mean():
            return _rate(selector(indicator.count, indicator.where), window)
        case Events():
            return at_window(indicator.total, window)
        case _:
            return None


def errors_rate(indicator: Indicator, window: str) -> str | None:
    """`numerator`, with 0 where there is traffic and no series of errors."""
    above, below = numerator(indicator, window), total(indicator, window)
    if above is None or below is None or isinstance(indicator, (Latency, Mean)):
        return above
    return f"{_bracketed(indicator, above)} or 0 * {_bracketed(indicator, below)}"


def error_ratio(indicator: Indicator, window: str) -> str:
    """The error in a window: 0 to 1, for a mean 0 to any."""
    if isinstance(indicator, Ratio):
        query = at_window(indicator.query, window)
        return f"1 - ({query})" if indicator.success else f"({query})"
    above, below = errors_rate(indicator, window), total(indicator, window)
    assert above is not None
    assert below is not None
    return _quotient(indicator, above if isinstance(indicator, Mean) else f"({above})", _bracketed(indicator, below))


def period_error_ratio(indicator: Indicator, errors: str, events: str, ratio: str, period: str) -> str:
    """The error over the whole period, from recorded series: weighted by traffic where events are known.

    Args:
        indicator: what is measured.
        errors: the recorded 5-minute rate of `errors_rate`.
        events: the recorded 5-minute rate of `total`.
        ratio: the recorded 5-minute error ratio, for indicators that know no events.
        period: the range.
    """
    if isinstance(indicator, Ratio):
        return f"avg_over_time({ratio}[{period}])"
    return _quotient(indicator, f"sum_over_time({errors}[{period}])", f"sum_over_time({events}[{period}])")


def present(indicator: Indicator) -> tuple[str, ...]:
    """The selectors without which an indicator has no data."""
    match indicator:
        case Availability():
            return (selector(indicator.metric, indicator.where, indicator.total),)
        case Latency():
            return (selector(f"{indicator.histogram}_count", indicator.where),)
        case Mean():
            return (selector(indicator.count, indicator.where),)
        case _:
            return ()


def _quotient(indicator: Indicator, above: str, below: str) -> str:
    quotient = f"{above} / ({below} > 0)"
    if isinstance(indicator, Mean):
        return f"clamp_min({quotient} / {decimal_text(indicator.at_most)} - 1, 0)"
    return quotient


def _bracketed(indicator: Indicator, expression: str) -> str:
    """Brackets around what a user wrote; ours is one `sum`."""
    return f"({expression})" if isinstance(indicator, Events) else expression


def _rate(series: str, window: str) -> str:
    return f"sum(rate({series}[{window}]))"
