"""The bytes of a segment, against the description in docs/journal.md done by hand."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.calls import Exchange
from sereno.errors import JournalError
from sereno.journal.segment import (
    DAMAGED,
    HEADER_BYTES,
    PAYLOAD_START,
    SHORT,
    SegmentHeader,
    decode_header,
    encode_header,
    frame_head,
    frame_length,
)

HEADER = SegmentHeader(1, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", 3, 1_700_000_000, 0, 1_700_000_000_000_000_000, 77)


def test_a_header_is_what_the_documentation_says() -> None:
    body = (
        b"\x97"  # msgpack: an array of seven
        b"\x01"  # version
        b"\xd9\x24" + HEADER.instance.encode() + b"\x03"  # worker
        b"\xce\x65\x53\xf1\x00"  # sequence
        b"\x00"  # previous
        b"\xcf\x17\x97\x9c\xfe\x36\x2a\x00\x00"  # created_ns
        b"\x4d"  # salt
    )
    copy = b"SRNOJRN1" + struct.pack("<II", len(body), binascii.crc32(body)) + body
    assert encode_header(HEADER) == copy.ljust(128, b"\0") * 2
    assert decode_header(encode_header(HEADER)) == HEADER


def test_a_frame_is_what_the_documentation_says() -> None:
    payload = b"some payload"
    crc = binascii.crc32(payload, 77 ^ len(payload))
    assert frame_head(payload, 77) == struct.pack("<II", len(payload), crc)


@given(st.integers(0, HEADER_BYTES - 1), st.integers(1, 255))
def test_one_damaged_byte_never_costs_a_header(at: int, flip: int) -> None:
    data = bytearray(encode_header(HEADER))
    data[at] ^= flip
    assert decode_header(bytes(data)) == HEADER


@given(st.binary(max_size=400))
def test_anything_else_is_no_header(data: bytes) -> None:
    assert decode_header(data) is None
    assert decode_header(b"SRNOJRN1" + data) is None


@given(st.integers(0, HEADER_BYTES - 1))
def test_a_short_header_is_none_or_whole(size: int) -> None:
    assert decode_header(encode_header(HEADER)[:size]) in (None, HEADER)


def test_a_newer_format_is_named_with_the_way_out() -> None:
    newer = msgspec.structs.replace(HEADER, version=2)
    with pytest.raises(JournalError, match="format version 2, this Sereno reads up to 1: upgrade"):
        decode_header(encode_header(newer))
    body = msgspec.msgpack.encode([9, "unknown", {"shape": True}])
    other = (b"SRNOJRN1" + struct.pack("<II", len(body), binascii.crc32(body)) + body).ljust(256, b"\0")
    with pytest.raises(JournalError, match="format version 9"):
        decode_header(other)


def test_every_exchange_begins_as_resync_expects(make_exchange: Callable[..., Exchange]) -> None:
    payload = msgspec.msgpack.encode(make_exchange(1))
    assert PAYLOAD_START.match(payload)


@given(st.binary(min_size=1, max_size=300), st.integers(0, 2**32 - 1), st.binary(max_size=20))
def test_a_whole_frame_is_recognised_and_a_cut_one_is_short(payload: bytes, salt: int, before: bytes) -> None:
    frame = frame_head(payload, salt) + payload
    assert frame_length(before + frame, len(before), salt) == len(frame)
    assert frame_length(before + frame[:-1], len(before), salt) == SHORT
    assert frame_length(before + frame[:7], len(before), salt) == SHORT


@given(st.binary(min_size=1, max_size=300), st.data())
def test_any_flipped_byte_is_noticed(payload: bytes, data: st.DataObject) -> None:
    frame = bytearray(frame_head(payload, 5) + payload)
    at = data.draw(st.integers(0, len(frame) - 1))
    frame[at] ^= data.draw(st.integers(1, 255))
    assert frame_length(bytes(frame), 0, 5) in (DAMAGED, SHORT)


def test_a_frame_of_another_segment_is_no_frame_here() -> None:
    payload = b"x" * 100
    assert frame_length(frame_head(payload, 1) + payload, 0, 2) == DAMAGED


def test_zeros_are_no_frame() -> None:
    assert frame_length(bytes(64), 0, 0) == DAMAGED
