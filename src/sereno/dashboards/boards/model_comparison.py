"""Models side by side."""

from __future__ import annotations

from sereno.dashboards import parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import (
    RANGE,
    increase,
    outcome_share,
    quantile,
    quantile_over,
    rate,
    ratio,
    speed,
)
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import Steps, bad_above, bad_from
from sereno.dashboards.panel import Bars, Kind, Query, Series
from sereno.dashboards.variables import CALLS

DURATION, TTFT = "llm_request_duration_seconds", "llm_time_to_first_token_seconds"
NAME = "{{model}}"


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="model-comparison",
        title="Model comparison",
        text="Which model is faster, cheaper, more reliable: choose two or more above.",
        folder="LLMOps",
        audiences=("developer", "manager"),
        variables=CALLS,
        since="now-24h",
        refresh="1m",
        sections=(
            Section("", (parts.models_table(limits),)),
            Section("Over the time range", _bars(limits)),
            Section("Course", _course(limits)),
        ),
    )


def _bars(limits: Limits) -> tuple[Kind, ...]:
    answered = increase("llm_requests_total", 'status="success"', by="model")
    cost = ratio(increase("llm_cost_usd_total", by="model"), increase("ollama_model_costs_count", by="model"))
    tokens = ratio(increase("llm_tokens_used_total", by="model"), answered)
    thousand = ratio(increase("llm_cost_usd_total", by="model"), increase("llm_tokens_used_total", by="model"))
    latency = bad_above(limits.latency_yellow, limits.latency_red)
    first = bad_above(limits.first_token_yellow, limits.first_token_red)
    return (
        _bar("Response time P50", "Half of the requests took no longer", 0.5, DURATION, latency),
        _bar("Response time P95", "19 of 20 requests took no longer", 0.95, DURATION, latency),
        _bar("Time to first token P95", "19 of 20 readers waited no longer", 0.95, TTFT, first),
        Bars(
            "Tokens a second",
            "How fast each model writes (inverse of the mean llm_time_per_output_token_seconds).",
            (Query(speed("model", RANGE), NAME),),
            "cps", width=8, decimals=1, low=0,
        ),
        Bars(
            "Success rate",
            "Percent of requests answered (llm_requests_total); those whose client left count on neither side.",
            (Query(outcome_share("success", "model", RANGE), NAME),),
            "percent", width=8, decimals=2, low=0, high=100,
        ),
        Bars(
            "Cost per request",
            "Mean cost of the requests whose price is known (llm_cost_usd_total over ollama_model_costs_count).",
            (Query(cost, NAME),),
            "currencyUSD", bad_above(limits.cost_request_yellow, limits.cost_request_red),
            width=8, decimals=5, low=0, empty="No price",
        ),
        Bars(
            "Tokens per answered request",
            "Prompt and completion (llm_tokens_used_total over llm_requests_total).",
            (Query(tokens, NAME),),
            "none", bad_above(limits.tokens_request_yellow, limits.tokens_request_red), width=8, decimals=0, low=0,
        ),
        Bars(
            "Cost per 1,000 tokens",
            "What a thousand tokens cost in all (llm_cost_usd_total over llm_tokens_used_total).",
            (Query(f"1000 * {thousand}", NAME),),
            "currencyUSD", width=8, decimals=5, low=0, empty="No price",
        ),
        Bars(
            "Requests",
            "How often each was asked (llm_requests_total): few requests make the figures beside it uncertain.",
            (Query(increase("llm_requests_total", by="model") + " > 0", NAME),),
            "none", width=8, decimals=0, low=0,
        ),
    )  # fmt: skip


def _bar(title: str, text: str, q: float, histogram: str, steps: Steps) -> Bars:
    found = quantile_over(q, histogram, by="model")
    return Bars(title, f"{text} ({histogram}).", (Query(found, NAME),), "s", steps, width=8, low=0)


def _course(limits: Limits) -> tuple[Kind, ...]:
    return (
        Series(
            "Response time P95 over time",
            "By model (llm_request_duration_seconds).",
            (Query(quantile(0.95, DURATION, by="model"), NAME, exemplars=True),),
            "s",
            bad_from(limits.latency_red),
            lines=True,
        ),
        Series(
            "Time to first token P95 over time",
            "By model (llm_time_to_first_token_seconds).",
            (Query(quantile(0.95, TTFT, by="model"), NAME),),
            "s",
            bad_from(limits.first_token_red),
            lines=True,
        ),
        Series(
            "Tokens a second over time",
            "How fast each model writes (inverse of the mean llm_time_per_output_token_seconds).",
            (Query(speed(by="model"), NAME),),
            "cps",
        ),
        Series(
            "Error rate over time",
            "Percent of requests that failed, by model (llm_requests_total).",
            (Query(outcome_share("error", "model"), NAME),),
            "percent",
            bad_from(limits.errors_red),
            lines=True,
        ),
        Series(
            "Requests over time",
            "A second, by model (llm_requests_total).",
            (Query(rate("llm_requests_total", by="model"), NAME),),
            "reqps",
            stacked=True,
        ),
        Series(
            "Cost over time",
            "US dollars an hour, by model (llm_cost_usd_total).",
            (Query(f"3600 * {rate('llm_cost_usd_total', by='model')}", NAME),),
            "currencyUSD",
            stacked=True,
        ),
    )
