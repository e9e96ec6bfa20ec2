"""One model, or each: how fast, how long, how wrong."""

from __future__ import annotations

from sereno.dashboards import parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import (
    RANGE,
    increase,
    mean,
    outcome_share,
    quantile,
    quantile_over,
    rate,
    ratio,
    speed,
    tile,
)
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import PLAIN, REACH, bad_above, bad_from
from sereno.dashboards.panel import Heat, Kind, Pie, Query, Series, Tile
from sereno.dashboards.variables import CALLS, UPSTREAM

DURATION, TTFT = "llm_request_duration_seconds", "llm_time_to_first_token_seconds"
TPOT, LOAD = "llm_time_per_output_token_seconds", "llm_load_duration_seconds"


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="ai-models-performance",
        title="AI models performance",
        text="Speed, latency, lengths and failures of the chosen models; the dashboard that tables of models lead to.",
        folder="Ollama",
        audiences=("operator", "developer"),
        variables=(*CALLS, UPSTREAM),
        sections=(
            Section("", _tiles(limits)),
            Section("Time", _time(limits)),
            Section("Answers", _answers()),
            Section("Models", (parts.models_table(limits), parts.model_sizes(), parts.loaded_memory())),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    latency = bad_above(limits.latency_yellow, limits.latency_red)
    return (
        parts.ollama_status(),
        parts.models_installed("Total models"),
        parts.models_size(),
        Tile(
            "Response time P95",
            "19 of 20 requests of the time range took no longer (llm_request_duration_seconds).",
            (Query(tile(quantile_over(0.95, DURATION)), "P95"),),
            "s",
            latency,
            REACH,
            spark=False,
        ),
        Tile(
            "Tokens a second",
            "How fast answers are written, over the time range (inverse of the mean "
            "llm_time_per_output_token_seconds).",
            (Query(tile(speed(over=RANGE)), "Tokens"),),
            "cps",
            words=REACH,
            decimals=1,
            spark=False,
        ),
        Tile(
            "Error rate",
            "Percent of requests that failed, over the time range (llm_requests_total).",
            (Query(tile(outcome_share("error", over=RANGE)), "Errors"),),
            "percent",
            bad_above(limits.errors_yellow, limits.errors_red),
            REACH,
            decimals=2,
            spark=False,
        ),
    )


def _percentiles(title: str, text: str, histogram: str, red: float | None) -> Series:
    return Series(
        title,
        f"{text} ({histogram}); a point opens its trace.",
        (
            Query(quantile(0.5, histogram), "P50"),
            Query(quantile(0.95, histogram), "P95", exemplars=True),
            Query(quantile(0.99, histogram), "P99"),
            Query(mean(histogram), "Mean"),
        ),
        "s",
        PLAIN if red is None else bad_from(red),
        lines=red is not None,
    )


def _time(limits: Limits) -> tuple[Kind, ...]:
    return (
        _percentiles("Response time", "From a request's first byte to its answer's last", DURATION, limits.latency_red),
        _percentiles("Time to first token", "What a reader waits for", TTFT, limits.first_token_red),
        _percentiles("Time per output token", "The pace at which an answer is written", TPOT, None),
        _percentiles("Model load time", "What a cold model adds to a request", LOAD, None),
        Heat(
            "Response time distribution",
            "How many requests a second took how long (llm_request_duration_seconds).",
            (Query(rate(f"{DURATION}_bucket", by="le")),),
            "s",
        ),
        Series(
            "Tokens a second by model",
            "How fast each model writes once it has begun (inverse of the mean llm_time_per_output_token_seconds).",
            (Query(speed(by="model"), "{{model}}"),),
            "cps",
        ),
    )


def _answers() -> tuple[Kind, ...]:
    requests = rate("llm_requests_total", 'status="success"')
    return (
        Series(
            "Length of requests and answers",
            "Tokens that a request takes in and gives out, mean (llm_tokens_used_total over answered requests).",
            (
                Query(ratio(rate("llm_tokens_used_total", 'type="prompt"'), requests), "Prompt"),
                Query(ratio(rate("llm_tokens_used_total", 'type="completion"'), requests), "Completion"),
            ),
        ),
        Series(
            "Errors by type",
            "Failed requests a second by what went wrong (llm_errors_total).",
            (Query(rate("llm_errors_total", by="type"), "{{type}}"),),
            "reqps",
            stacked=True,
            empty="No errors",
        ),
        Pie(
            "Finish reasons",
            "Why answers ended, over the time range (llm_finish_reasons_total): `length` was cut at its token limit.",
            (Query(increase("llm_finish_reasons_total", by="reason") + " > 0", "{{reason}}"),),
            "none",
            decimals=0,
        ),
        Pie(
            "Operations",
            "What models were asked for, over the time range (llm_requests_total).",
            (Query(increase("llm_requests_total", by="operation") + " > 0", "{{operation}}"),),
            "none",
            decimals=0,
        ),
        Pie(
            "Tokens by type",
            "Prompt and completion tokens of the time range (llm_tokens_used_total).",
            (Query(increase("llm_tokens_used_total", by="type") + " > 0", "{{type}}"),),
            "none",
            decimals=0,
        ),
    )
