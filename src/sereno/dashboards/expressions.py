"""The PromQL that panels share.

A ratio without traffic is absent, never 0 / 0 and never 0: its panel says "No traffic". A counter that has not begun
counts as 0 where its whole is known. A tile says -1 where its target is down and -2 where there is none.
"""

from __future__ import annotations

from sereno.conventions import METRIC
from sereno.dashboards.meaning import UNKNOWN, UNREACHABLE

RATE = "$__rate_interval"
RANGE = "$__range"
TARGET = 'job=~"$job",instance=~"$instance"'
"""Every selector of ours has it: what is scraped twice can be told apart."""
SEEN = "1d"
"""How long a target that fell silent is still known to have been there."""
_SUFFIXES = ("_bucket", "_sum", "_count")
REACHED = f"max(up{{{TARGET}}} and on (job, instance) present_over_time(sereno_build_info{{{TARGET}}}[{SEEN}]))"
"""1 if a Sereno is scraped, 0 if all are down, absent if there is none."""


def select(metric: str, *conditions: str) -> str:
    """A selector with the conditions of the dashboard's variables.

    Args:
        metric: name of a sample of ours.
        conditions: further ones.

    >>> select("sereno_store_up")
    'sereno_store_up{job=~"$job",instance=~"$instance"}'
    >>> select("llm_requests_total", 'status="error"')
    'llm_requests_total{job=~"$job",instance=~"$instance",model=~"$model",status="error"}'

    Raises:
        KeyError: there is no such metric.
    """
    family = METRIC.get(metric) or METRIC[next(metric.removesuffix(end) for end in _SUFFIXES if metric.endswith(end))]
    chosen = [f'{label}=~"${label}"' for label in ("upstream", "model") if label in family.labels]
    return f"{metric}{{{','.join([TARGET, *chosen, *conditions])}}}"


def plain(metric: str, *conditions: str) -> str:
    """A selector of a target's metric that no further choice of the dashboard narrows.

    >>> plain("drift_severity", 'model="all"')
    'drift_severity{job=~"$job",instance=~"$instance",model="all"}'

    Raises:
        KeyError: there is no such metric.
    """
    assert METRIC.get(metric) or METRIC[metric.removesuffix("_bucket")]
    return f"{metric}{{{','.join([TARGET, *conditions])}}}"


def total(selector: str, by: str = "") -> str:
    """A sum, over everything or by labels."""
    return f"sum by ({by}) ({selector})" if by else f"sum({selector})"


def rate(metric: str, *conditions: str, by: str = "") -> str:
    """Events a second.

    >>> rate("llm_cost_usd_total", by="model")
    'sum by (model) (rate(llm_cost_usd_total{job=~"$job",instance=~"$instance",model=~"$model"}[$__rate_interval]))'
    """
    return total(f"rate({select(metric, *conditions)}[{RATE}])", by)


def increase(metric: str, *conditions: str, by: str = "", over: str = RANGE) -> str:
    """Events in a window, by default the dashboard's."""
    return total(f"increase({select(metric, *conditions)}[{over}])", by)


def ratio(part: str, whole: str) -> str:
    """Part of a whole; absent where the whole is 0."""
    return f"{part} / ({whole} > 0)"


def share(part: str, whole: str) -> str:
    """Percent; 0 where the part has not begun, absent where the whole is 0."""
    return f"100 * ({counted(part, whole)}) / ({whole} > 0)"


def counted(part: str, whole: str) -> str:
    """A number out of a whole; 0 where the part has not begun, absent where the whole has not."""
    return f"{part} or 0 * {whole}"


def quantile(q: float, histogram: str, *conditions: str, by: str = "") -> str:
    """A percentile of a histogram; absent without traffic.

    >>> quantile(0.5, "llm_load_duration_seconds").startswith("histogram_quantile(0.5, sum by (le) (rate(llm_load_")
    True
    """
    labels = f"{by}, le" if by else "le"
    seen = rate(f"{histogram}_count", *conditions, by=by)
    on = f"on ({by})" if by else "on ()"
    return f"histogram_quantile({q}, {rate(f'{histogram}_bucket', *conditions, by=labels)}) and {on} ({seen} > 0)"


def quantile_over(q: float, histogram: str, *conditions: str, by: str = "", over: str = RANGE) -> str:
    """A percentile over a window; absent without traffic."""
    labels = f"{by}, le" if by else "le"
    seen = increase(f"{histogram}_count", *conditions, by=by, over=over)
    on = f"on ({by})" if by else "on ()"
    found = increase(f"{histogram}_bucket", *conditions, by=labels, over=over)
    return f"histogram_quantile({q}, {found}) and {on} ({seen} > 0)"


def mean(histogram: str, by: str = "") -> str:
    """The mean of a histogram; absent without traffic."""
    return ratio(rate(f"{histogram}_sum", by=by), rate(f"{histogram}_count", by=by))


def mean_over(histogram: str, by: str = "", over: str = RANGE) -> str:
    """The mean of a histogram over a window."""
    return ratio(increase(f"{histogram}_sum", by=by, over=over), increase(f"{histogram}_count", by=by, over=over))


def outcome_share(status: str, by: str = "", over: str = "") -> str:
    """Percent of LLM requests that ended so; those whose client left count on neither side.

    Args:
        status: `success` or `error`; both make 100.
        by: labels.
        over: window; "" is the time around each point.
    """
    part, whole = f'status="{status}"', 'status=~"success|error"'
    if over:
        return share(
            increase("llm_requests_total", part, by=by, over=over),
            increase("llm_requests_total", whole, by=by, over=over),
        )
    return share(rate("llm_requests_total", part, by=by), rate("llm_requests_total", whole, by=by))


def speed(by: str = "", over: str = "") -> str:
    """Tokens a second while an answer is written: the inverse of the mean time per output token."""
    spent, count = "llm_time_per_output_token_seconds_sum", "llm_time_per_output_token_seconds_count"
    if over:
        return ratio(increase(count, by=by, over=over), increase(spent, by=by, over=over))
    return ratio(rate(count, by=by), rate(spent, by=by))


def tile(expression: str) -> str:
    """A figure that is told apart from a target that is down, and from one that is not there."""
    return f"({REACHED} == 0) + {UNREACHABLE} or absent({REACHED}) * {UNKNOWN} or on () ({expression})"
