"""Chunked transfer coding (RFC 9112 §7.1), read strictly and at any split."""

from __future__ import annotations

import re
from typing import Final

from sereno.gateway.request_head import FIELD, TOKEN

_QUOTED: Final = rb"\"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*\""
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;" + TOKEN + rb"+(?:=(?:" + TOKEN + rb"+|" + _QUOTED + rb"))?)*\r\n")
"""Size line: hex digits, then extensions, which are read and dropped (§7.1.1)."""
_LONGEST_LINE: Final = 1024
_LONGEST_TRAILERS: Final = 16_384
_FORBIDDEN_TRAILERS: Final = frozenset({
    b"transfer-encoding", b"content-length", b"host", b"connection", b"content-encoding", b"content-type",
    b"content-range", b"trailer", b"authorization", b"set-cookie", b"te", b"expect", b"upgrade", b"cookie",
    b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"keep-alive", b"proxy-authorization",
})  # fmt: skip
"""Fields that would change what was already decided by the head (RFC 9110 §6.5.1)."""

_AT_SIZE: Final = 0
_IN_DATA: Final = 1
_AFTER_DATA: Final = 2
_IN_TRAILERS: Final = 3


class ChunkedReader:
    """Follows a chunked body through any split.

    Attributes:
        pieces: body bytes without framing, as they came; the caller takes and clears them.
        done: whether the last chunk and its trailers are over.
        trailers: trailer field lines, each ended by CRLF.
    """

    __slots__ = ("_ending", "_left", "_line", "_state", "done", "pieces", "trailers")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.done = False
        self.trailers = b""
        self._state = _AT_SIZE
        self._left = 0
        self._ending = 0
        self._line = b""

    @property
    def open_end(self) -> int:
        """How many of the bytes read last are framing that ends the body, or may yet turn out to."""
        return self._ending + (len(self._line) if self._state in (_AT_SIZE, _IN_TRAILERS) else 0)

    def feed(self, data: bytes) -> int:
        """Read on; returns how many of these bytes belong to this body (all, unless it is done before).

        Raises:
            ValueError: the framing is not chunked as RFC 9112 describes it.
        """
        at = 0
        size = len(data)
        while at < size:
            state = self._state
            if state == _IN_DATA:
                stop = at + self._left
                if stop > size:
                    self._left -= size - at
                    self.pieces.append(data[at:] if at else data)
                    return size
                self.pieces.append(data[at:stop])
                at = stop
                if data.startswith(b"\r\n", at):  # the usual case: the whole chunk came in one read
                    at += 2
                    self._state = _AT_SIZE
                else:
                    self._state = _AFTER_DATA
                continue
            end = data.find(b"\n", at)
            if end < 0:
                self._keep(data[at:])
                return size
            line = data[at : end + 1]
            if self._line:
                line = self._line + line
                self._line = b""
            at = end + 1
            if state == _AT_SIZE:
                match = _SIZE.fullmatch(line)
                if match is None or len(line) > _LONGEST_LINE:
                    raise ValueError("a chunk does not begin with its size in hexadecimal and CRLF")
                self._left = int(match[1], 16)
                if self._left:
                    self._state = _IN_DATA
                else:
                    self._state = _IN_TRAILERS
                    self._ending = len(line)
            elif state == _AFTER_DATA:
                if line != b"\r\n":
                    raise ValueError("a chunk is longer than its size says")
                self._state = _AT_SIZE
            elif self._trailer(line):
                return at
        return size

    def _trailer(self, line: bytes) -> bool:
        """Take one line after the last chunk; True if it is the empty one that ends the body."""
        self._ending += len(line)
        if line == b"\r\n":
            self.done = True
            return True
        match = FIELD.fullmatch(line)
        if match is None:
            raise ValueError("a trailer line is not `Name: value`")
        name = match[1].lower()
        if name in _FORBIDDEN_TRAILERS or name.startswith(b"x-sereno-"):
            raise ValueError("a trailer names a field that only a head may hold")
        self.trailers += line
        if len(self.trailers) > _LONGEST_TRAILERS:
            raise ValueError("the trailers are too long")
        return False

    def _keep(self, part: bytes) -> None:
        """Keep the beginning of a line whose end has not come; refuse what can never become one."""
        line = self._line + part
        if len(line) > (_LONGEST_TRAILERS if self._state == _IN_TRAILERS else _LONGEST_LINE):
            raise ValueError("a line of the chunked framing is too long")
        if self._state == _AT_SIZE and line[0] not in b"0123456789abcdefABCDEF":
            raise ValueError("a chunk does not begin with its size in hexadecimal and CRLF")
        if self._state == _AFTER_DATA and line != b"\r":
            raise ValueError("a chunk is longer than its size says")
        self._line = line
