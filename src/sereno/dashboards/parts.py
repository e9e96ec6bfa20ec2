"""Panels that stand on several dashboards."""

from __future__ import annotations

from sereno.dashboards.expressions import (
    RANGE,
    increase,
    mean_over,
    outcome_share,
    quantile_over,
    ratio,
    select,
    speed,
    tile,
)
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import NOT_SCRAPED, REACH, UP, bad_above, bad_below, bad_from
from sereno.dashboards.panel import Bars, Column, Query, Series, Table, Tile

CARRIED = "${datasource:queryparam}&${__url_time_range}"
"""What a link takes along: data source and time range."""
MODEL_LINK = f"/d/ai-models-performance?var-model=${{__value.text}}&{CARRIED}"
"""A click on a model's name opens its own dashboard."""
USER_LINK = "/d/costs-by-user?var-user=${__value.text}&${__url_time_range}"
"""A click on a user's name opens what that user cost."""
NO_EXPORTER = f"{NOT_SCRAPED}: no node-exporter"
NO_GPU = f"{NOT_SCRAPED}: no GPU exporter"
NO_CONTAINERS = f"{NOT_SCRAPED}: no cAdvisor"


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
            Query(increase("llm_cost_usd_total", by="model") + " > 0"),
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


def ollama_status(width: int = 4) -> Tile:
    """Whether every Ollama answers."""
    return Tile(
        "Ollama status",
        "Whether every Ollama answered its last poll (ollama_up). Unreachable: Sereno itself does not answer "
        "Prometheus.",
        (Query(tile(f"min({select('ollama_up')})"), "Ollama"),),
        "none",
        bad_from(2),
        (*UP, *REACH),
        width=width,
        empty="No Ollama",
        spark=False,
    )


def models_installed(title: str, width: int = 4) -> Tile:
    """How many models there are."""
    return Tile(
        title,
        "Models installed on all Ollamas (ollama_models_total).",
        (Query(tile(f"sum(max by (upstream) ({select('ollama_models_total')}))"), "Models"),),
        "none",
        words=REACH,
        width=width,
        empty="No Ollama",
        spark=False,
    )


def models_size(width: int = 4) -> Tile:
    """How much disk they take."""
    return Tile(
        "Total models size",
        "Size of all installed models (ollama_total_size_bytes).",
        (Query(tile(f"sum(max by (upstream) ({select('ollama_total_size_bytes')}))"), "Size"),),
        "bytes",
        words=REACH,
        width=width,
        empty="No Ollama",
        spark=False,
    )


def model_sizes() -> Bars:
    """Each installed model's size."""
    size = select("ollama_model_size_bytes")
    return Bars(
        "Model sizes",
        "Size of each installed model on disk (ollama_model_size_bytes).",
        (Query(f"sort_desc(max by (model) ({size}))", "{{model}}"),),
        "bytes",
        low=0,
        empty="No Ollama",
    )


def loaded_memory() -> Series:
    """Where loaded models are."""
    vram, memory = select("ollama_model_vram_bytes"), select("ollama_model_memory_bytes")
    spilled = select("ollama_model_spilled_bytes")
    return Series(
        "Memory of loaded models",
        "What each loaded model takes in the GPU (ollama_model_vram_bytes) and what did not fit and runs on the CPU "
        "(ollama_model_spilled_bytes; all of ollama_model_memory_bytes where there is no GPU). A model in both is slow."
        " No line: nothing is loaded.",
        (
            Query(f"max by (model) ({vram})", "{{model}} GPU"),
            Query(
                f"max by (model) ({spilled}) or max by (model) ({memory}) - max by (model) ({vram})", "{{model}} CPU"
            ),
        ),
        "bytes",
        stacked=True,
        empty="Nothing loaded",
    )


def services() -> Table:
    """Every scraped job, and whether it answers."""
    return Table(
        "Service status overview",
        "Every job that Prometheus scrapes: whether all its targets answer now (up), and how much of the time range "
        "they did. A service that stands here not at all is not scraped.",
        (
            Query("min by (job) (up)"),
            Query("100 * avg by (job) (avg_over_time(up[$__range]))"),
            Query("max by (job) (scrape_duration_seconds)"),
        ),
        keys=(Column("job", "string"),),
        columns=(
            Column("State", "none", words=UP),
            Column("Available", "percent", bad_below(99, 99.9), decimals=2),
            Column("Answers in", "s", decimals=3),
        ),
        empty="Prometheus scrapes nothing",
    )


def cost_request(limits: Limits, width: int = 4) -> Tile:
    """What an answered request costs."""
    return Tile(
        "Cost per answered request",
        "Mean cost of the requests whose price is known, over the time range (llm_cost_usd_total over "
        "ollama_model_costs_count).",
        (Query(tile(ratio(increase("llm_cost_usd_total"), increase("ollama_model_costs_count"))), "USD"),),
        "currencyUSD",
        bad_above(limits.cost_request_yellow, limits.cost_request_red),
        REACH,
        width=width,
        decimals=5,
        spark=False,
    )
