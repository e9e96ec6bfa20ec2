"""Request options: checked as Ollama checks them, turned into the engine's names.

Defaults are Ollama's (docs/modelfile.md): temperature 0.8, top_k 40, top_p 0.9, repeat_penalty 1.1 over the last
64 tokens, random seed, no limit of tokens but the context. Options it does not know are ignored, as Ollama does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sereno.demo.answers import ApiError
from sereno.demo.catalogue import CONTEXT, STOPS

_INTEGERS = ("num_predict", "num_ctx", "num_keep", "seed", "top_k", "repeat_last_n", "mirostat")
_FLOATS = (
    "temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty",
    "mirostat_tau", "mirostat_eta",
)  # fmt: skip
_RENAMED = {"num_predict": "n_predict"}
_NOT_FOR_THE_ENGINE = ("num_ctx", "num_keep")
_DEFAULTS: Mapping[str, Any] = {
    "temperature": 0.8, "top_k": 40, "top_p": 0.9, "min_p": 0.0, "repeat_penalty": 1.1, "repeat_last_n": 64,
    "n_predict": -1, "seed": -1,
}  # fmt: skip


def checked(asked: Any) -> dict[str, Any]:
    """The known options of a request.

    Raises:
        ApiError: One has a wrong type (status 500, which is what Ollama answers).
    """
    if asked is None:
        return {}
    if not isinstance(asked, Mapping):
        raise ApiError(400, f"options must be an object, not {type(asked).__name__}")
    known: dict[str, Any] = {}
    for name, value in asked.items():
        if name in _INTEGERS:
            if isinstance(value, bool) or not isinstance(value, int | float) or not float(value).is_integer():
                raise ApiError(500, f'option "{name}" must be of type integer')
            known[name] = int(value)
        elif name in _FLOATS:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ApiError(500, f'option "{name}" must be of type float32')
            known[name] = float(value)
        elif name == "stop":
            known[name] = _stops(value)
    return known


def _stops(value: Any) -> list[str]:
    stops = [value] if isinstance(value, str) else value
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise ApiError(500, 'option "stop" must be of type array')
    return [stop for stop in stops if stop]


def for_engine(model: Mapping[str, Any], asked: Mapping[str, Any], schema: Any = None) -> dict[str, Any]:
    """The body of the engine's `/completion`, without its prompt.

    Args:
        model: the model's own options.
        asked: the request's, from `checked`.
        schema: JSON schema the answer must follow, None for free text.
    """
    engine = dict(_DEFAULTS)
    for name, value in {**model, **asked}.items():
        if name not in _NOT_FOR_THE_ENGINE:
            engine[_RENAMED.get(name, name)] = value
    engine["stop"] = [*STOPS, *asked.get("stop", ())]
    if schema is not None:
        engine["json_schema"] = schema
    return engine


def context(asked: Mapping[str, Any]) -> int:
    """Tokens the conversation may hold: `num_ctx`, at least 4 and at most the engine's."""
    return int(min(max(4, asked.get("num_ctx", CONTEXT)), CONTEXT))


def schema(form: Any) -> Any:
    """The JSON schema of Ollama's `format`: None, "json", or a schema.

    Raises:
        ApiError: Neither (status 500, which is what Ollama answers).
    """
    if form in (None, ""):
        return None
    if form == "json":
        return {"type": "object"}
    if isinstance(form, dict):
        return form
    shown = f'"{form}"' if isinstance(form, str) else str(form)
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    raise ApiError(500, f'invalid format: "{quoted}"; expected "json" or a valid JSON Schema object')
