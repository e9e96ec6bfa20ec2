"""Panels of what calls take of a machine's power, from Sereno's own meters."""

from __future__ import annotations

from sereno.dashboards import parts
from sereno.dashboards.expressions import RANGE, increase, rate, ratio, select
from sereno.dashboards.meaning import UP, YES, bad_from
from sereno.dashboards.panel import Column, Kind, Query, Series, Table

NO_METER = "No power meter on Sereno's machine"


def energy() -> tuple[Kind, ...]:
    """The section."""
    return (
        Series(
            "Power by what it is for",
            "Watts of all meters of Sereno's machine: shared among calls, idle while none ran, and the rest "
            "(sereno_energy_joules_total).",
            (Query(rate("sereno_energy_joules_total", by="state"), "{{state}}"),),
            "watt", stacked=True, empty=NO_METER,
        ),
        Series(
            "Power by model",
            "Watts that each model's calls took (llm_energy_joules_total): a call has its share of the power while it "
            "runs.",
            (Query(rate("llm_energy_joules_total", by="model"), "{{model}}"),),
            "watt", stacked=True, empty=NO_METER,
        ),
        _models(),
        Series(
            "Processor power",
            "Watts of each processor package and the memory beside it (sereno_cpu_energy_joules_total, from RAPL).",
            (Query(rate("sereno_cpu_energy_joules_total", by="zone"), "{{zone}}"),),
            "watt", stacked=True, empty=NO_METER,
        ),
        _gpus(),
    )  # fmt: skip


def _models() -> Table:
    joules = increase("llm_energy_joules_total", by="model")
    return Table(
        "Energy and speed of each model",
        "Over the time range: energy, energy of an output token (llm_energy_joules_total, llm_tokens_used_total), "
        "tokens a second of generation (llm_generation_tokens_total over llm_generation_seconds_total).",
        (
            Query(f"{joules} > 0"),
            Query(ratio(joules, increase("llm_tokens_used_total", 'type="completion"', by="model"))),
            Query(
                ratio(
                    increase("llm_generation_tokens_total", by="model"),
                    increase("llm_generation_seconds_total", by="model"),
                )
            ),
        ),
        keys=(Column("model", "string", link=parts.MODEL_LINK),),
        columns=(
            Column("Energy", "joule", decimals=1),
            Column("Per output token", "joule", decimals=3),
            Column("Tokens/s", "cps", decimals=1),
        ),
        sort="Energy", empty=NO_METER,
    )  # fmt: skip


def _gpus() -> Table:
    info = select("sereno_gpu_info")
    told = [
        *(select(name) for name in ("sereno_gpu_up", "sereno_gpu_memory_total_bytes", "sereno_gpu_power_limit_watts")),
        f"increase({select('sereno_gpu_xid_errors_total')}[{RANGE}])",
    ]
    return Table(
        "GPUs of Sereno's machine",
        "What each is, whether it answers, its memory, power limit, and faults in the time range (sereno_gpu_info, "
        "sereno_gpu_up, sereno_gpu_memory_total_bytes, sereno_gpu_power_limit_watts, sereno_gpu_xid_errors_total).",
        (
            Query(f"max by (gpu, name) ({info})"),
            *(Query(f"max by (gpu, name) ({one} * on (instance, gpu) group_left (name) {info})") for one in told),
        ),
        keys=(Column("gpu", "string"), Column("name", "string")),
        columns=(
            Column("Found", "none", words=YES),
            Column("State", "none", words=UP),
            Column("Memory", "bytes"),
            Column("Power limit", "watt"),
            Column("XID errors", "none", bad_from(1), decimals=0),
        ),
        width=24, empty=parts.NO_GPU,
    )  # fmt: skip
