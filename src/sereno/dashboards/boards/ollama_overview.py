"""Ollama overview: seed of every Ollama operator: is it there, how fast, how wrong, what does it cost."""

from __future__ import annotations

from sereno.dashboards import parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import increase, mean, quantile, rate, share, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, bad_above, bad_from
from sereno.dashboards.panel import Heat, Kind, Pie, Query, Series, Tile
from sereno.dashboards.variables import CALLS, UPSTREAM

REQUESTS, DURATION, COSTS = "ollama_requests_total", "ollama_request_duration_seconds", "ollama_model_costs"
FAILED = share(rate(REQUESTS, 'status="error"'), rate(REQUESTS, 'status=~"success|error"'))


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="ollama-overview",
        title="Ollama overview",
        text="Requests over the Ollama API: is it there, how much, how fast, how often wrong, at what cost.",
        folder="Ollama",
        audiences=("operator", "developer"),
        variables=(*CALLS, UPSTREAM),
        sections=(
            Section("", _tiles(limits)),
            Section("Requests", _requests(limits)),
            Section("Models", (parts.models_table(limits), parts.loaded_memory(), _costs())),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    return (
        parts.ollama_status(),
        parts.models_installed("Models installed"),
        Tile(
            "Request rate",
            "Requests a second over the Ollama API (ollama_requests_total). 0: Ollama is asked nothing.",
            (Query(tile(rate(REQUESTS)), "Requests"),),
            "reqps",
            words=REACH,
            decimals=2,
        ),
        Tile(
            "Error rate",
            "Percent of requests over the Ollama API that failed (ollama_requests_total); those whose client left "
            "count on neither side. HighLLMErrorRate alerts from the red.",
            (Query(tile(FAILED), "Errors"),),
            "percent",
            bad_above(limits.errors_yellow, limits.errors_red),
            REACH,
            decimals=2,
        ),
        Tile(
            "Latency P95",
            "19 of 20 requests over the Ollama API took no longer (ollama_request_duration_seconds).",
            (Query(tile(quantile(0.95, DURATION)), "P95"),),
            "s",
            bad_above(limits.latency_yellow, limits.latency_red),
            REACH,
        ),
        Tile(
            "Cost in range",
            "Cost of the requests of the time range whose price is known (ollama_model_costs).",
            (Query(tile(increase(f"{COSTS}_sum")), "USD"),),
            "currencyUSD",
            words=REACH,
            decimals=4,
            spark=False,
        ),
    )


def _requests(limits: Limits) -> tuple[Kind, ...]:
    return (
        Series(
            "Requests by model",
            "Requests a second over the Ollama API, by the model that answered (ollama_requests_total).",
            (Query(rate(REQUESTS, by="model"), "{{model}}"),),
            "reqps",
            stacked=True,
        ),
        Series(
            "Requests by outcome",
            "Requests a second: answered, failed, and those whose client left (ollama_requests_total).",
            (Query(rate(REQUESTS, by="status"), "{{status}}"),),
            "reqps",
            stacked=True,
        ),
        Series(
            "Latency",
            "Percentiles and mean over the Ollama API (ollama_request_duration_seconds); a point opens its trace.",
            (
                Query(quantile(0.5, DURATION), "P50"),
                Query(quantile(0.95, DURATION), "P95", exemplars=True),
                Query(quantile(0.99, DURATION), "P99"),
                Query(mean(DURATION), "Mean"),
            ),
            "s",
            bad_from(limits.latency_red),
            lines=True,
        ),
        Heat(
            "Latency distribution",
            "How many requests a second took how long (ollama_request_duration_seconds): two bands are two kinds of "
            "request, or a cold and a warm model.",
            (Query(rate(f"{DURATION}_bucket", by="le")),),
            "s",
        ),
        Series(
            "Latency P95 by model",
            "Which model is slow (ollama_request_duration_seconds).",
            (Query(quantile(0.95, DURATION, by="model"), "{{model}}"),),
            "s",
            bad_from(limits.latency_red),
            lines=True,
        ),
        Series(
            "Load time",
            "What loading a model added to requests (llm_load_duration_seconds), P95: high is a model that is thrown "
            "out and brought back; see OLLAMA_KEEP_ALIVE.",
            (Query(quantile(0.95, "llm_load_duration_seconds", by="model"), "{{model}}"),),
            "s",
        ),
    )


def _costs() -> Pie:
    return Pie(
        "Cost by model",
        "Cost of the time range by model (ollama_model_costs), calls with a known price only.",
        (Query(increase(f"{COSTS}_sum", by="model") + " > 0", "{{model}}"),),
        "currencyUSD",
        width=12,
        empty="No cost",
    )
