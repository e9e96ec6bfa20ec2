"""GGUF adapters, written by llama.cpp's own `gguf` package."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGUFWriter
from hypothesis import given
from hypothesis import strategies as st

from sereno.lora.document import AdapterError
from sereno.lora.gguf import read_gguf


def written(at: Path, *, kind: str = "adapter", sort: str = "lora", alpha: float | None = 32.0, **more: Any) -> bytes:
    """A small adapter file."""
    writer = GGUFWriter(at / "a.gguf", "llama")
    writer.add_type(kind)
    writer.add_string("adapter.type", sort)
    if alpha is not None:
        writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_string("general.base_model.0.name", "SmolLM2 135M Instruct")
    writer.add_array("general.tags", ["a", "b"])
    writer.add_array("some.numbers", [1, 2, 3])
    for key, value in more.items():
        writer.add_string(key, value)
    writer.add_tensor("blk.0.attn_q.weight.lora_a", np.zeros((4, 16), np.float32))
    writer.add_tensor("blk.0.attn_q.weight.lora_b", np.zeros((16, 4), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return (at / "a.gguf").read_bytes()


def test_an_adapter_tells_alpha_rank_and_base(tmp_path: Path) -> None:
    found = read_gguf("a.gguf", written(tmp_path))
    assert (found.alpha, found.rank, found.architecture) == (32.0, 4, "llama")
    assert found.base_model == "SmolLM2 135M Instruct"
    assert (found.parameters, found.tensors) == (2 * 4 * 16, 2)
    assert found.settings["adapter.type"] == "lora"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "model"}, "general.type 'model'"),
        ({"sort": "control_vector"}, "adapter.type 'control_vector'"),
        ({"alpha": None}, "adapter.lora.alpha is None"),
        ({"alpha": float("nan")}, "adapter.lora.alpha is nan"),
    ],
)
def test_what_is_no_lora_adapter_is_refused(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(AdapterError, match=said):
        read_gguf("a.gguf", written(tmp_path, **given))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "does not end"),
        (b"GGML" + bytes(40), "does not begin with GGUF"),
        (b"GGUF" + struct.pack("<IQQ", 9, 0, 0), "version 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1), "more than an adapter"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**62), "does not end"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"a" + struct.pack("<I", 77), "unknown type 77"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"a" + struct.pack("<IIQ", 9, 0, 2**62), "does not end"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1) + b"a" + struct.pack("<IIQ", 9, 9, 2**62), "list of the type 9"),
    ],
)
def test_a_head_that_lies_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(AdapterError, match=said):
        read_gguf("a.gguf", raw)


@given(st.data())
def test_a_head_cut_or_changed_anywhere_is_read_or_refused(tmp_path_factory: Any, data: st.DataObject) -> None:
    raw = bytearray(written(tmp_path_factory.getbasetemp()))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_gguf("a.gguf", bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    except AdapterError:
        pass
