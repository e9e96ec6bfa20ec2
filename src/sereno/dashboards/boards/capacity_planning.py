"""When does what run out."""

from __future__ import annotations

from sereno.dashboards import host, parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RANGE, rate, select, total
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import Step, Steps, bad_above, bad_from
from sereno.dashboards.panel import Bars, Kind, Query, Series, Tile
from sereno.dashboards.variables import CALLS, HOST, UPSTREAM

DAY = 86400
BUSY = rate("llm_request_duration_seconds_sum")
"""Requests being worked on, on average: seconds of work a second (Little's law)."""
PEAK = f"quantile_over_time(0.95, ({BUSY})[1d:5m])"
"""What the busiest 72 minutes of the last day exceeded."""
GROWTH = f"deriv(({BUSY})[{RANGE}:1h]) * {DAY}"
STORE = total(select("sereno_store_bytes"))
NOT_SOON = "Not at this pace"


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="capacity-planning",
        title="Capacity planning",
        text="Days until disk, memory and throughput run out at the pace of the time range, and what is in reserve.",
        folder="Platform",
        audiences=("operator", "manager"),
        variables=(HOST, *CALLS, UPSTREAM),
        since="now-7d",
        refresh="5m",
        sections=(
            Section("Days left", _days(limits)),
            Section("Throughput", _throughput(limits)),
            Section("Memory and disk", _space(limits)),
        ),
    )


def _soon(limits: Limits) -> Steps:
    return (Step(None, "red"), Step(limits.days_red, "yellow"), Step(limits.days_yellow, "green"))


def _left(available: str) -> str:
    """Days until a series reaches 0, absent while it does not fall."""
    return f"{available} / (-deriv({available}[{RANGE}]) * {DAY} > 0)"


def _days(limits: Limits) -> tuple[Kind, ...]:
    soon = _soon(limits)
    disk = f"min({_left(f'node_filesystem_avail_bytes{{{host.DISKS}}}')})"
    memory = f"min({_left(f'node_memory_MemAvailable_bytes{{{host.HOST}}}')})"
    return (
        Tile(
            "Until a disk is full",
            "The file system that fills first, at the time range's pace (node_filesystem_avail_bytes, its slope).",
            (Query(disk, "Disk"),),
            "d", soon, width=6, decimals=1, spark=False, empty=NOT_SOON,
        ),
        Tile(
            "Until memory runs out",
            "The host whose available memory falls fastest (node_memory_MemAvailable_bytes, its slope): a leak.",
            (Query(memory, "Memory"),),
            "d", soon, width=6, decimals=1, spark=False, empty=NOT_SOON,
        ),
        Tile(
            "Until throughput runs out",
            f"When the busy hours will need more than the {limits.slots:g} requests that the model servers work on at "
            "a time, at the time range's growth (llm_request_duration_seconds_sum). Set `slots` to OLLAMA_NUM_PARALLEL "
            "of all servers.",
            (Query(f"clamp_min({limits.slots:g} - {PEAK}, 0) / ({GROWTH} > 0)", "Throughput"),),
            "d", soon, width=6, decimals=1, spark=False, empty=NOT_SOON,
        ),
        Tile(
            "Record grows a day",
            "Bytes that the store grows a day (sereno_store_bytes); retention bounds it.",
            (Query(f"clamp_min(deriv(({STORE})[{RANGE}:1h]) * {DAY}, 0)", "Growth"),),
            "bytes", width=6, spark=False, empty="Not known yet",
        ),
    )  # fmt: skip


def _throughput(limits: Limits) -> tuple[Kind, ...]:
    return (
        Series(
            "Requests at a time",
            "How many requests models worked on (llm_request_duration_seconds_sum a second) beside the slots there "
            "are. Above them requests wait, and latency is waiting.",
            (Query(BUSY, "Mean"), Query(f"vector({limits.slots:g})", "Slots")),
            "short", bad_from(limits.slots), lines=True,
        ),
        Tile(
            "Slots used at busy hours",
            "The 95th percentile of the last day over the slots.",
            (Query(f"100 * {PEAK} / {limits.slots:g}", "Used"),),
            "percent", bad_above(70, 90), width=6, height=8, decimals=0, spark=False,
        ),
        Tile(
            "Growth",
            "Requests at a time that are added a day, slope over the time range.",
            (Query(GROWTH, "A day"),),
            "short", width=6, height=8, decimals=3, spark=False,
        ),
        Series(
            "Tokens a second",
            "Completion tokens, now and the highest of the last day (llm_tokens_used_total): the highest seen is the "
            "least the servers can do.",
            (
                Query(rate("llm_tokens_used_total", 'type="completion"'), "Now"),
                Query(f"max_over_time(({rate('llm_tokens_used_total', COMPLETION)})[1d:5m])", "Highest in a day"),
            ),
            "cps",
        ),
        Series(
            "Requests a day, a week apart",
            "Requests of the last 24 hours, and a week before (llm_requests_total).",
            (
                Query(f"sum(increase({select('llm_requests_total')}[1d]))", "Now"),
                Query(f"sum(increase({select('llm_requests_total')}[1d] offset 7d))", "A week before"),
            ),
            "short",
        ),
    )  # fmt: skip


COMPLETION = 'type="completion"'


def _space(limits: Limits) -> tuple[Kind, ...]:
    free = f"node_filesystem_avail_bytes{{{host.DISKS}}}"
    models, loaded = select("ollama_total_size_bytes"), select("ollama_model_memory_bytes")
    return (
        Bars(
            "Days until each disk is full",
            "At the time range's pace; a file system that does not fill stands here not at all.",
            (Query(f"sort({_left(free)} < 3650)",
                   "{{instance}} {{mountpoint}}"),),
            "d", _soon(limits), decimals=0, empty=NOT_SOON,
        ),
        Series(
            "Disk free, and in a week",
            "Bytes free on the fullest file system, and what a line through the time range says for a week on.",
            (
                Query(f"min({free})", "Free"),
                Query(f"min(predict_linear({free}[{RANGE}], {7 * DAY}))", "In a week"),
            ),
            "bytes", empty=parts.NO_EXPORTER,
        ),
        Series(
            "Record and journal",
            "What Sereno keeps on disk (sereno_store_bytes by part, sereno_journal_bytes).",
            (
                Query(f"sum by (part) ({select('sereno_store_bytes')})", "{{part}}"),
                Query(total(select("sereno_journal_bytes")), "journal"),
            ),
            "bytes", stacked=True,
        ),
        Series(
            "Memory for models",
            "What loaded models take, and what all installed ones would (ollama_model_memory_bytes, "
            "ollama_total_size_bytes).",
            (Query(f"sum({loaded})", "Loaded"), Query(f"sum(max by (upstream) ({models}))", "All installed")),
            "bytes", empty="No Ollama",
        ),
        Series(
            "GPU memory in reserve",
            "Percent of the fullest GPU that stays free, and the least of the last day.",
            (
                Query(f"100 - max({host.GPU_MEMORY})", "Free"),
                Query(f"100 - max_over_time((max({host.GPU_MEMORY}))[1d:5m])", "Least in a day"),
            ),
            "percent", low=0, high=100, empty=parts.NO_GPU,
        ),
        Series(
            "CPU in reserve",
            "Percent of the busiest host's cores that idle, and the least of the last day (node_cpu_seconds_total).",
            (
                Query(f"100 - max({host.CPU})", "Free"),
                Query(f"100 - max_over_time((max({host.CPU}))[1d:5m])", "Least in a day"),
            ),
            "percent", low=0, high=100, empty=parts.NO_EXPORTER,
        ),
    )  # fmt: skip
