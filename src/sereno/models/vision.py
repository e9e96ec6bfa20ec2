"""Which models can see: as llama.cpp's server says, or known by their names where no server says."""

from __future__ import annotations

import re

import msgspec

_SEES = re.compile(
    r"vision|llava|moondream|bakllava|minicpm-v|pixtral|-vl\b|[._-]vl[._:-]|qwen2?\.?5?-?vl|gpt-4o|gpt-4\.1|gpt-5|(?:^|/)o[34]\b"
    r"|claude-(?:3|opus|sonnet|haiku)|gemini|gemma3|gemma-3|llama4|llama-4|mistral-small3\.[12]|granite3\.2-vision|smolvlm|internvl",
    re.IGNORECASE,
)


def sees(model: str) -> bool:
    """Whether a model of this name takes pictures.

    >>> sees("moondream:latest"), sees("llama3.2-vision"), sees("llama3.2:3b")
    (True, True, False)
    """
    return _SEES.search(model) is not None


class _Listed(msgspec.Struct, frozen=True):
    name: str = ""
    model: str = ""
    capabilities: tuple[str, ...] = ()


class _Models(msgspec.Struct, frozen=True):
    models: tuple[_Listed, ...] = ()


def multimodal(body: bytes, model: str) -> bool:
    """Whether the body of llama.cpp's `/v1/models` says that a model takes pictures; False where it does not say.

    Beside OpenAI's `data` that server answers `models`, each with `capabilities`: tools/server/README.md of its
    repository.

    >>> multimodal(b'{"models":[{"name":"eye","capabilities":["completion","multimodal"]}]}', "eye")
    True
    """
    try:
        said = msgspec.json.decode(body, type=_Models)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return any(model in {one.name, one.model} and "multimodal" in one.capabilities for one in said.models)
