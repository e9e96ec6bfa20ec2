"""The bytes of a segment: its header, its frames, and how a damaged one is read. Pure.

Every CRC-32 of a frame is seeded with the segment's random salt and the payload's length. So bytes that a client
sent inside a body can never pass for a frame when a reader searches for the next one after damage, and a block
of another segment, left behind by the file system after a power cut, never does either.
"""

from __future__ import annotations

import re
import struct
from zlib import crc32

import msgspec

from sereno.errors import JournalError

MAGIC = b"SRNOJRN1"
VERSION = 1
COPY_BYTES = 128
HEADER_BYTES = 2 * COPY_BYTES
"""Where the first frame begins: the header is written twice, so that one damaged block does not cost a segment."""
FRAME_HEAD = struct.Struct("<II")
HEAD_BYTES = FRAME_HEAD.size
MAX_PAYLOAD = 256 * 1024 * 1024
"""A longer length field is damage: bodies are capped far below this."""
PAYLOAD_START = re.compile(rb"\xdc\x00[\x18-\xff]\xc4\x10", re.DOTALL)
"""How every payload begins: a msgpack array of 24 or more, first a bin of 16 bytes (the id). Found by resync."""
PAYLOAD_START_BYTES = 5


class SegmentHeader(msgspec.Struct, frozen=True, array_like=True):
    """What a segment says of itself.

    Attributes:
        version: format of the frames that follow.
        instance: UUID text of the DATA folder.
        worker: worker number.
        sequence: the segment's number, as in its file name.
        previous: number of the segment that the worker made before this one, 0 if it knows of none.
        created_ns: wall time of creation; informative only, clocks go back.
        salt: 32 random bits that seed every frame's CRC.
    """

    version: int
    instance: str
    worker: int
    sequence: int
    previous: int
    created_ns: int
    salt: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SegmentHeader)
_version_decoder = msgspec.msgpack.Decoder(list[object])


def encode_header(header: SegmentHeader) -> bytes:
    """The first `HEADER_BYTES` of a segment: magic, length, CRC-32, msgpack, zeros; and all of it once more."""
    body = _encoder.encode(header)
    copy = MAGIC + FRAME_HEAD.pack(len(body), crc32(body)) + body
    if len(copy) > COPY_BYTES:
        raise ValueError(f"a segment header takes at most {COPY_BYTES} bytes, this one {len(copy)}")
    return copy.ljust(COPY_BYTES, b"\0") * 2


def decode_header(data: bytes) -> SegmentHeader | None:
    """The header in the first bytes of a segment, from whichever copy is whole; None if neither is.

    Raises:
        JournalError: the segment was written by a newer Sereno.
    """
    for start in (0, COPY_BYTES):
        copy = data[start : start + COPY_BYTES]
        if len(copy) < COPY_BYTES or copy[:8] != MAGIC:
            continue
        length, crc = FRAME_HEAD.unpack_from(copy, 8)
        body = copy[16 : 16 + length]
        if len(body) != length or crc32(body) != crc:
            continue
        try:
            fields = _version_decoder.decode(body)
        except msgspec.DecodeError:
            continue
        version = fields[0] if fields else None
        if isinstance(version, int) and version > VERSION:
            raise JournalError(
                f"the journal segment has format version {version}, this Sereno reads up to {VERSION}: "
                "upgrade Sereno to the version that wrote it"
            )
        try:
            return _decoder.decode(body)
        except msgspec.DecodeError:
            continue
    return None


def frame_head(payload: bytes, salt: int) -> bytes:
    """The 8 bytes before a payload: its length and its seeded CRC-32, little-endian."""
    length = len(payload)
    return FRAME_HEAD.pack(length, crc32(payload, salt ^ length))


SHORT = -1
"""From `frame_length`: the buffer ends before the frame does."""
DAMAGED = 0
"""From `frame_length`: no frame begins here."""


def frame_length(buffer: bytes, at: int, salt: int) -> int:
    """Bytes of the whole frame that begins at `at` (head included), or `SHORT`, or `DAMAGED`."""
    if len(buffer) - at < HEAD_BYTES:
        return SHORT
    length, crc = FRAME_HEAD.unpack_from(buffer, at)
    if not 0 < length <= MAX_PAYLOAD:
        return DAMAGED
    start = at + HEAD_BYTES
    end = start + length
    if end > len(buffer):
        return SHORT
    return HEAD_BYTES + length if crc32(memoryview(buffer)[start:end], salt ^ length) == crc else DAMAGED


def claimed_length(buffer: bytes, at: int) -> int:
    """Bytes that the frame at `at` says it takes, head included; 0 if its length cannot be one."""
    length = int.from_bytes(buffer[at : at + 4], "little")
    return HEAD_BYTES + length if 0 < length <= MAX_PAYLOAD else 0


def candidates(buffer: bytes, base: int) -> list[int]:
    """File offsets at which a frame could begin, for a buffer that was read at file offset `base`."""
    return [
        base + match.start() - HEAD_BYTES
        for match in PAYLOAD_START.finditer(buffer)
        if match.start() >= HEAD_BYTES or base > 0
    ]
