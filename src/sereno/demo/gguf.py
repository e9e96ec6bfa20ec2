"""The header of a GGUF file: its metadata and the list of its tensors.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 2 and 3, little-endian. What
`/api/show` tells about the model is read from the file here, not written down.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
TENSOR_TYPES = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 12: "Q4_K", 14: "Q6_K"}
FILE_TYPES = {0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 15: "Q4_K_M", 18: "Q6_K"}
_LONGEST = 1 << 26
"""No string and no list of a header is longer; a damaged length must not be believed."""


class Tensor(NamedTuple):
    """One tensor: its name, the name of its number format, its dimensions (innermost first)."""

    name: str
    type: str
    shape: tuple[int, ...]


class Header(NamedTuple):
    """What a GGUF file says about itself.

    Attributes:
        metadata: by key; arrays are lists.
        tensors: in the order of the file.
    """

    metadata: Mapping[str, Any]
    tensors: tuple[Tensor, ...]

    @property
    def parameters(self) -> int:
        """Number of weights."""
        total = 0
        for tensor in self.tensors:
            count = 1
            for dimension in tensor.shape:
                count *= dimension
            total += count
        return total


def read_header(path: Path) -> Header:
    """Read a file's header.

    Raises:
        ValueError: It is not GGUF version 2 or 3, or is cut short.
    """
    with path.open("rb") as stream:
        if _take(stream, 4) != MAGIC:
            raise ValueError(f"{path.name} is not a GGUF file")
        version = _number(stream, "<I")
        if version not in {2, 3}:
            raise ValueError(f"{path.name} is GGUF version {version}; 2 and 3 can be read")
        tensors, pairs = _number(stream, "<Q"), _number(stream, "<Q")
        metadata = {_text(stream): _value(stream, _number(stream, "<I")) for _ in range(pairs)}
        return Header(metadata, tuple(_tensor(stream) for _ in range(tensors)))


def _take(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise ValueError("the GGUF header is cut short")
    return data


def _number(stream: BinaryIO, form: str) -> Any:
    return struct.unpack(form, _take(stream, struct.calcsize(form)))[0]


def _text(stream: BinaryIO) -> str:
    size = _number(stream, "<Q")
    if size > _LONGEST:
        raise ValueError(f"a GGUF string claims {size} bytes")
    return _take(stream, size).decode("utf-8", "replace")


def _value(stream: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _text(stream)
    if kind == _ARRAY:
        inner, count = _number(stream, "<I"), _number(stream, "<Q")
        if count > _LONGEST:
            raise ValueError(f"a GGUF array claims {count} elements")
        return [_value(stream, inner) for _ in range(count)]
    if kind not in _SCALARS:
        raise ValueError(f"GGUF value type {kind} is unknown")
    return _number(stream, _SCALARS[kind])


def _tensor(stream: BinaryIO) -> Tensor:
    name = _text(stream)
    shape = tuple(_number(stream, "<Q") for _ in range(_number(stream, "<I")))
    kind = _number(stream, "<I")
    _number(stream, "<Q")
    return Tensor(name, TENSOR_TYPES.get(kind, f"type {kind}"), shape)
