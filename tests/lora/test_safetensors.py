"""Heads of safetensors files: what the format's description asks for, and what a hostile file tries."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lora.made import matrices, packed, safetensors
from sereno.lora.document import AdapterError
from sereno.lora.safetensors import Weights, header_length, read_header


def read(raw: bytes) -> Weights:
    length = header_length("w.safetensors", raw[:8], len(raw))
    return read_header("w.safetensors", raw[8 : 8 + length], len(raw) - 8 - length)


def test_parameters_and_rank_are_counted_from_the_head() -> None:
    found = read(safetensors(matrices(rank=8, width=16, layers=3), format="pt"))
    assert found.parameters == 3 * 2 * 8 * 16
    assert (found.tensors, found.rank, found.dtypes, found.metadata) == (6, 8, ("F32",), {"format": "pt"})


def test_ranks_that_differ_are_no_rank() -> None:
    tensors = {"a.lora_A.weight": ("BF16", (4, 16)), "b.lora_A.weight": ("BF16", (8, 16))}
    assert read(safetensors(tensors)).rank is None


def test_a_tensor_without_elements_and_a_scalar_are_allowed() -> None:
    assert read(safetensors({"empty": ("F32", (0, 4)), "scalar": ("F32", ())})).parameters == 1


def one(**changed: Any) -> dict[str, Any]:
    return {"t": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changed}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "at least 8"),
        (b"\x80\x02}q\x00.....", "pickle"),
        (b"PK\x03\x04" + bytes(40), "pickle"),
        (b"GGUF" + bytes(40), "GGUF"),
        (struct.pack("<Q", 2**63), "says that its head has"),
        (struct.pack("<Q", 100) + b"{}", "ends inside its head"),
        (packed(b" {}", b""), "does not begin with {"),
        (packed(b"{nope", b""), "cannot be read as JSON"),
        (packed(b"{" + b'"a":[' * 200_000, b""), "JSON"),
        (packed(b'{"t":1,"t":2}', b""), "stands twice"),
        (packed(b"\x7b\xff", b""), "UTF-8"),
        (packed({}, b""), "no tensor"),
        (packed(one(dtype="PICKLE"), bytes(8)), "dtype 'PICKLE'"),
        (packed(one(shape=[3]), bytes(8)), "does not fill"),
        (packed(one(shape=[-2]), bytes(8)), "no shape"),
        (packed(one(shape=[True, 2]), bytes(8)), "no shape"),
        (packed(one(shape=[2**40, 2**40]), bytes(8)), "does not fill"),
        (packed(one(data_offsets=[0, 800]), bytes(8)), "8 bytes of data"),
        (packed(one(data_offsets=[8, 0]), bytes(8)), "8 bytes of data"),
        (packed(one(data_offsets=[0]), bytes(8)), "data_offsets"),
        (packed({"t": []}, bytes(8)), "not described by an object"),
        (packed(one(), bytes(9)), "1 bytes after its last tensor"),
        (packed(one() | {"u": one()["t"]}, bytes(8)), "overlap"),
        (packed(one(data_offsets=[4, 12]), bytes(12)), "hole"),
        (packed(one() | {"__metadata__": {"a": 1}}, bytes(8)), "strings to strings"),
    ],
)
def test_a_file_that_lies_is_refused_with_the_reason(raw: bytes, said: str) -> None:
    with pytest.raises(AdapterError, match=said):
        read(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read(raw)
    except AdapterError:
        pass


@given(st.integers(0, 400), st.integers(0, 255))
def test_one_byte_changed_in_the_head_never_counts_beyond_the_file(position: int, value: int) -> None:
    raw = bytearray(safetensors(matrices(layers=1)))
    raw[position % len(raw)] = value
    try:
        found = read(bytes(raw))
    except AdapterError:
        return
    assert found.parameters <= len(raw)
