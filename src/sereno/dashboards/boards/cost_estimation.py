"""What it costs, and what it will."""

from __future__ import annotations

from sereno.dashboards import host, parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RANGE, counted, increase, quantile_over, rate, ratio, select, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, bad_above, bad_from
from sereno.dashboards.panel import Bars, Column, Kind, Note, Pie, Query, Series, Table, Tile
from sereno.dashboards.variables import CALLS

COST, COSTS = "llm_cost_usd_total", "ollama_model_costs"
MONTH = 30


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="cost-estimation",
        title="Cost estimation",
        text="What calls cost by model, what the month will cost at this pace, what no price is known for.",
        folder="LLMOps",
        audiences=("manager", "developer"),
        variables=CALLS,
        since="now-24h",
        refresh="1m",
        sections=(
            Section("", _tiles(limits)),
            Section("Course", _course(limits)),
            Section("By model", _models(limits)),
            Section("Energy of GPUs", _energy(limits), collapsed=True),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    spent = increase(COST)
    unpriced = counted(increase("llm_unpriced_requests_total"), increase("llm_requests_total"))
    return (
        Tile(
            "Cost in range",
            "What the calls of the time range cost (llm_cost_usd_total), those with a known price.",
            (Query(tile(spent), "USD"),),
            "currencyUSD", words=REACH, decimals=4, spark=False,
        ),
        Tile(
            "Cost rate (USD/hour)",
            "What an hour like this one costs (llm_cost_usd_total). HighLLMCost alerts above 10.",
            (Query(tile(f"3600 * {rate(COST)}"), "USD an hour"),),
            "currencyUSD", bad_above(limits.cost_yellow, limits.cost_red), REACH, decimals=4,
        ),
        Tile(
            "Month at this pace",
            f"The time range's cost, stretched to {MONTH} days; red above the month's budget of "
            f"{limits.cost_budget:g} USD.",
            (Query(tile(f"{spent} * ({MONTH} * 86400 / $__range_s)"), "USD"),),
            "currencyUSD", bad_above(0.8 * limits.cost_budget, limits.cost_budget), REACH, decimals=2, spark=False,
        ),
        Tile(
            "Budget used, last 30 days",
            f"Percent of the month's budget of {limits.cost_budget:g} USD that the last {MONTH} days took.",
            (Query(tile(f"100 * {increase(COST, over=f'{MONTH}d')} / {limits.cost_budget:g}"), "Used"),),
            "percent", bad_above(80, 100), REACH, decimals=1, spark=False,
        ),
        parts.cost_request(limits),
        Tile(
            "Calls without a price",
            "Requests of the time range that stand in no cost figure (llm_unpriced_requests_total). `sereno prices` "
            "says which models, and how to set theirs.",
            (Query(tile(unpriced), "Requests"),),
            "none", bad_from(1), REACH, decimals=0, spark=False,
        ),
    )  # fmt: skip


def _course(limits: Limits) -> tuple[Kind, ...]:
    return (
        Series(
            "Cost by hour",
            "US dollars an hour, by model (llm_cost_usd_total).",
            (Query(f"3600 * {rate(COST, by='model')}", "{{model}}"),),
            "currencyUSD", bad_from(limits.cost_red), stacked=True, lines=True,
        ),
        Series(
            "Cost per request",
            "Mean, half and 95 % of priced requests cost no more (ollama_model_costs).",
            (
                Query(ratio(rate(f"{COSTS}_sum"), rate(f"{COSTS}_count")), "Mean"),
                Query(f"histogram_quantile(0.5, {rate(f'{COSTS}_bucket', by='le')})", "P50"),
                Query(f"histogram_quantile(0.95, {rate(f'{COSTS}_bucket', by='le')})", "P95"),
            ),
            "currencyUSD", bad_from(limits.cost_request_red), lines=True,
        ),
        Series(
            "Tokens by hour",
            "What the cost is made of (llm_tokens_used_total), an hour.",
            (Query(f"3600 * {rate('llm_tokens_used_total', by='type')}", "{{type}}"),),
            "short", stacked=True,
        ),
        Series(
            "Saved by the prompt cache",
            "Prompt tokens an hour that the model server had cached (llm_cached_tokens_total): hosted models charge "
            "less for them.",
            (Query(f"3600 * {rate('llm_cached_tokens_total', by='model')}", "{{model}}"),),
            "short", stacked=True,
        ),
    )  # fmt: skip


def _models(limits: Limits) -> tuple[Kind, ...]:
    cost, tokens = increase(COST, by="model"), increase("llm_tokens_used_total", by="model")
    return (
        Pie(
            "Cost by model",
            "Shares of the time range's cost (llm_cost_usd_total).",
            (Query(f"{cost} > 0", "{{model}}"),),
            "currencyUSD", empty="No cost",
        ),
        Table(
            "Cost of each model",
            "Over the time range: cost, requests, cost per request (mean and 95th percentile), cost of 1,000 tokens, "
            "calls without a price (llm_cost_usd_total, ollama_model_costs, llm_unpriced_requests_total).",
            (
                Query(cost),
                Query(f"{increase('llm_requests_total', by='model')} > 0"),
                Query(ratio(cost, increase(f"{COSTS}_count", by="model"))),
                Query(quantile_over(0.95, COSTS, by="model")),
                Query(f"1000 * {ratio(cost, tokens)}"),
                Query(counted(increase("llm_unpriced_requests_total", by="model"),
                              increase("llm_requests_total", by="model"))),
            ),
            keys=(Column("model", "string", link=parts.MODEL_LINK),),
            columns=(
                Column("Cost", "currencyUSD", decimals=4),
                Column("Requests", decimals=0),
                Column("Per request", "currencyUSD", bad_above(limits.cost_request_yellow, limits.cost_request_red),
                       decimals=5),
                Column("P95", "currencyUSD", decimals=5),
                Column("1,000 tokens", "currencyUSD", decimals=5),
                Column("Without price", "none", bad_from(1), decimals=0),
            ),
            width=16, sort="Cost",
        ),
        Bars(
            "Requests without a price, by model",
            "Over the time range (llm_unpriced_requests_total).",
            (Query(increase("llm_unpriced_requests_total", by="model") + " > 0", "{{model}}"),),
            "none", bad_from(1), height=7, decimals=0, empty="All have a price",
        ),
        Bars(
            "Budgets of keys",
            "Percent of its month's budget that each key has spent (sereno_key_budget_used_ratio). "
            "KeyBudgetNearlySpent alerts above 80; from 100 on the gateway refuses the key.",
            (Query(f"100 * max by (key) ({select('sereno_key_budget_used_ratio')})", "{{key}}"),),
            "percent", bad_above(80, 100), height=7, decimals=1, empty="No key has a budget",
        ),
        Note(
            "Cost by user and session",
            "**By user and session** cost stands on `costs-by-user`, where PostgreSQL is the store, and in Sereno's "
            "`/sereno/users` and `/sereno/sessions`: names of people are never Prometheus labels.",
            height=7,
        ),
    )  # fmt: skip


def _energy(limits: Limits) -> tuple[Kind, ...]:
    watts = f"sum({host.GPU_POWER})"
    day = f"avg_over_time(({watts})[{RANGE}:1m]) * 24 / 1000"
    return (
        Tile(
            "Power now",
            "All GPUs (DCGM_FI_DEV_POWER_USAGE, nvidia_smi_power_draw_watts or gpu_package_power).",
            (Query(watts, "Power"),),
            "watt", width=6, height=5, empty=parts.NO_GPU,
        ),
        Tile(
            "Energy cost a day",
            f"The range's mean power for 24 hours at {limits.energy_price:g} USD a kWh.",
            (Query(f"{day} * {limits.energy_price:g}", "USD a day"),),
            "currencyUSD", width=6, height=5, spark=False, empty=parts.NO_GPU,
        ),
        Tile(
            "Energy cost of 1,000 requests",
            "The range's mean power over its rate of requests. GPUs that idle make it dear.",
            (
                Query(
                    f"{day} / 86400 * {limits.energy_price:g} * 1000"
                    f" / on () (sum({_rate_range()}) > 0)",
                    "USD",
                ),
            ),
            "currencyUSD", width=12, height=5, spark=False, empty=parts.NO_GPU,
        ),
    )  # fmt: skip


def _rate_range() -> str:
    """Requests a second over the whole range."""
    return f"increase({select('llm_requests_total')}[{RANGE}]) / $__range_s"
