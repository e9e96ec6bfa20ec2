"""LLMOps overview: what operators look at first."""

from __future__ import annotations

from sereno.dashboards import agent, parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import (
    counted,
    increase,
    mean,
    mean_over,
    outcome_share,
    quantile,
    quantile_over,
    rate,
    ratio,
    select,
    share,
    tile,
    total,
)
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, bad_above, bad_below, bad_from
from sereno.dashboards.panel import Pie, Query, Series, Tile
from sereno.dashboards.variables import CALLS

TITLE = "LLMOps overview"


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="llmops-overview",
        title=TITLE,
        text="Traffic, latency, errors, tokens and cost of all LLM calls: where to look first.",
        folder="LLMOps",
        audiences=("operator", "developer"),
        variables=CALLS,
        sections=(
            Section("", _tiles(limits)),
            Section("Traffic and time", _course(limits)),
            Section("Use", _use()),
            Section("By model", (parts.models_table(limits),)),
            Section("Detail", _detail(limits), collapsed=True),
            Section("Agent", agent.panels(limits.latency_red), collapsed=True),
        ),
    )


def _tiles(limits: Limits) -> tuple[Tile, ...]:
    duration = "llm_request_duration_seconds"
    return (
        Tile(
            "LLM requests rate",
            "Requests a second that ended, all models and outcomes (llm_requests_total). 0 means that the gateway is "
            "there and nobody asks.",
            (Query(tile(rate("llm_requests_total")), "Requests"),),
            "reqps",
            words=REACH,
            decimals=2,
        ),
        Tile(
            "Average response time",
            "Mean time from a request's first byte to its answer's last (llm_request_duration_seconds). The "
            "percentiles beside it say more: a mean hides the slow tail.",
            (Query(tile(mean(duration)), "Mean"),),
            "s",
            bad_above(limits.latency_yellow, limits.latency_red),
            REACH,
        ),
        Tile(
            "Response time P95",
            "19 of 20 requests took no longer (llm_request_duration_seconds). HighLLMLatency alerts from the red line.",
            (Query(tile(quantile(0.95, duration)), "P95"),),
            "s",
            bad_above(limits.latency_yellow, limits.latency_red),
            REACH,
        ),
        Tile(
            "Token usage rate",
            "Prompt and completion tokens a second over all models (llm_tokens_used_total). HighTokenUsage alerts from "
            "the red line.",
            (Query(tile(rate("llm_tokens_used_total")), "Tokens"),),
            "cps",
            bad_from(limits.tokens_red),
            REACH,
            decimals=0,
        ),
        Tile(
            "Cost rate (USD/hour)",
            "What an hour like this one costs (llm_cost_usd_total), calls with a known price only.",
            (Query(tile(f"3600 * {rate('llm_cost_usd_total')}"), "USD an hour"),),
            "currencyUSD",
            bad_above(limits.cost_yellow, limits.cost_red),
            REACH,
            decimals=4,
        ),
        Tile(
            "Error rate",
            "Percent of requests that failed (llm_requests_total). Requests whose client left count on neither side.",
            (Query(tile(outcome_share("error")), "Errors"),),
            "percent",
            bad_above(limits.errors_yellow, limits.errors_red),
            REACH,
            decimals=2,
        ),
    )


def _course(limits: Limits) -> tuple[Series, ...]:
    duration = "llm_request_duration_seconds"
    return (
        Series(
            "Request success rate",
            "Percent of requests answered and failed (llm_requests_total); together 100. A gap is no traffic. Requests "
            "whose client left count on neither side.",
            (Query(outcome_share("success"), "Success rate %"), Query(outcome_share("error"), "Error rate %")),
            "percent",
            low=0,
            high=100,
        ),
        Series(
            "Response time distribution",
            "Half, 95 % and 99 % of requests took no longer; beside them the mean (llm_request_duration_seconds). "
            "Points are single requests: a click opens the trace. The dashed line is where HighLLMLatency alerts.",
            (
                Query(quantile(0.5, duration), "P50"),
                Query(quantile(0.95, duration), "P95", exemplars=True),
                Query(quantile(0.99, duration), "P99"),
                Query(mean(duration), "Mean"),
            ),
            "s",
            bad_from(limits.latency_red),
            lines=True,
        ),
        Series(
            "Requests by outcome",
            "Requests a second that were answered, that failed, and whose client left (llm_requests_total).",
            (Query(rate("llm_requests_total", by="status"), "{{status}}"),),
            "reqps",
            stacked=True,
        ),
        Series(
            "Time to first token",
            "From a request's first byte to the first chunk that carries content (llm_time_to_first_token_seconds): "
            "what a reader waits for.",
            (
                Query(quantile(0.5, "llm_time_to_first_token_seconds"), "P50"),
                Query(quantile(0.95, "llm_time_to_first_token_seconds"), "P95", exemplars=True),
                Query(mean("llm_time_to_first_token_seconds"), "Mean"),
            ),
            "s",
            bad_from(limits.first_token_red),
            lines=True,
        ),
    )


