"""Compressed bodies say the same as plain ones; bombs and damage do no harm."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import exchange
from sereno.wire.coding import decode_body
from sereno.wire.decode import decode


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACK: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "members": ("x-gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
    "frames": (
        "zstd",
        lambda data: b"".join(zstandard.ZstdCompressor().compress(part) for part in (data[:9], data[9:])),
    ),
    "stacked": ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
}


@pytest.mark.parametrize("kind", PACK)
@given(data=st.binary(max_size=3000), step=st.integers(1, 200))
def test_round_trip_in_any_pieces(kind: str, data: bytes, step: int) -> None:
    coding, pack = PACK[kind]
    packed = pack(data)
    ends = (*range(step, len(packed), step), len(packed))
    found = decode_body(packed, coding, ends)
    assert found.body == data
    assert found.error is None
    assert found.whole
    assert found.ends[-1] == len(data)


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("name", ["chat_stream", "v1_chat_stream_usage", "chat_tools_nostream", "chat_runner_killed"])
def test_a_compressed_answer_is_the_same_call(kind: str, name: str) -> None:
    coding, pack = PACK[kind]
    source = exchange(name)
    packed = pack(source.response_body)
    call = decode(
        msgspec.structs.replace(
            source,
            response_body=packed,
            response_size=len(source.response_body),
            response_headers=(*source.response_headers, (b"content-encoding", coding.encode())),
        )
    )
    plain = decode(source)
    for field in (
        "status",
        "error_type",
        "response",
        "usage",
        "finish_reason",
        "tool_calls",
        "decode_error",
        "conversation",
    ):
        assert getattr(call, field) == getattr(plain, field), field


@pytest.mark.parametrize("kind", ["gzip", "zlib", "raw", "br", "zstd"])
def test_a_bomb_is_bounded(kind: str) -> None:
    coding, pack = PACK[kind]
    found = decode_body(pack(bytes(20_000_000)), coding, limit=1_000_000)
    assert len(found.body) <= 1_000_000
    assert found.error is not None


@pytest.mark.parametrize("kind", ["gzip", "zlib", "raw", "zstd"])
def test_a_cut_body_gives_what_can_be_read(kind: str) -> None:
    coding, pack = PACK[kind]
    data = bytes(range(256)) * 4000
    packed = pack(data)
    found = decode_body(packed[: len(packed) - 9], coding)
    assert data.startswith(found.body)
    assert not found.whole


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, zstd", "lzma", "br," * 9]))
def test_any_bytes_under_any_coding(data: bytes, coding: str) -> None:
    found = decode_body(data, coding)
    assert len(found.body) <= 16 << 20
