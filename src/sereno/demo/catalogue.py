"""The models the demo server offers: one file of weights, two characters.

`smollm2:135m` and `smollm2:terse` are the same SmolLM2-135M-Instruct. The second has another system text, a
low temperature and a limit of 64 tokens, as an Ollama Modelfile would give it; nothing else differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from sereno.demo import gguf, weights

STOPS = ("<|im_start|>", "<|im_end|>")
CONTEXT = 2048
"""Tokens a conversation may hold (`num_ctx`): fixed by the engine, a request can only ask for less."""
_UNSHOWN = ("general.name", "tokenizer.chat_template")
"""Keys that Ollama leaves out of `model_info`."""
_LONG_LISTS = ("tokenizer.ggml.merges", "tokenizer.ggml.token_type", "tokenizer.ggml.tokens", "general.languages")
TEMPLATE = "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
"""ChatML, as `/api/show` prints it; `prompts` builds it."""


class Model(NamedTuple):
    """One offered model: its name, its system text, its default options in Ollama's names."""

    name: str
    system: str
    options: Mapping[str, Any]


MODELS = (
    Model("smollm2:135m", "You are a helpful AI assistant named SmolLM, trained by Hugging Face", {}),
    Model(
        "smollm2:terse",
        "You are a terse assistant. Answer in one short sentence.",
        {"num_predict": 64, "temperature": 0.2},
    ),
)


class Catalogue:
    """The offered models and the file behind them.

    Args:
        path: the GGUF file.
        modified_at: when it came here, RFC 3339 text.
    """

    def __init__(self, path: Path, modified_at: str) -> None:
        self.path = path
        self.modified_at = modified_at
        self.header = gguf.read_header(path)
        self.blob = weights.sha256(path)
        self.size = path.stat().st_size

    def find(self, name: str) -> Model | None:
        """The model of a name by Ollama's rule: any case, `:latest` when no tag is given."""
        wanted = name.casefold()
        if ":" not in wanted.rpartition("/")[2]:
            wanted += ":latest"
        return next((model for model in MODELS if model.name == wanted), None)

    def details(self) -> dict[str, Any]:
        """The `details` object of tags, show and ps."""
        family = str(self.header.metadata["general.architecture"])
        return {
            "parent_model": "",
            "format": "gguf",
            "family": family,
            "families": [family],
            "parameter_size": f"{self.header.parameters / 1e6:.2f}M",
            "quantization_level": gguf.FILE_TYPES.get(int(self.header.metadata["general.file_type"]), "unknown"),
        }

    def digest(self, model: Model) -> str:
        """SHA-256 that names the model: its weights, system text and options."""
        return hashlib.sha256(msgspec.json.encode([self.blob, model.system, model.options])).hexdigest()

    def tag(self, model: Model) -> dict[str, Any]:
        """One entry of `/api/tags`."""
        return {
            "name": model.name,
            "model": model.name,
            "modified_at": self.modified_at,
            "size": self.size,
            "digest": self.digest(model),
            "details": self.details(),
        }

    def show(self, model: Model) -> dict[str, Any]:
        """The answer of `/api/show`; `tensors` as Ollama gives them."""
        metadata = {key: None if key in _LONG_LISTS else value for key, value in self.header.metadata.items()}
        metadata["general.parameter_count"] = self.header.parameters
        parameters = {"num_ctx": CONTEXT, **model.options}
        lines = [f"{key:<30} {value}" for key, value in parameters.items()]
        lines += [f'{"stop":<30} "{stop}"' for stop in STOPS]
        modelfile = "\n".join(
            (
                f"FROM {self.path}",
                f'TEMPLATE """{TEMPLATE}"""',
                f"SYSTEM {model.system}",
                *(f"PARAMETER {key} {value}" for key, value in parameters.items()),
                *(f"PARAMETER stop {stop}" for stop in STOPS),
            )
        )
        return {
            "modelfile": modelfile,
            "parameters": "\n".join(lines),
            "template": TEMPLATE,
            "system": model.system,
            "details": self.details(),
            "model_info": {key: metadata[key] for key in sorted(metadata) if key not in _UNSHOWN},
            "tensors": [{"name": t.name, "type": t.type, "shape": t.shape} for t in self.header.tensors],
            "capabilities": ["completion", "tools"],
            "modified_at": self.modified_at,
        }

    def created(self) -> int:
        """`created` of `/v1/models`, seconds since the epoch."""
        return int(datetime.fromisoformat(self.modified_at).timestamp())
