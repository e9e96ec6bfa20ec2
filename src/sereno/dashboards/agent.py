"""Figures of the instrumented agent, which is scraped as a job of its own: `$job` does not choose it."""

from __future__ import annotations

from sereno.dashboards.expressions import RATE
from sereno.dashboards.meaning import bad_from
from sereno.dashboards.panel import Kind, Query, Series, Tile

NO_AGENT = "No agent"
DURATION = "agent_request_duration_seconds"
UP = 'sum(increase(agent_feedback_total{thumbs="up"}[24h]))'
JUDGED = "sum(increase(agent_feedback_total[24h]))"


def _rate(metric: str, by: str = "") -> str:
    return f"sum by ({by}) (rate({metric}[{RATE}]))" if by else f"sum(rate({metric}[{RATE}]))"


def _quantile(q: float) -> str:
    found = f"histogram_quantile({q}, {_rate(f'{DURATION}_bucket', 'le')})"
    return f"{found} and on () ({_rate(f'{DURATION}_count')} > 0)"


def satisfaction(width: int) -> Tile:
    """How content people are."""
    return Tile(
        "Satisfaction",
        "Percent of thumbs that point up, of the answers that people judged in the last 24 hours "
        "(agent_feedback_total). Few judge, and seldom those in the middle.",
        (Query(f"100 * ({UP} or 0 * {JUDGED}) / ({JUDGED} > 0)", "Thumbs up"),),
        "percent",
        width=width,
        decimals=0,
        spark=False,
        empty="Nobody judged",
    )


def conversations(width: int) -> tuple[Tile, Tile]:
    """How much it is used."""
    return (
        Tile(
            "Conversations",
            "Begun in the last 24 hours, as the instrumented agent counts them (agent_conversations_total).",
            (Query("sum(increase(agent_conversations_total[24h]))", "Conversations"),),
            "short",
            width=width,
            decimals=0,
            spark=False,
            empty=NO_AGENT,
        ),
        Tile(
            "Active conversations",
            "Conversations that the agent remembers now (agent_conversations_active).",
            (Query("sum(agent_conversations_active)", "Active"),),
            "short",
            width=width,
            decimals=0,
            empty=NO_AGENT,
        ),
    )


def panels(latency_red: float) -> tuple[Kind, ...]:
    """The agent in detail.

    Args:
        latency_red: seconds from which an answer is too slow.
    """
    return (
        Series(
            "Messages to the agent",
            "A second, by outcome (agent_requests_total).",
            (Query(_rate("agent_requests_total", "status"), "{{status}}"),),
            "reqps",
            width=8,
            stacked=True,
            empty=NO_AGENT,
        ),
        Series(
            "Response time of the agent",
            "What a person waits for, all calls to models included (agent_request_duration_seconds).",
            (
                Query(_quantile(0.5), "P50"),
                Query(_quantile(0.95), "P95"),
                Query(f"{_rate(f'{DURATION}_sum')} / ({_rate(f'{DURATION}_count')} > 0)", "Mean"),
            ),
            "s",
            bad_from(latency_red),
            width=8,
            lines=True,
            empty=NO_AGENT,
        ),
        Series(
            "Messages without an answer",
            "A second, by what was wrong with the model (agent_errors_total).",
            (Query(_rate("agent_errors_total", "type"), "{{type}}"),),
            "reqps",
            width=8,
            stacked=True,
            empty="No errors",
        ),
        Series(
            "In the agent now",
            "Conversations remembered, messages being answered (agent_conversations_active, agent_requests_in_flight).",
            (
                Query("sum(agent_conversations_active)", "Conversations"),
                Query("sum(agent_requests_in_flight)", "Being answered"),
            ),
            "none",
            width=8,
            empty=NO_AGENT,
        ),
        Series(
            "Thumbs",
            "Judged answers an hour, thumbs up and down (agent_feedback_total), and those that Sereno was not told of "
            "(agent_feedback_sent_total).",
            (
                Query(f"3600 * {_rate('agent_feedback_total', 'thumbs')}", "{{thumbs}}"),
                Query(
                    '3600 * sum(rate(agent_feedback_sent_total{outcome="failed"}[$__rate_interval])) > 0', "not told"
                ),
            ),
            "none",
            width=8,
            stacked=True,
            empty="Nobody judged",
        ),
        Series(
            "Mean score",
            "Of the scores that people gave, 0 to 1 (agent_feedback_score).",
            (Query(f"{_rate('agent_feedback_score_sum')} / ({_rate('agent_feedback_score_count')} > 0)", "Score"),),
            "percentunit",
            width=8,
            low=0,
            high=1,
            empty="Nobody judged",
        ),
    )
