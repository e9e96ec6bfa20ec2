"""Ollama's models: what is installed, what is loaded and where, how much each is used."""

from __future__ import annotations

from sereno.dashboards import parts
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RANGE, increase, quantile, rate, select, speed, tile, total
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, UP, YES, bad_from
from sereno.dashboards.panel import Column, Kind, Pie, Query, Series, Table, Tile, Timeline
from sereno.dashboards.variables import CALLS, UPSTREAM


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="ollama-ai-models",
        title="Ollama AI models",
        text="What each Ollama has installed and loaded, how much memory that takes, and how much each model is used.",
        folder="Ollama",
        audiences=("operator", "developer"),
        variables=(*CALLS, UPSTREAM),
        sections=(
            Section("", _tiles()),
            Section("Loaded", _loaded(limits)),
            Section("Installed", (parts.model_sizes(), _use(), _inventory())),
            Section("Servers", (_servers(), _versions(), _polls()), collapsed=True),
        ),
    )


def _tiles() -> tuple[Kind, ...]:
    vram, memory = total(select("ollama_model_vram_bytes")), total(select("ollama_model_memory_bytes"))
    return (
        parts.ollama_status(),
        parts.models_installed("Total models"),
        parts.models_size(),
        Tile(
            "Models loaded",
            "Models in memory now (ollama_model_loaded). 0: the next request waits for a load.",
            (Query(tile(total(select("ollama_model_loaded"))), "Loaded"),),
            "none",
            words=REACH,
            empty="No Ollama",
        ),
        Tile(
            "GPU memory of models",
            "What all loaded models take in GPUs (ollama_model_vram_bytes).",
            (Query(tile(vram), "GPU"),),
            "bytes",
            words=REACH,
            empty="Nothing loaded",
        ),
        Tile(
            "Spilled to CPU",
            "Percent of the loaded models' memory that did not fit into the GPU (ollama_model_memory_bytes less "
            "ollama_model_vram_bytes). Above 0 a model runs partly on the CPU, at a fraction of its speed; 100 is a "
            "host without GPU.",
            (Query(tile(f"100 * (1 - {vram} / ({memory} > 0))"), "Spilled"),),
            "percent",
            bad_from(1),
            REACH,
            empty="Nothing loaded",
        ),
    )


def _loaded(limits: Limits) -> tuple[Kind, ...]:
    return (
        Timeline(
            "Which model is loaded",
            "When each model is in memory (ollama_model_loaded); models that come and go in turn do not fit together.",
            (Query(f"max by (model) ({select('ollama_model_loaded')})", "{{model}}"),),
            "none",
            words=_LOADED,
            empty="No Ollama",
        ),
        parts.loaded_memory(),
        Series(
            "Tokens a second while writing",
            "How fast each model writes once it has begun (inverse of the mean llm_time_per_output_token_seconds).",
            (Query(speed(by="model"), "{{model}}"),),
            "cps",
        ),
        Series(
            "Load time P95",
            "What loading the model added to a request (llm_load_duration_seconds).",
            (Query(quantile(0.95, "llm_load_duration_seconds", by="model"), "{{model}}"),),
            "s",
            bad_from(limits.latency_red),
            lines=True,
        ),
    )


_LOADED = (UP[0]._replace(text="Loaded"), UP[1]._replace(text="Not loaded", colour="text"))


def _use() -> Pie:
    return Pie(
        "Requests by model",
        "Who is asked, over the time range (ollama_requests_total).",
        (Query(increase("ollama_requests_total", by="model") + " > 0", "{{model}}"),),
        "none",
        width=12,
        decimals=0,
    )


def _inventory() -> Table:
    return Table(
        "Inventory",
        "Each installed model: size, whether loaded, its memory, and its use over the time range. No requests: it "
        "could be removed (ollama_model_*, ollama_requests_total).",
        (
            Query(f"max by (model) ({select('ollama_model_size_bytes')})"),
            Query(f"max by (model) ({select('ollama_model_loaded')})"),
            Query(f"max by (model) ({select('ollama_model_memory_bytes')})"),
            Query(f"max by (model) ({select('ollama_model_vram_bytes')})"),
            Query(increase("ollama_requests_total", by="model")),
            Query(speed("model", RANGE)),
        ),
        keys=(Column("model", "string", link=parts.MODEL_LINK),),
        columns=(
            Column("Size", "bytes"),
            Column("Loaded", "none", words=_LOADED),
            Column("Memory", "bytes"),
            Column("GPU memory", "bytes"),
            Column("Requests", decimals=0),
            Column("Tokens/s", "cps", decimals=1),
        ),
        width=24,
        sort="Size",
        empty="No Ollama",
    )


def _servers() -> Table:
    return Table(
        "Model servers",
        "Each server: whether it answers, its models, how long its last poll took (ollama_up, ollama_models_total, "
        "ollama_poll_duration_seconds).",
        (
            Query(f"max by (upstream) ({select('ollama_up')})"),
            Query(f"max by (upstream) ({select('ollama_models_total')})"),
            Query(f"max by (upstream) ({select('ollama_poll_duration_seconds')})"),
        ),
        keys=(Column("upstream", "string"),),
        columns=(Column("State", "none", words=UP), Column("Models", "none"), Column("Poll", "s")),
        empty="No Ollama",
    )


def _versions() -> Table:
    return Table(
        "Versions of model servers",
        "As each server says (ollama_info).",
        (Query(f"max by (upstream, version) ({select('ollama_info')})"),),
        keys=(Column("upstream", "string"), Column("version", "string")),
        columns=(Column("Runs", "none", words=YES),),
        empty="No Ollama",
    )


def _polls() -> Series:
    return Series(
        "Requests that are no calls",
        "Lists, pulls, version checks a second, by route (sereno_other_requests_total).",
        (Query(rate("sereno_other_requests_total", by="route"), "{{route}}"),),
        "reqps",
        stacked=True,
    )
