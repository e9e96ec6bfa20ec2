"""The metadata of a GGUF adapter: what llama.cpp reads of it, from the head of the file.

The format (ggml, docs/gguf.md, version 3): magic, version, counts, then key-value pairs. Every number is checked
against the bytes there are before it is believed. Adapters carry `general.type` = "adapter", `adapter.type` and
`adapter.lora.alpha`.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import msgspec

from sereno.lora.document import AdapterError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MOST_HEAD = 16 * 1024 * 1024
"""Bytes of a file that are read at most for its head."""
MOST_PAIRS = 10_000
MOST_TENSORS = 1_000_000
MOST_DIMENSIONS = 4
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT_BYTES = 1 << 20


class GgufAdapter(msgspec.Struct, frozen=True, kw_only=True):
    """What the head of a GGUF adapter says.

    Attributes:
        alpha: `adapter.lora.alpha`.
        rank: the smaller dimension that all tensors share, None where they differ.
        architecture: `general.architecture`, such as `llama`.
        base_model: of `general.base_model.0.…`, None where it does not say.
        parameters: elements of all tensors. tensors: how many.
        settings: short values by key.
    """

    alpha: float
    rank: int | None
    architecture: str | None
    base_model: str | None
    parameters: int
    tensors: int
    settings: dict[str, Any]


def read_gguf(name: str, head: bytes) -> GgufAdapter:
    """What a GGUF adapter says of itself.

    Args:
        name: of the file, for messages.
        head: its first bytes, up to `MOST_HEAD`.

    Raises:
        AdapterError: it is no GGUF file, or holds something other than a LoRA adapter.
    """
    try:
        return _read(name, _Cursor(head))
    except (struct.error, IndexError):
        raise AdapterError(f"{name}: its head does not end within {len(head):,} bytes") from None


class _Cursor:
    """Reads values off the front of bytes; `struct.error` where they end."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, count: int) -> bytes:
        if count > len(self._raw) - self._at:
            raise struct.error
        self._at += count
        return self._raw[self._at - count : self._at]

    def scalar(self, code: str) -> Any:
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def text(self) -> str:
        length = self.scalar("Q")
        if length > _TEXT_BYTES:
            raise struct.error
        return self.take(length).decode("utf-8", "replace")


def _read(name: str, cursor: _Cursor) -> GgufAdapter:
    if cursor.take(4) != MAGIC:
        raise AdapterError(f"{name} does not begin with GGUF; expected a GGUF adapter or a PEFT folder")
    version = cursor.scalar("I")
    if version not in VERSIONS:
        raise AdapterError(f"{name} has GGUF version {version}; versions 2 and 3 are read")
    tensors, pairs = cursor.scalar("Q"), cursor.scalar("Q")
    if pairs > MOST_PAIRS or tensors > MOST_TENSORS:
        raise AdapterError(f"{name} says that it has {pairs:,} settings and {tensors:,} tensors, more than an adapter")
    found = {cursor.text(): _value(name, cursor, cursor.scalar("I")) for _ in range(pairs)}
    kind, sort = found.get("general.type"), found.get("adapter.type")
    if kind != "adapter" or sort != "lora":
        raise AdapterError(
            f"{name} holds general.type {kind!r}, adapter.type {sort!r}; expected 'adapter' and 'lora' "
            "(convert_lora_to_gguf.py of llama.cpp writes them)"
        )
    alpha = found.get("adapter.lora.alpha")
    if not isinstance(alpha, float) or not math.isfinite(alpha):
        raise AdapterError(f"{name}: adapter.lora.alpha is {alpha!r}; expected a number")
    shapes = [_shape(name, cursor) for _ in range(tensors)]
    ranks = {min(shape) for _, shape in shapes if len(shape) == 2}
    return GgufAdapter(
        alpha=alpha,
        rank=ranks.pop() if len(ranks) == 1 else None,
        architecture=_text(found, "general.architecture"),
        base_model=_text(found, "general.base_model.0.repo_url") or _text(found, "general.base_model.0.name"),
        parameters=sum(math.prod(shape) for _, shape in shapes),
        tensors=tensors,
        settings={key[:200]: value for key, value in sorted(found.items()) if _short(value)},
    )


def _value(name: str, cursor: _Cursor, kind: int) -> Any:
    if kind in _SCALARS:
        return cursor.scalar(_SCALARS[kind])
    if kind == _STRING:
        return cursor.text()
    if kind != _ARRAY:
        raise AdapterError(f"{name} has a value of the unknown type {kind}")
    inner, count = cursor.scalar("I"), cursor.scalar("Q")
    if inner == _STRING:
        return [cursor.text() for _ in range(count)]
    if inner not in _SCALARS:
        raise AdapterError(f"{name} has a list of the type {inner}, which adapters have not")
    cursor.take(count * struct.calcsize("<" + _SCALARS[inner]))  # lists of numbers say nothing of an adapter
    return None


def _shape(name: str, cursor: _Cursor) -> tuple[str, tuple[int, ...]]:
    tensor, dimensions = cursor.text(), cursor.scalar("I")
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise AdapterError(f"{name}: tensor {tensor[:100]!r} has {dimensions} dimensions; expected 1 to 4")
    shape = tuple(cursor.scalar("Q") for _ in range(dimensions))
    cursor.take(4 + 8)  # type and offset
    if any(size >= 2**48 for size in shape):
        raise AdapterError(f"{name}: tensor {tensor[:100]!r} has a dimension beyond any adapter")
    return tensor, shape


def _text(found: dict[str, Any], key: str) -> str | None:
    value = found.get(key)
    return value[:4096] if isinstance(value, str) and value else None


def _short(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) or (isinstance(value, str) and len(value) <= 2000)
