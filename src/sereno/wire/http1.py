"""HTTP/1.1 answers put together again from recorded bytes (RFC 9112): heads, interim answers, chunked bodies.

Only recordings are read here; the gateway has a strict parser of its own. This one is tolerant: where the
framing breaks, what came before stands, and `broken` says what was wrong.
"""

from __future__ import annotations

from sereno.calls import Headers

_NO_BODY = frozenset({204, 304})


class ChunkedBody:
    """Undoes the chunked transfer coding (RFC 9112 §7.1), fed piece by piece.

    Attributes:
        done: whether the last chunk and the trailer section have been read.
        broken: what was wrong with the framing, "" while it is right.
        rest: bytes after the body, once `done`.
    """

    __slots__ = ("_left", "_state", "broken", "done", "rest")

    def __init__(self) -> None:
        self.rest = b""
        self.done = False
        self.broken = ""
        self._state = "size"
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        """The body bytes that these wire bytes complete."""
        buffer = self.rest + data
        self.rest = b""
        out: list[bytes] = []
        at = 0
        while not self.done and not self.broken:
            if self._state == "data":
                piece = buffer[at : at + self._left]
                out.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._state = "end"
            end = buffer.find(b"\n", at)
            if end < 0:
                break
            self._line(buffer[at:end].rstrip(b"\r"))
            at = end + 1
        self.rest = b"" if self.broken else buffer[at:]
        return b"".join(out)

    def _line(self, line: bytes) -> None:
        if self._state == "size":
            size = line.partition(b";")[0].strip()
            try:
                self._left = int(size, 16)
            except ValueError:
                self.broken = f"chunk size {size[:20]!r} is not hexadecimal"
                return
            self._state = "data" if self._left else "trailer"
        elif self._state == "end":
            if line:
                self.broken = "a chunk is longer than its size says"
            self._state = "size"
        elif not line:
            self.done = True


class HttpResponse:
    """One answer to one request, fed with the bytes of the connection.

    Attributes:
        status: final status code, 0 until its head has come.
        headers: fields of the final head, as sent.
        interim: status codes of interim (1xx) answers before it.
        body: the body so far, transfer coding undone.
        done: whether the framing ended.
        broken: what was wrong with the framing, "" while it is right.
        rest: bytes that belong to the next answer.
    """

    def __init__(self, method: str) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.interim: list[int] = []
        self.body = bytearray()
        self.done = False
        self.broken = ""
        self.rest = b""
        self._head_only = method == "HEAD"
        self._chunked: ChunkedBody | None = None
        self._length: int | None = None

    def feed(self, data: bytes) -> None:
        """Take in the next bytes of the connection."""
        self.rest += data
        while not self.status and not self.broken:
            head, found, rest = self.rest.partition(b"\r\n\r\n")
            if not found:
                return
            self.rest = rest
            self._head(head)
        if not self.done and not self.broken:
            self._take(self.rest)

    def end(self) -> bool:
        """Tell that the connection ended; whether the answer was whole by then."""
        if self.status and self._length is None and self._chunked is None:
            self.done = True
        return self.done

    def _head(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        parts = first.split(b" ", 2)
        if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
            self.broken = f"{first[:40]!r} is not a status line of HTTP/1"
            return
        status = int(parts[1])
        if 100 <= status < 200 and status != 101:
            self.interim.append(status)
            return
        self.status = status
        self.headers = tuple((name, value.strip()) for name, _, value in (line.partition(b":") for line in lines))
        fields = {name.lower(): value for name, value in self.headers}
        length = fields.get(b"content-length", b"")
        if self._head_only or status in _NO_BODY:
            self.done = True
        elif b"chunked" in fields.get(b"transfer-encoding", b"").lower():
            self._chunked = ChunkedBody()
        elif length.isdigit():
            self._length = int(length)
            self.done = self._length == 0

    def _take(self, data: bytes) -> None:
        self.rest = b""
        if self._chunked is not None:
            self.body += self._chunked.feed(data)
            self.done, self.broken = self._chunked.done, self._chunked.broken
            if self.done:
                self.rest = self._chunked.rest
        elif self._length is not None:
            missing = self._length - len(self.body)
            self.body += data[:missing]
            self.rest = data[missing:]
            self.done = len(self.body) == self._length
        else:
            self.body += data
