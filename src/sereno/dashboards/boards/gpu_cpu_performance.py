"""What models run on: GPUs and CPUs."""

from __future__ import annotations

from sereno.dashboards import host, machine, parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.energy import energy
from sereno.dashboards.expressions import RANGE, RATE, rate, select
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import bad_above, bad_from
from sereno.dashboards.panel import Gauge, Kind, Query, Series, Tile
from sereno.dashboards.variables import CALLS, HOST, UPSTREAM


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="gpu-cpu-performance",
        title="GPU/CPU performance",
        text="How busy, full, hot and hungry GPUs and CPUs are, and what the models get out of them.",
        folder="Platform",
        audiences=("operator",),
        variables=(HOST, *CALLS, UPSTREAM),
        sections=(
            Section("", _tiles(limits)),
            Section("GPU", _gpu(limits)),
            Section("CPU", _cpu(limits)),
            Section("Energy of calls", energy()),
            Section("Models on them", _models()),
        ),
    )


def _tiles(limits: Limits) -> tuple[Kind, ...]:
    memory = bad_above(limits.gpu_memory_yellow, limits.gpu_memory_red)
    temperature = bad_above(limits.gpu_temperature_yellow, limits.gpu_temperature_red)
    return (
        Gauge(
            "GPU busy now",
            "The busiest GPU (DCGM_FI_DEV_GPU_UTIL, nvidia_smi_utilization_gpu_ratio or gpu_gfx_activity).",
            (Query(f"max({host.GPU_BUSY})", "GPU"),),
            "percent", low=0, high=100, width=4, empty=parts.NO_GPU,
        ),
        Gauge(
            "GPU memory now",
            "The fullest GPU (framebuffer used of all). A model that no longer fits spills to the CPU.",
            (Query(f"max({host.GPU_MEMORY})", "GPU"),),
            "percent", memory, low=0, high=100, width=4, empty=parts.NO_GPU,
        ),
        Gauge(
            "GPU temperature now",
            "The hottest GPU. Above the red it slows itself down.",
            (Query(f"max({host.GPU_TEMPERATURE})", "GPU"),),
            "celsius", temperature, low=0, high=110, width=4, empty=parts.NO_GPU,
        ),
        Gauge(
            "CPU now",
            "The busiest host (node_cpu_seconds_total). HostHighCpu alerts from the red after 5 minutes.",
            (Query(f"max({host.CPU})", "CPU"),),
            "percent", bad_above(limits.cpu_yellow, limits.cpu_red), low=0, high=100, width=4, empty=parts.NO_EXPORTER,
        ),
        Gauge(
            "Memory now",
            "The fullest host (node_memory_MemAvailable_bytes). HostHighMemory alerts from the red after 5 minutes.",
            (Query(f"max({host.MEMORY})", "Memory"),),
            "percent", bad_above(limits.memory_yellow, limits.memory_red), low=0, high=100, width=4,
            empty=parts.NO_EXPORTER,
        ),
        Tile(
            "GPU power now",
            "All GPUs together (DCGM_FI_DEV_POWER_USAGE, nvidia_smi_power_draw_watts or gpu_package_power).",
            (Query(f"sum({host.GPU_POWER})", "Power"),),
            "watt", height=6, empty=parts.NO_GPU,
        ),
    )  # fmt: skip


