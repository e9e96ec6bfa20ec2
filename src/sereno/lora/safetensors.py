"""The head of a safetensors file: what tensors it holds, checked to the last byte, without reading one.

The format (huggingface/safetensors, README "Format"): 8 bytes little-endian length N, N bytes of JSON that begins with
`{`, then the data. Each tensor has `dtype`, `shape` and `data_offsets`; offsets count from the end of the head, must
cover the data whole and may not overlap. `__metadata__` maps strings to strings.
"""

from __future__ import annotations

import math
from typing import TypeGuard

import msgspec

from sereno.lora.document import AdapterError, Document, read_object

LENGTH_BYTES = 8
MOST_HEADER = 32 * 1024 * 1024
"""The format allows 100 MB; an adapter of 100,000 tensors needs 15."""
MOST_DIMENSIONS = 8

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
    "U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64,
    "C64": 64,
}  # fmt: skip
"""Bits of an element by dtype."""


class Tensor(msgspec.Struct, frozen=True):
    """One tensor: name, dtype, shape, and its bytes [start, end) in the data."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What a file of weights holds.

    Attributes:
        parameters: elements of all tensors.
        dtypes: sorted, without repeats.
        tensors: how many.
        rank: the smallest dimension that all `lora_A` matrices share, None where they differ or there is none.
        metadata: what the writer noted.
    """

    parameters: int
    dtypes: tuple[str, ...]
    tensors: int
    rank: int | None = None
    metadata: dict[str, str] = {}


def header_length(name: str, first: bytes, size: int) -> int:
    """Bytes of JSON after the first eight.

    Args:
        name: of the file, for messages.
        first: its first 8 bytes.
        size: bytes of the whole file.

    Raises:
        AdapterError: the file is too short, or its length field lies.
    """
    if len(first) < LENGTH_BYTES:
        raise AdapterError(f"{name} has {size} bytes; a safetensors file has at least 8")
    if first[:4] == b"GGUF":
        raise AdapterError(f"{name} is a GGUF file by its first bytes; name it so, or put the safetensors file there")
    if first[:2] == b"PK" or first[:1] == b"\x80":  # a zip is how PyTorch packs its pickles
        raise AdapterError(
            f"{name} is a pickle by its first bytes, and loading one runs its code; save the weights as safetensors"
        )
    length = int.from_bytes(first[:LENGTH_BYTES], "little")
    if length < 2 or length > MOST_HEADER:
        raise AdapterError(f"{name} says that its head has {length:,} bytes; expected 2 to {MOST_HEADER:,}")
    if LENGTH_BYTES + length > size:
        raise AdapterError(f"{name} ends inside its head: {size:,} bytes, of which the head alone needs {length + 8:,}")
    return length


def read_header(name: str, head: bytes, data_bytes: int) -> Weights:
    """What a file holds, by its head.

    Args:
        name: of the file, for messages.
        head: the JSON.
        data_bytes: bytes of the file after the head.

    Raises:
        AdapterError: the head is not what the format asks for, or does not fit the file.
    """
    if head[:1] != b"{":
        raise AdapterError(f"{name}: its head does not begin with {{; this is no safetensors file")
    document = read_object(f"the head of {name}", head)
    tensors = [_tensor(name, key, value, data_bytes) for key, value in document.values.items() if key != "__metadata__"]
    if not tensors:
        raise AdapterError(f"{name} holds no tensor")
    _check_cover(name, tensors, data_bytes)
    return Weights(
        parameters=sum(math.prod(tensor.shape) for tensor in tensors),
        dtypes=tuple(sorted({tensor.dtype for tensor in tensors})),
        tensors=len(tensors),
        rank=_rank(tensors),
        metadata=_metadata(name, document),
    )


def _tensor(name: str, key: str, value: object, data_bytes: int) -> Tensor:
    where = f"{name}: tensor {key[:100]!r}"
    if not isinstance(value, dict):
        raise AdapterError(f"{where} is not described by an object")
    dtype = value.get("dtype")
    shape: object = value.get("shape")
    offsets: object = value.get("data_offsets")
    if not isinstance(dtype, str) or dtype not in BITS:
        raise AdapterError(f"{where} has dtype {str(dtype)[:40]!r}; expected one of {', '.join(BITS)}")
    if not _sizes(shape) or len(shape) > MOST_DIMENSIONS:
        raise AdapterError(f"{where} has no shape of whole numbers")
    if not _sizes(offsets) or len(offsets) != 2:
        raise AdapterError(f"{where} has no data_offsets of two whole numbers")
    start, end = offsets
    if start > end or end > data_bytes:
        raise AdapterError(f"{where} lies at {start}–{end}, and the file has {data_bytes} bytes of data")
    if math.prod(shape) * BITS[dtype] != (end - start) * 8:
        raise AdapterError(f"{where} of shape {shape} and dtype {dtype} does not fill its {end - start} bytes")
    return Tensor(key, dtype, tuple(shape), start, end)


def _sizes(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**48 for item in value)


def _check_cover(name: str, tensors: list[Tensor], data_bytes: int) -> None:
    reached = 0
    for tensor in sorted(tensors, key=lambda one: (one.start, one.end)):
        if tensor.start != reached:
            kind = "overlap" if tensor.start < reached else "leave a hole"
            raise AdapterError(f"{name}: its tensors {kind} at byte {min(tensor.start, reached)} of the data")
        reached = tensor.end
    if reached != data_bytes:
        raise AdapterError(f"{name} has {data_bytes - reached} bytes after its last tensor; it may hold what it hides")


def _rank(tensors: list[Tensor]) -> int | None:
    ranks = {min(tensor.shape) for tensor in tensors if ".lora_A." in tensor.name and len(tensor.shape) == 2}
    return ranks.pop() if len(ranks) == 1 else None


def _metadata(name: str, document: Document) -> dict[str, str]:
    value = document.values.get("__metadata__") or {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise AdapterError(f"{name}: __metadata__ does not map strings to strings")
    return {key[:200]: text[:1000] for key, text in list(value.items())[:50]}
