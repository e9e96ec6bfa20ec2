"""A request's body on its way to a server: its framing followed, recorded, queued."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.gateway.chunked import ChunkedReader
from sereno.gateway.exchange import Recording
from sereno.gateway.refusal import Refusal
from sereno.gateway.request_head import RequestHead


class Upload:
    """The body of one request.

    Args:
        head: the request's head, which says how the body is framed.
        recording: where the body is noted, None for what is not recorded.
        limit: longest body in bytes, 0 for none.

    Attributes:
        out: bytes for the server that wait for a connection, framing included.
        size: how many.
        done: whether the body is whole.
    """

    __slots__ = ("_chunks", "_left", "_limit", "_recording", "done", "out", "size")

    def __init__(self, head: RequestHead, recording: Recording | None, limit: int) -> None:
        self.out: list[bytes] = []
        self.size = 0
        self._left = head.length or 0
        self._chunks = ChunkedReader() if head.chunked else None
        self._recording = recording
        self._limit = limit
        self.done = not self._left and not head.chunked

    def feed(self, data: bytes, now: float) -> bytes:
        """Read on; returns the bytes behind the body's end.

        Raises:
            Refusal: the framing is broken, or the body too long.
        """
        recording = self._recording
        reader = self._chunks
        if reader is None:
            left = self._left
            rest = b""
            if len(data) > left:
                rest = data[left:]
                data = data[:left]
            self._left = left - len(data)
            if recording is not None:
                recording.request_data(data)
            self.out.append(data)
            self.size += len(data)
            if self._left:
                return b""
        else:
            used = self._feed_chunks(reader, data)
            if not reader.done:
                return b""
            self.out.append(b"0\r\n%b\r\n" % reader.trailers)
            rest = data[used:]
        self.done = True
        if recording is not None:
            recording.request_at = now - recording.started
        return rest

    def _feed_chunks(self, reader: ChunkedReader, data: bytes) -> int:
        recording = self._recording
        try:
            used = reader.feed(data)
        except ValueError as error:
            raise Refusal(400, "bad_request", f"The request's body is not valid: {error}.") from None
        for piece in reader.pieces:
            if recording is not None:
                recording.request_data(piece)
            self.out += (b"%x\r\n" % len(piece), piece, b"\r\n")
            self.size += len(piece) + 12
        reader.pieces.clear()
        limit = self._limit
        if limit and recording is not None and recording.request_size > limit:
            raise Refusal(413, "body_too_large", f"The request's body is longer than {limit} bytes.")
        return used

    def waiting(self) -> bytes:
        """The body's bytes that wait for the server, without framing."""
        return b"".join(self.out if self._chunks is None else self.out[1::3])

    def taken(self) -> list[bytes]:
        """What waits; the queue is empty afterwards."""
        out = self.out
        self.out = []
        self.size = 0
        return out

    def replace(self, body: bytes) -> None:
        """Send another body in place of a whole one that has its length told."""
        self.out = [body]
        self.size = len(body)

    def repeat(self, pieces: Sequence[bytes]) -> None:
        """Queue a whole body again, from what was recorded of it."""
        body = b"".join(pieces)
        if self._chunks is not None:
            start = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body = b"%b0\r\n%b\r\n" % (start, self._chunks.trailers)
        self.replace(body)
