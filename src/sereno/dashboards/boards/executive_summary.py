"""The one page for a large screen."""

from __future__ import annotations

from sereno.dashboards import agent, host, machine, parts, people
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RANGE, increase, outcome_share, quantile_over, ratio, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, bad_above, bad_below
from sereno.dashboards.panel import Kind, Query, Series, Tile
from sereno.dashboards.variables import CALLS, HOST, UPSTREAM


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="executive-summary",
        title="Executive summary",
        text="Is everything up, is it used, what does it cost: the last 24 hours for a large screen.",
        folder="Platform",
        audiences=("manager", "operator"),
        variables=(HOST, *CALLS, UPSTREAM),
        since="now-24h",
        sections=(
            Section("", _platform(limits)),
            Section("Use and cost, last 24 hours", _business(limits)),
            Section("People", _people()),
            Section("Trends", _trends(limits)),
        ),
    )


def _platform(limits: Limits) -> tuple[Kind, ...]:
    return (
        machine.uptime("System uptime", 3),
        machine.cpu(limits, 3, 0),
        machine.memory("The fullest host (node_memory_MemAvailable_bytes).", limits, 3, 0),
        machine.disk("Disk usage", "The fullest file system (node_filesystem_avail_bytes).", limits, 3, 0),
        Tile(
            "GPU utilization",
            "Mean of all GPUs (DCGM, nvidia-smi or ROCm exporter).",
            (Query(f"avg({host.GPU_BUSY})", "GPU"),),
            "percent", width=3, decimals=0, empty=parts.NO_GPU,
        ),
        parts.ollama_status(width=3),
        parts.models_installed("Ollama models", width=3),
        machine.containers("Active containers", 3),
    )  # fmt: skip


def _business(limits: Limits) -> tuple[Kind, ...]:
    answered = increase("llm_requests_total", 'status="success"', over="24h")
    cost = increase("llm_cost_usd_total", over="24h")
    energy = f"avg_over_time((sum({host.GPU_POWER}))[24h:5m]) * 24 / 1000 * {limits.energy_price:g}"
    return (
        Tile(
            "Questions answered",
            "LLM requests that were answered in the last 24 hours (llm_requests_total).",
            (Query(tile(answered), "Answered"),),
            "short", words=REACH, decimals=0, spark=False, width=3,
        ),
        Tile(
            "Success rate",
            "Percent of requests answered, over the time range (llm_requests_total); those whose client left count on "
            "neither side.",
            (Query(tile(outcome_share("success", over=RANGE)), "Success"),),
            "percent", bad_below(limits.availability_yellow, limits.availability_green), REACH, decimals=2,
            spark=False, width=3,
        ),
        Tile(
            "Response time P95",
            "19 of 20 requests of the time range took no longer (llm_request_duration_seconds).",
            (Query(tile(quantile_over(0.95, "llm_request_duration_seconds")), "P95"),),
            "s", bad_above(limits.latency_yellow, limits.latency_red), REACH, spark=False, width=3,
        ),
        Tile(
            "Estimated daily cost",
            "Calls of the last 24 hours with a known price (llm_cost_usd_total), and the GPUs' energy at "
            f"{limits.energy_price:g} USD a kWh where an exporter tells their power.",
            (Query(tile(f"{cost} + (({energy}) or 0 * {cost})"), "USD a day"),),
            "currencyUSD", bad_above(24 * limits.cost_yellow, 24 * limits.cost_red), REACH, decimals=2,
            spark=False, width=3,
        ),
        Tile(
            "Cost per answered question",
            "Cost of the last 24 hours over the requests answered whose price is known (llm_cost_usd_total, "
            "ollama_model_costs).",
            (Query(tile(ratio(cost, increase("ollama_model_costs_count", over="24h"))), "USD"),),
            "currencyUSD", bad_above(limits.cost_request_yellow, limits.cost_request_red), REACH, decimals=5,
            spark=False, width=3,
        ),
        *agent.conversations(3),
        agent.satisfaction(3),
    )  # fmt: skip


def _people() -> tuple[Kind, ...]:
    return (
        people.active_users(6, people.EVERYBODY),
        people.sessions(6, people.ALL_TALKS),
        people.cost_user(6, people.EVERYBODY),
        people.judged(6),
    )


def _trends(limits: Limits) -> tuple[Kind, ...]:
    return (
        Series(
            "Resource usage trends (24h)",
            "CPU and memory of the busiest host, mean of all GPUs.",
            (
                Query(f"max({host.CPU})", "CPU"),
                Query(f"max({host.MEMORY})", "Memory"),
                Query(f"avg({host.GPU_BUSY})", "GPU"),
            ),
            "percent", bad_above(limits.cpu_red, limits.memory_red), low=0, high=100, empty=parts.NO_EXPORTER,
        ),
        machine.network("Network I/O (24h)"),
        parts.services(),
        Series(
            "Questions by model",
            "Requests an hour, by the model that answered (llm_requests_total).",
            (Query(increase("llm_requests_total", by="model", over="1h"), "{{model}}"),),
            "short", stacked=True,
        ),
    )  # fmt: skip
