"""Panels that stand on several dashboards."""

from __future__ import annotations

from sereno.dashboards.expressions import RANGE, increase, mean_over, outcome_share, quantile_over, speed
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import bad_above
from sereno.dashboards.panel import Column, Query, Table

CARRIED = "${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&${__url_time_range}"
"""What a link takes along: data source, targets, time range."""
MODEL_LINK = f"/d/ai-models-performance?var-model=${{__value.text}}&{CARRIED}"
"""A click on a model's name opens its own dashboard."""


def models_table(limits: Limits) -> Table:
    """Every model with its figures over the time range."""
    duration, ttft = "llm_request_duration_seconds", "llm_time_to_first_token_seconds"
    colours = bad_above(limits.latency_yellow, limits.latency_red)
    return Table(
        "Models",
        "Each model over the time range: requests, errors, response time, time to first token, tokens, cost. A click "
        "on a name opens the model (llm_* metrics). An empty cell is no traffic, or no price.",
        (
            Query(increase("llm_requests_total", by="model") + " > 0"),
            Query(outcome_share("error", "model", RANGE)),
            Query(mean_over(duration, by="model")),
            Query(quantile_over(0.5, duration, by="model")),
            Query(quantile_over(0.95, duration, by="model")),
            Query(quantile_over(0.99, duration, by="model")),
            Query(quantile_over(0.95, ttft, by="model")),
            Query(increase("llm_tokens_used_total", by="model") + " > 0"),
            Query(speed("model", RANGE)),
            Query(increase("llm_cost_usd_total", by="model")),
        ),
        keys=(Column("model", "string", link=MODEL_LINK),),
        columns=(
            Column("Requests", decimals=0),
            Column("Errors %", "percent", bad_above(limits.errors_yellow, limits.errors_red), decimals=2),
            Column("Mean", "s", colours),
            Column("P50", "s", colours),
            Column("P95", "s", colours),
            Column("P99", "s", colours),
            Column("First token P95", "s", bad_above(limits.first_token_yellow, limits.first_token_red)),
            Column("Tokens", decimals=0),
            Column("Tokens/s", "cps", decimals=1),
            Column("Cost", "currencyUSD", decimals=4),
        ),
        width=24,
        height=9,
        sort="Requests",
    )
