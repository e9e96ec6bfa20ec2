"""`adapter_config.json` as PEFT writes it: how the adapter was made.

Fields: huggingface/peft 0.21, `LoraConfig` and `PeftConfig`. What is unknown to us is kept, bounded, for the comparison
of versions.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from sereno.lora.document import AdapterError, read_object

CONFIG = "adapter_config.json"
LORA_TYPES = ("LORA",)
MOST_RANK = 65536
_BULKY = 2000
"""Characters of JSON beyond which a setting is left out of what is compared."""


class PeftConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration says.

    Attributes:
        base_model: name or path of the model it was trained on.
        revision: of the base model, None where it was not pinned.
        rank: `r`. alpha: `lora_alpha`. dropout: `lora_dropout`, 0–1.
        target_modules: which layers; a regular expression stands alone.
        settings: every setting that is short, by name: what versions are compared by.
    """

    base_model: str | None
    revision: str | None
    rank: int
    alpha: float
    dropout: float | None
    target_modules: tuple[str, ...]
    settings: dict[str, Any]


def read_peft(raw: bytes) -> PeftConfig:
    """The configuration in `adapter_config.json`.

    Raises:
        AdapterError: it is not a LoRA configuration; names the field.
    """
    document = read_object(CONFIG, raw)
    kind = document.text("peft_type")
    if kind is None or kind.upper() not in LORA_TYPES:
        raise AdapterError(f"{CONFIG}: peft_type is {kind or 'missing'}; only LORA adapters are kept here")
    rank = document.whole("r")
    if rank is None or not 1 <= rank <= MOST_RANK:
        raise AdapterError(f"{CONFIG}: r is {'missing' if rank is None else rank}; expected 1 to {MOST_RANK}")
    alpha = document.number("lora_alpha")
    if alpha is None or not math.isfinite(alpha):
        raise AdapterError(f"{CONFIG}: lora_alpha is {'missing' if alpha is None else alpha}; expected a number")
    dropout = document.number("lora_dropout")
    if dropout is not None and not 0 <= dropout <= 1:
        raise AdapterError(f"{CONFIG}: lora_dropout is {dropout}; expected 0 to 1")
    targets = document.texts("target_modules")
    return PeftConfig(
        base_model=document.text("base_model_name_or_path") or None,
        revision=document.text("revision"),
        rank=rank,
        alpha=alpha,
        dropout=dropout,
        target_modules=tuple(sorted(targets)),
        settings={
            name[:200]: kept for name, value in sorted(document.values.items()) if (kept := _kept(value)) is not None
        },
    )


def _kept(value: Any) -> Any:
    """A setting as it is compared: lists of names without order, what is not finite or bulky left out."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = sorted(value)
    try:
        return value if len(msgspec.json.encode(value)) <= _BULKY and value == value else None  # noqa: PLR0124  NaN
    except (TypeError, ValueError, RecursionError, OverflowError):
        return None