def _use() -> tuple[Pie | Series, ...]:
    requests = rate("llm_requests_total")
    return (
        Pie(
            "Model usage distribution",
            "Requests by the model that answered, over the time range (llm_requests_total).",
            (Query(increase("llm_requests_total", by="model") + " > 0", "{{model}}"),),
            "none",
            decimals=0,
        ),
        Series(
            "Token efficiency (tokens/request)",
            "Tokens that a request takes in and gives out, mean (llm_tokens_used_total over llm_requests_total).",
            (
                Query(ratio(rate("llm_tokens_used_total", 'type="prompt"'), requests), "Prompt tokens"),
                Query(ratio(rate("llm_tokens_used_total", 'type="completion"'), requests), "Completion tokens"),
            ),
            width=8,
        ),
        Series(
            "Conversation metrics",
            "Conversations begun and messages sent a second, as the instrumented agent counts them "
            "(agent_conversations_total, agent_messages_total). Calls to models stand in the panels above.",
            (
                Query("sum(rate(agent_conversations_total[$__rate_interval]))", "New conversations"),
                Query("sum(rate(agent_messages_total[$__rate_interval]))", "Messages"),
            ),
            "ops",
            width=8,
        ),
    )


def _detail(limits: Limits) -> tuple[Series | Tile, ...]:
    return (*_moments(limits), *_of_the_range(limits))


def _moments(limits: Limits) -> tuple[Series, ...]:
    """What happens at each moment."""
    return (
        Series(
            "Errors by type",
            "Failed requests a second by what went wrong (llm_errors_total); docs/metrics.md lists the types.",
            (Query(rate("llm_errors_total", by="type"), "{{type}}"),),
            "reqps",
            stacked=True,
        ),
        Series(
            "Finish reasons",
            "Why answers ended (llm_finish_reasons_total): `length` is an answer cut at its token limit.",
            (Query(rate("llm_finish_reasons_total", by="reason"), "{{reason}}"),),
            "reqps",
            stacked=True,
        ),
        Series(
            "Running now",
            "Requests that models work on (llm_requests_in_flight), and how many that is on average "
            "(llm_request_duration_seconds_sum a second). Above the slots of the model servers requests wait.",
            (
                Query(total(select("llm_requests_in_flight")), "Running"),
                Query(rate("llm_request_duration_seconds_sum"), "Mean over the interval"),
            ),
            "short",
            bad_from(limits.slots),
            lines=True,
        ),
        Series(
            "Prompt cache",
            "Percent of prompt tokens that the model server had cached (llm_cached_tokens_total).",
            (Query(share(rate("llm_cached_tokens_total"), rate("llm_tokens_used_total", 'type="prompt"')), "Cached"),),
            "percent",
            low=0,
            high=100,
        ),
    )


def _of_the_range(limits: Limits) -> tuple[Tile, ...]:
    """What the chosen time range adds up to."""
    return (
        Tile(
            "Requests in range",
            "Requests that ended in the time range (llm_requests_total).",
            (Query(tile(increase("llm_requests_total")), "Requests"),),
            "short",
            words=REACH,
            spark=False,
        ),
        Tile(
            "Mean in range",
            "Mean response time over the time range (llm_request_duration_seconds).",
            (Query(tile(mean_over("llm_request_duration_seconds")), "Mean"),),
            "s",
            bad_above(limits.latency_yellow, limits.latency_red),
            REACH,
            spark=False,
        ),
        Tile(
            "P99 in range",
            "99 of 100 requests took no longer, over the time range (llm_request_duration_seconds).",
            (Query(tile(quantile_over(0.99, "llm_request_duration_seconds")), "P99"),),
            "s",
            bad_above(limits.latency_yellow, limits.latency_red),
            REACH,
            spark=False,
        ),
        Tile(
            "Done within 3 s",
            "Percent of requests that were done within 3 seconds, over the time range; the bucket is counted exactly "
            "(llm_request_duration_seconds).",
            (
                Query(
                    tile(
                        share(
                            increase("llm_request_duration_seconds_bucket", 'le="3.0"'),
                            increase("llm_request_duration_seconds_count"),
                        )
                    ),
                    "Within 3 s",
                ),
            ),
            "percent",
            bad_below(limits.within_yellow, limits.within_green),
            REACH,
            spark=False,
        ),
        Tile(
            "Calls without a price",
            "Requests whose model has no price (llm_unpriced_requests_total): they stand in no cost figure. "
            "`sereno prices` says which.",
            (
                Query(
                    tile(counted(increase("llm_unpriced_requests_total"), increase("llm_requests_total"))), "Requests"
                ),
            ),
            "short",
            bad_from(1),
            REACH,
            spark=False,
        ),
        Tile(
            "Clients that left",
            "Requests that their client gave up, over the time range (llm_requests_total). Often: too slow.",
            (
                Query(
                    tile(counted(increase("llm_requests_total", 'status="aborted"'), increase("llm_requests_total"))),
                    "Left",
                ),
            ),
            "short",
            words=REACH,
            spark=False,
        ),
    )
