"""One HTTP/1.1 connection to the server under load: every piece of an answer gets the time it arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from sereno.loadtest.reply import HEAD_CAP, Reply

Clock = Callable[[], float]


class Connection(asyncio.Protocol):
    """A connection; one request at a time.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._reply: Reply | None = None
        self._done: asyncio.Future[None] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._head_bytes = 0
        self._pieces: list[bytes] = []
        self._complete = self._keep = False
        self.used = False

    @property
    def open(self) -> bool:
        """Whether another request can be sent."""
        return self._transport is not None and not self._transport.is_closing() and self._reply is None

    def send(self, request: bytes, reply: Reply) -> asyncio.Future[None]:
        """Send a request; the future ends when `reply` has."""
        assert self._transport is not None
        self._parser = httptools.HttpResponseParser(self)
        self._reply = reply
        self._headers, self._head_bytes = [], 0
        self._complete = self._keep = False
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._done

    def close(self) -> None:
        """Close at once; a reply that is coming stays as it is."""
        self._reply = None
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio calls these ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; both event loops set TCP_NODELAY themselves."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Read what came; all of it has the same time."""
        now = self._clock()
        reply, parser = self._reply, self._parser
        if reply is None or parser is None:
            self.close()  # bytes that nobody asked for: this connection's framing is lost
            return
        if reply.head_at is None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_CAP:
                self._end("upstream_invalid", f"the head of the answer is longer than {HEAD_CAP} bytes")
                return
        try:
            parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self._complete:
                self._end("upstream_invalid", f"the answer is no HTTP/1.1: {error}")
                return
            self._keep = False  # bytes after the end: the answer stands, the connection does not
        if self._pieces:
            reply.piece(b"".join(self._pieces), now)
            self._pieces.clear()
        if self._complete:
            self._end("complete", keep=self._keep)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the reply: whole if the close was its end (RFC 9112 §6.3), else cut."""
        self._transport = None
        reply = self._reply
        if reply is None:
            return
        if reply.head_at is None:
            self._end("upstream_unreachable", "the server closed the connection before it answered")
        elif exc is None and not any(
            name.lower() in {b"content-length", b"transfer-encoding"} for name, _ in reply.headers
        ):
            self._end("complete")
        else:
            self._end("upstream_closed", "the server closed the connection inside its answer")

    # --- httptools calls these ---

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a field of the head; trailers say nothing that is asked here."""
        if self._reply is not None and self._reply.head_at is None:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Note the head; interim answers (1xx) are passed over."""
        assert self._parser is not None
        if self._complete or self._reply is None:
            self._keep = False  # a second answer that nobody asked for
            return
        status = self._parser.get_status_code()
        if status >= 200:
            self._reply.status, self._reply.head_at = status, self._clock()
            self._reply.headers = tuple(self._headers)
        self._headers = []

    def on_body(self, body: bytes) -> None:
        """Gather what one read brought."""
        if not self._complete:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Note the end of the answer."""
        if self._parser is not None and self._reply is not None and self._reply.head_at is not None:
            self._keep = not self._complete and self._parser.should_keep_alive()  # it forgets after this call
            self._complete = True

    def _end(self, outcome: str, problem: str = "", *, keep: bool = False) -> None:
        reply, self._reply = self._reply, None
        assert reply is not None
        reply.end(self._clock(), outcome, problem)  # type: ignore[arg-type]  # the callers' literals
        self.used = True
        if not keep and self._transport is not None:
            self._transport.abort()
        if self._done is not None and not self._done.done():
            self._done.set_result(None)
