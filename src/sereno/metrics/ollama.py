"""What a model server says about itself, read from its answers to a poll, and the gauges it becomes.

Ollama: `/api/version`, `/api/tags` (installed), `/api/ps` (loaded). Servers with the OpenAI API alone (vLLM, llama.cpp)
answer `/v1/models`. What an answer does not hold stays unknown and its gauges absent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from sereno.metrics.increments import Labels
from sereno.wire.models import canonical

Api = Literal["ollama", "openai"]


class Details(msgspec.Struct, frozen=True):
    """Part of a model's entry in Ollama's lists."""

    family: str | None = None
    parameter_size: str | None = None
    quantization_level: str | None = None


class Installed(msgspec.Struct, frozen=True):
    """A model in `/api/tags`; `size` in bytes."""

    name: str
    size: int | None = None
    digest: str | None = None
    details: Details | None = None


class Loaded(msgspec.Struct, frozen=True):
    """A model in `/api/ps`: `size` is all the memory it takes in bytes, `size_vram` the part in the GPU."""

    name: str
    size: int | None = None
    size_vram: int | None = None
    digest: str | None = None


class ServerState(msgspec.Struct, frozen=True, kw_only=True):
    """What one poll found.

    Attributes:
        up: whether the server answered.
        api: what it speaks, None while it never answered.
        version: Ollama's version.
        installed: models it has, None where it did not say.
        loaded: models in memory, None where it did not say.
        seconds: how long the poll took.
        error: why it is not up, one sentence.
    """

    up: bool
    api: Api | None
    version: str | None = None
    installed: tuple[Installed, ...] | None = None
    loaded: tuple[Loaded, ...] | None = None
    seconds: float = 0.0
    error: str | None = None


class _Version(msgspec.Struct):
    version: str


class _Tags(msgspec.Struct):
    models: tuple[Installed, ...] | None = None  # Ollama has said null for an empty list


class _Ps(msgspec.Struct):
    models: tuple[Loaded, ...] | None = None


class _OpenAIModel(msgspec.Struct):
    id: str


class _OpenAIModels(msgspec.Struct):
    data: tuple[_OpenAIModel, ...] = ()


_version = msgspec.json.Decoder(_Version)
_tags = msgspec.json.Decoder(_Tags)
_ps = msgspec.json.Decoder(_Ps)
_models = msgspec.json.Decoder(_OpenAIModels)


def read_version(body: bytes) -> str:
    """The version in an answer to `/api/version`, cut to 60 characters; `ValueError` if it is none."""
    return _version.decode(body).version[:60]


def read_tags(body: bytes) -> tuple[Installed, ...]:
    """The models in an answer to `/api/tags`; `ValueError` if it is none."""
    return _tags.decode(body).models or ()


def read_ps(body: bytes) -> tuple[Loaded, ...]:
    """The models in an answer to `/api/ps`; `ValueError` if it is none."""
    return _ps.decode(body).models or ()


def read_openai_models(body: bytes) -> tuple[Installed, ...]:
    """The models in an answer to `/v1/models`; `ValueError` if it is none."""
    return tuple(Installed(model.id) for model in _models.decode(body).data)


def model_name(name: str, api: Api | None) -> str:
    """The canonical name of a listed model: what calls to it are counted under."""
    return canonical(name, ollama=api != "openai") or name


def figures(upstream: str, state: ServerState, label: Callable[[str], str]) -> dict[tuple[str, Labels], float]:
    """The gauges of one server.

    Args:
        upstream: its configured name.
        state: what the last poll found.
        label: the bounded `model` label of a canonical name; models that share one are summed.

    A server that speaks only the OpenAI API has `sereno_upstream_up` and no `ollama_*`; one that never answered is
    taken for an Ollama, because that is what is most often in front of us and `ollama_up == 0` must be alertable.
    """
    out: dict[tuple[str, Labels], float] = {("sereno_upstream_up", (upstream,)): float(state.up)}
    if state.api == "openai":
        return out
    out["ollama_up", (upstream,)] = float(state.up)
    out["ollama_poll_duration_seconds", (upstream,)] = state.seconds
    if not state.up:
        return out
    if state.version is not None:
        out["ollama_info", (upstream, state.version)] = 1.0

    def add(name: str, model: str, value: int | None) -> None:
        if value is not None:
            key = (name, (upstream, label(model_name(model, state.api))))
            out[key] = out.get(key, 0.0) + value

    if state.installed is not None:
        out["ollama_models_total", (upstream,)] = float(len(state.installed))
        out["ollama_total_size_bytes", (upstream,)] = float(sum(model.size or 0 for model in state.installed))
        for model in state.installed:
            add("ollama_model_size_bytes", model.name, model.size)
    if state.loaded is not None:
        running = {model_name(model.name, state.api) for model in state.loaded}
        for name in running | {model_name(model.name, state.api) for model in state.installed or ()}:
            key = ("ollama_model_loaded", (upstream, label(name)))
            out[key] = max(out.get(key, 0.0), float(name in running))
        for entry in state.loaded:
            add("ollama_model_memory_bytes", entry.name, entry.size)
            add("ollama_model_vram_bytes", entry.name, entry.size_vram)
            if entry.size is not None and entry.size_vram:
                add("ollama_model_spilled_bytes", entry.name, max(0, entry.size - entry.size_vram))
    return out