def _gpu(limits: Limits) -> tuple[Kind, ...]:
    return (
        Series(
            "GPU utilization (%)",
            "Share of time in which each GPU computed (DCGM_FI_DEV_GPU_UTIL, nvidia_smi_utilization_gpu_ratio, "
            "gpu_gfx_activity). Low under load: the model runs on the CPU, or waits for its client.",
            (Query(host.GPU_BUSY, "GPU {{gpu}}"),),
            "percent", low=0, high=100, empty=parts.NO_GPU,
        ),
        Series(
            "GPU memory usage (%)",
            "Framebuffer used (DCGM_FI_DEV_FB_USED, nvidia_smi_memory_used_bytes, gpu_used_vram).",
            (Query(host.GPU_MEMORY, "GPU {{gpu}}"),),
            "percent", bad_from(limits.gpu_memory_red), low=0, high=100, lines=True, empty=parts.NO_GPU,
        ),
        Series(
            "GPU temperature (°C)",
            "Of each GPU (DCGM_FI_DEV_GPU_TEMP, nvidia_smi_temperature_gpu, gpu_junction_temperature).",
            (Query(host.GPU_TEMPERATURE, "GPU {{gpu}}"),),
            "celsius", bad_from(limits.gpu_temperature_red), lines=True, empty=parts.NO_GPU,
        ),
        Series(
            "GPU power usage (W)",
            "Of each GPU (DCGM_FI_DEV_POWER_USAGE, nvidia_smi_power_draw_watts, gpu_package_power).",
            (Query(host.GPU_POWER, "GPU {{gpu}}"),),
            "watt", stacked=True, empty=parts.NO_GPU,
        ),
        Tile(
            "GPU errors (XID)",
            "The last XID that a driver reported (DCGM_FI_DEV_XID_ERRORS or sereno_gpu_last_xid); 0 is none. NVIDIA's "
            "list says what each means; 48, 63, 64, 79 and 94 are hardware.",
            (
                Query(
                    "max by (gpu) (DCGM_FI_DEV_XID_ERRORS) or on () "
                    f"max by (gpu) ({select('sereno_gpu_last_xid')})",
                    "GPU {{gpu}}",
                ),
            ),
            "none", bad_from(1), width=6, empty=parts.NO_GPU,
        ),
        Series(
            "GPU clocks",
            "Clock of the multiprocessors (DCGM_FI_DEV_SM_CLOCK): it falls when a GPU is too hot or its power is "
            "capped.",
            (Query("1e6 * max by (gpu) (DCGM_FI_DEV_SM_CLOCK)", "GPU {{gpu}}"),),
            "hertz", width=9, height=6, empty=parts.NO_GPU,
        ),
        Series(
            "GPU energy",
            "Joules a second, from the GPU's own meter (DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION, in mJ, or "
            "sereno_gpu_energy_joules_total).",
            (
                Query(
                    f"sum by (gpu) (rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION[{RATE}])) / 1000 or on () "
                    f"{rate('sereno_gpu_energy_joules_total', by='gpu')}",
                    "GPU {{gpu}}",
                ),
            ),
            "watt", width=9, height=6, empty=parts.NO_GPU,
        ),
    )  # fmt: skip


def _cpu(limits: Limits) -> tuple[Kind, ...]:
    modes = f'sum by (mode) (rate(node_cpu_seconds_total{{{host.HOST},mode!="idle"}}[{RATE}]))'
    return (
        machine.cpu_by_host(limits),
        Series(
            "CPU by what it does",
            "Cores in use by mode (node_cpu_seconds_total): much iowait is a slow disk, much steal a busy neighbour.",
            (Query(modes, "{{mode}}"),),
            "short", stacked=True, empty=parts.NO_EXPORTER,
        ),
        Series(
            "Load and cores",
            "Processes that run or wait, mean of one minute (node_load1), and cores. Above the cores something waits.",
            (
                Query(f"sum(node_load1{{{host.HOST}}})", "Load"),
                Query(f'count(node_cpu_seconds_total{{{host.HOST},mode="idle"}})', "Cores"),
            ),
            "short", empty=parts.NO_EXPORTER,
        ),
        Series(
            "Time lost waiting",
            "Share of time in which something waited for CPU, memory or disk (node_pressure_*_waiting_seconds_total).",
            (
                Query(f"max(rate(node_pressure_cpu_waiting_seconds_total{{{host.HOST}}}[{RATE}]))", "CPU"),
                Query(f"max(rate(node_pressure_memory_waiting_seconds_total{{{host.HOST}}}[{RATE}]))", "Memory"),
                Query(f"max(rate(node_pressure_io_waiting_seconds_total{{{host.HOST}}}[{RATE}]))", "Disk"),
            ),
            "percentunit", low=0, empty=parts.NO_EXPORTER,
        ),
    )  # fmt: skip


def _models() -> tuple[Kind, ...]:
    tokens = rate("llm_tokens_used_total", 'type="completion"')
    return (
        parts.loaded_memory(),
        Series(
            "Tokens a second, all models",
            "Completion tokens (llm_tokens_used_total) beside requests in flight (llm_requests_in_flight).",
            (Query(tokens, "Tokens a second"), Query(f"sum({select('llm_requests_in_flight')})", "Running")),
            "cps", right=("Running", "none"),
        ),
        Series(
            "Tokens a joule",
            "Completion tokens for each joule the GPUs take: what the hardware is worth.",
            (Query(f"{tokens} / on () (sum({host.GPU_POWER}) > 0)", "Tokens a joule"),),
            "short", empty=parts.NO_GPU,
        ),
        Tile(
            "Energy in range",
            "What all GPUs took in the time range, from their mean power.",
            (Query(f"avg_over_time((sum({host.GPU_POWER}))[{RANGE}:1m]) * $__range_s", "Energy"),),
            "joule", width=12, height=8, spark=False, empty=parts.NO_GPU,
        ),
    )  # fmt: skip
