"""Content codings undone (RFC 9110 §8.4): gzip, deflate, br, zstd, also several upon each other.

The output is bounded, so that a few hostile bytes cannot become gigabytes; of a cut or damaged body what can
be read is given. The position of every wire piece is carried over, so that decoded bytes keep their times.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple, Protocol

import brotli
import zstandard

LIMIT = 16 << 20
"""Bytes of decoded body that are read at most."""
_MAX_CODINGS = 4
_STEP = 512  # input bytes a step: one zstd block of 4 bytes may stand for 128 KiB


class Decoded(NamedTuple):
    """A body without its codings.

    Attributes:
        body: the decoded bytes, at most the limit.
        ends: decoded bytes that were complete after each wire piece.
        whole: whether the coding ended as it promises.
        error: why the rest could not be read, None if it could.
    """

    body: bytes
    ends: tuple[int, ...]
    whole: bool
    error: str | None


class _Decoder(Protocol):
    finished: bool

    def feed(self, data: bytes, room: int) -> bytes:
        """Decode these bytes into about `room` bytes at most."""


class _Zlib:
    """gzip (RFC 1952, several members) or deflate (RFC 1950; also raw RFC 1951, which some servers send)."""

    def __init__(self, wbits: int) -> None:
        self.finished = False
        self._wbits = wbits
        self._inflate = zlib.decompressobj(wbits)

    def feed(self, data: bytes, room: int) -> bytes:
        parts: list[bytes] = []
        while data and room > 0:
            if self.finished:
                if self._wbits != _GZIP:
                    break
                self._inflate = zlib.decompressobj(_GZIP)
                self.finished = False
            parts.append(self._inflate.decompress(data, room))
            room -= len(parts[-1])
            self.finished = self._inflate.eof
            data = self._inflate.unused_data if self.finished else self._inflate.unconsumed_tail
        return b"".join(parts)


_GZIP, _WRAPPED, _RAW = 31, 15, -15


def _deflate(body: bytes) -> _Zlib:
    """Raw or wrapped, as the first two bytes say (RFC 1950 §2.2: method 8, header a multiple of 31)."""
    wrapped = len(body) >= 2 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _Zlib(_WRAPPED if wrapped else _RAW)


class _Brotli:
    """br (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self.finished = False

    def feed(self, data: bytes, room: int) -> bytes:
        if self.finished:
            return b""
        parts = [self._stream.process(data, output_buffer_limit=room)]
        size = len(parts[0])
        while size < room and not self._stream.can_accept_more_data():
            parts.append(self._stream.process(b"", output_buffer_limit=room - size))
            size += len(parts[-1])
            if not parts[-1]:
                break
        self.finished = self._stream.is_finished()
        return b"".join(parts)


class _Zstd:
    """zstd (RFC 8878, several frames); windows above 8 MiB are refused as RFC 9659 allows."""

    def __init__(self) -> None:
        self._context = zstandard.ZstdDecompressor(max_window_size=8 << 20)
        self._stream = self._context.decompressobj()
        self.finished = False

    def feed(self, data: bytes, room: int) -> bytes:
        out: list[bytes] = []
        size = 0
        while data and size < room:
            if self.finished:
                self._stream = self._context.decompressobj()
            step, data = data[:_STEP], data[_STEP:]
            out.append(self._stream.decompress(step))
            size += len(out[-1])
            self.finished = self._stream.eof
            if self.finished:
                data = self._stream.unused_data + data
        return b"".join(out)


_CODINGS: dict[str, Callable[[bytes], _Decoder]] = {
    "gzip": lambda _: _Zlib(_GZIP),
    "x-gzip": lambda _: _Zlib(_GZIP),
    "deflate": _deflate,
    "br": lambda _: _Brotli(),
    "zstd": lambda _: _Zstd(),
}


def decode_body(body: bytes, coding: str, ends: tuple[int, ...] = (), limit: int = LIMIT) -> Decoded:
    """A body without the codings that its Content-Encoding names, in the order they were applied.

    Args:
        body: bytes as on the wire, free of transfer framing.
        coding: value of Content-Encoding, "" or `identity` for none.
        ends: bytes of body that had arrived after each wire piece.
        limit: decoded bytes that are read at most.
    """
    names = [name for name in (part.strip().lower() for part in coding.split(",")) if name not in ("", "identity")]
    if not names:
        return Decoded(body, ends, True, None)
    if len(names) > _MAX_CODINGS:
        return Decoded(b"", (), False, f"{len(names)} content codings upon each other, at most {_MAX_CODINGS} are read")
    whole = True
    error: str | None = None
    for name in reversed(names):
        make = _CODINGS.get(name)
        if make is None:
            return Decoded(b"", (), False, f"unknown content coding {name[:40]!r}")
        body, ends, ended, problem = _undo(name, make(body), body, ends, limit)
        whole = whole and ended
        error = error or problem
    return Decoded(body, ends, whole, error)


def _undo(name: str, decoder: _Decoder, body: bytes, ends: tuple[int, ...], limit: int) -> Decoded:
    out: list[bytes] = []
    out_ends: list[int] = []
    size = at = 0
    error: str | None = None
    for end in (*ends, len(body)):
        piece = body[at:end]
        at = max(at, end)
        if piece and error is None:
            try:
                out.append(decoder.feed(piece, limit - size + 1))
                size += len(out[-1])
            except (zlib.error, brotli.error, zstandard.ZstdError) as problem:
                error = f"the {name} coding is damaged: {str(problem)[:100]}"
            if size > limit:
                error = f"the decoded body is larger than {limit} bytes"
        out_ends.append(min(size, limit))
    whole = error is None and (decoder.finished or not body)
    return Decoded(b"".join(out)[:limit], tuple(out_ends[: len(ends)]), whole, error)
