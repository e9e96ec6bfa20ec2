"""What differs between two versions: settings of the adapter and facts of its training, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from sereno.lora.adapter import Adapter

_TRAINING = ("epochs", "steps", "learning_rate", "batch_size", "tokens", "seconds")
_UNTOLD = ("inference_mode", "auto_mapping", "megatron_config", "megatron_core")
"""Settings that say nothing of the adapter."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that differs; None where a version does not have it."""

    name: str
    a: Any = None
    b: Any = None


def changes(a: Adapter, b: Adapter) -> list[Change]:
    """Settings that differ, the most telling first: LoRA's own, then training, then the rest by name."""
    left, right = dict(_facts(a)), dict(_facts(b))
    names = [*left, *(name for name in right if name not in left)]
    return [
        Change(name=name, a=left.get(name), b=right.get(name)) for name in names if left.get(name) != right.get(name)
    ]


def _facts(adapter: Adapter) -> Iterator[tuple[str, Any]]:
    yield "base_model", adapter.base_model
    yield "base_revision", adapter.base_revision
    yield "base_digest", adapter.base_digest
    yield "r", adapter.rank
    yield "lora_alpha", adapter.alpha
    yield "lora_dropout", adapter.dropout
    yield "parameters", adapter.artifact.parameters
    yield "dtypes", ", ".join(adapter.artifact.dtypes) or None
    for name in _TRAINING:
        yield f"training.{name}", getattr(adapter.training, name)
    known = {"r", "lora_alpha", "lora_dropout", "base_model_name_or_path", "revision", *_UNTOLD}
    for name, value in sorted(adapter.settings.items()):
        if name not in known:
            yield name, value
