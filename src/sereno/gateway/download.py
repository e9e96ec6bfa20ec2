"""An answer's body on its way to the client: the server's framing followed, the client's written."""

from __future__ import annotations

from typing import Final, Protocol

from sereno.gateway.chunked import ChunkedReader
from sereno.gateway.response_head import ResponseHead

NO_BODY: Final = 1
BY_LENGTH: Final = 2
CHUNKED: Final = 3
UNTIL_CLOSE: Final = 4


class Filter(Protocol):
    """Changes a body on its way, in pieces of any size."""

    def feed(self, data: bytes, /) -> bytes:
        """What is passed on of these bytes and those held before."""

    def finish(self) -> bytes:
        """What is still held when the body ends."""


class Download:
    """The body of one answer.

    Args:
        head: the answer's head.
        bodiless: whether it has no body whatever its head says (HEAD, 204, 304).
        modern: whether the client speaks HTTP/1.1, and so may be sent chunks.
        change: what changes the body on its way; the client must be modern.

    Attributes:
        mode: how the server frames it.
        framing: the line of the client's head that tells its framing, begun by CRLF; b"" where the end of the
            connection does.
        pieces: bytes of the body that the last `feed` read, as the server sent them.
        done: whether the body is whole.
        excess: whether bytes came behind its end, which no request had asked for.
    """

    __slots__ = ("_change", "_chunked_out", "_left", "_raw", "_reader", "done", "excess", "framing", "mode", "pieces")

    def __init__(self, head: ResponseHead, *, bodiless: bool, modern: bool, change: Filter | None = None) -> None:
        self.pieces: list[bytes] = []
        self.excess = False
        self._change = change
        self._left = head.length or 0
        self._reader: ChunkedReader | None = None
        self._raw = self._chunked_out = False
        self.framing = b""
        if bodiless or head.length == 0:
            self.mode = NO_BODY
            if head.length is not None and head.status != 204:
                self.framing = b"\r\nContent-Length: %d" % head.length
        elif head.length is not None and change is None:
            self.mode = BY_LENGTH
            self.framing = b"\r\nContent-Length: %d" % head.length
        else:
            if head.chunked:
                self.mode = CHUNKED
                self._reader = ChunkedReader()
            else:
                self.mode = BY_LENGTH if head.length is not None else UNTIL_CLOSE
            self._raw = modern and head.chunked and change is None
            self._chunked_out = modern and not self._raw
            if modern:
                self.framing = b"\r\nTransfer-Encoding: chunked"
        self.done = self.mode == NO_BODY

    @property
    def closes(self) -> bool:
        """Whether the client sees the body's end only by that of the connection."""
        return not self.framing and self.mode in (CHUNKED, UNTIL_CLOSE)

    @property
    def ending(self) -> int:
        """How many of the bytes passed on last end the body for the client, or may yet turn out to."""
        if self._raw and self._reader is not None:
            return self._reader.open_end
        trailers = b"" if self._reader is None else self._reader.trailers
        return len(_LAST_CHUNK) + len(trailers) if self._chunked_out else 1

    @property
    def holds(self) -> bool:
        """Whether bytes that may end the body are passed on before it is known whether they do."""
        return self._raw

    def let_go(self) -> bytes:
        """What a filter still holds of a body that will not be whole, framed."""
        rest = b"" if self._change is None else self._change.finish()
        return b"%x\r\n%b\r\n" % (len(rest), rest) if rest else b""

    def feed(self, data: bytes) -> bytes:
        """Read on; returns what the client gets.

        Raises:
            ValueError: the server's framing is broken.
        """
        mode = self.mode
        if mode == BY_LENGTH:
            left = self._left
            if len(data) > left:
                data = data[:left]
                self.excess = True
            self._left = left - len(data)
            self.done = not self._left
            self.pieces = [data]
            return self._framed(data) if self._chunked_out else data
        if mode == CHUNKED:
            reader = self._reader
            assert reader is not None
            reader.pieces = []
            used = reader.feed(data)
            self.pieces = reader.pieces
            self.done = reader.done
            if used < len(data):
                data = data[:used]
                self.excess = True
            if self._raw:
                return data
            data = b"".join(reader.pieces)
            return self._framed(data, reader.trailers) if self._chunked_out else data
        if mode == UNTIL_CLOSE:
            self.pieces = [data] if data else []
            return self._framed(data) if self._chunked_out else data
        self.pieces = []
        self.excess = self.excess or bool(data)
        return b""

    def close(self) -> bytes:
        """The server ended its side, which ends a body that runs until then; what the client still gets."""
        self.pieces = []
        self.done = True
        return self._framed(b"") if self._chunked_out else b""

    def _framed(self, data: bytes, trailers: bytes = b"") -> bytes:
        change = self._change
        if change is not None:
            data = change.feed(data)
            if self.done:
                data += change.finish()
        framed = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        return framed + (b"0\r\n%b\r\n" % trailers) if self.done else framed


_LAST_CHUNK: Final = b"0\r\n\r\n"
