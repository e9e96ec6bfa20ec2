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

    def __init__(self, *, gzip: bool) -> None:
        self.finished = False
        self._gzip = gzip
        self._inflate = zlib.decompressobj(31 if gzip else 15)
        self._fresh = True

    def feed(self, data: bytes, room: int) -> bytes:
        out = b""
        while data and len(out) < room:
            try:
                out += self._inflate.decompress(data, room - len(out))
            except zlib.error:
                if self._gzip or not self._fresh:
                    raise
                self._inflate = zlib.decompressobj(-15)
                self._fresh = False
                continue
            self._fresh = False
            self.finished = self._inflate.eof
            data = self._inflate.unused_data
            if not self._inflate.eof:
                data = b"" if len(out) < room else self._inflate.unconsumed_tail
            elif data and self._gzip:
                self._inflate = zlib.decompressobj(31)
            else:
                break
        return out


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
            step, data = data[:_STEP], data[_STEP:]
            out.append(self._stream.decompress(step))
            size += len(out[-1])
            self.finished = self._stream.eof
            if self._stream.eof and (self._stream.unused_data or data):
                data = self._stream.unused_data + data
                self._stream = self._context.decompressobj()
        return b"".join(out)


_CODINGS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
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
        body, ends, ended, problem = _undo(name, make(), body, ends, limit)
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
