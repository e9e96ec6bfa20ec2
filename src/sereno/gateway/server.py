"""A client's connection: requests in, answers out, one at a time and in order."""

from __future__ import annotations

import asyncio
import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING, Final, cast

from sereno.gateway.refusal import Refusal, answer, error_body
from sereno.gateway.relay import Relay
from sereno.gateway.request_head import RequestHead, broken, parse_request_head

if TYPE_CHECKING:
    from sereno.gateway.worker import Worker

_LINGER: Final = struct.pack("ii", 1, 0)
_LINGER_SECONDS: Final = 2.0
_STUCK_SECONDS: Final = 60.0
"""How long a client that is still owed bytes of its last answer may take none of them."""


class ClientConnection(asyncio.Protocol):
    """One client. `relay` is the exchange under way; bytes of later requests wait in `buffer`."""

    __slots__ = (
        "buffer", "closing", "full", "held", "own", "paused", "peer", "peer_bytes", "proto", "relay", "since",
        "transport", "until_close", "worker",
    )  # fmt: skip

    transport: asyncio.Transport

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.relay: Relay | None = None
        self.buffer = b""
        self.closing = False
        self.full = False
        self.held = False
        self.paused = False
        self.until_close = False
        self.since = 0.0
        self.peer = self.own = ""
        self.peer_bytes = b""
        self.proto = b"http"

    # --- Events --------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        # uvloop does not derive its transports from asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)
        worker = self.worker
        peer = transport.get_extra_info("peername")
        own = transport.get_extra_info("sockname")
        self.peer = worker.peer_name(peer[0] if peer else "")
        self.own = own[0] if own else ""
        self.peer_bytes = self.peer.encode()
        if transport.get_extra_info("sslcontext") is not None:
            self.proto = b"https"
        self.since = monotonic()
        worker.clients.add(self)
        if len(worker.clients) > worker.limits.connections or worker.draining:
            self._refuse(None, Refusal(503, "connection_limit", "The gateway has no connection free; try again soon."))

    def data_received(self, data: bytes) -> None:
        """Bytes of a request."""
        if self.closing:
            return
        relay = self.relay
        if relay is None:
            seen = len(self.buffer)
            if seen:
                data = self.buffer + data
                self.buffer = b""
            self._requests(data, seen)
        elif not relay.request_done:
            try:
                rest = relay.request_data(data)
            except Refusal as refusal:
                if relay.head_sent:
                    relay.client_left()
                    self.cut(gently=True)
                else:
                    self._refuse(relay.head, refusal)
                return
            self.worker.bytes_in += len(data) - len(rest)
            if rest:
                if self.relay is None:
                    self._requests(rest)
                else:
                    self.buffer = rest
        else:
            self.buffer += data
            if len(self.buffer) > self.worker.limits.pipelined_bytes:
                self.held = True
                self.transport.pause_reading()

    def eof_received(self) -> bool | None:
        """The client sends no more. It has left, unless it is allowed to wait for its answer with its side shut."""
        relay = self.relay
        if relay is not None and not self.closing:
            if self.worker.half_close and relay.request_done:
                relay.client_keep = False
                return True
            relay.client_left()
        return None

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The client is gone."""
        self.worker.clients.discard(self)
        self.closing = True
        if self.relay is not None:
            self.relay.client_left()

    def pause_writing(self) -> None:
        """The client takes the answer slower than the server sends it."""
        self.full = True
        relay = self.relay
        if relay is not None and relay.connection is not None:
            relay.connection.transport.pause_reading()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.full = False
        relay = self.relay
        if relay is not None and relay.connection is not None:
            relay.connection.transport.resume_reading()

    def pause_for_upstream(self) -> None:
        """The server takes the request slower than this client sends it."""
        self.paused = True
        self.transport.pause_reading()

    def resume_for_upstream(self) -> None:
        """The server has caught up."""
        if self.paused:
            self.paused = False
            if not self.held and not self.closing:
                self.transport.resume_reading()

    @property
    def deaf(self) -> bool:
        """Whether reading is paused while an exchange runs, so that the client's end would not be seen."""
        return (self.paused or self.held) and self.relay is not None and not self.closing

    def gone(self) -> None:
        """The client has left behind bytes that were not read."""
        if self.relay is not None:
            self.relay.client_left()
        self.closing = True
        self.transport.abort()

    # --- Requests ------------------------------------------------------------------------------------

    def _requests(self, data: bytes, seen: int = 0) -> None:
        """Take requests from the bytes at hand until one is under way; `seen` of them came earlier, without an end."""
        worker = self.worker
        while data and not self.closing:
            if data.startswith(b"\r\n"):  # RFC 9112 §2.2: an empty line before a request is ignored
                data = data[2:]
                seen = 0
                continue
            end = data.find(b"\r\n\r\n")
            if end < 0 or end > worker.limits.head_bytes:
                self._partial(data, seen)
                return
            seen = 0
            now = monotonic()
            head: RequestHead | None = None
            try:
                head = parse_request_head(data[: end + 2], worker.limits.target_bytes)
                relay = worker.dispatch(self, head, now)
                data = data[end + 4 :]
                if relay is None:
                    continue
                self.relay = relay
                rest = relay.begin(data, now)
            except Refusal as refusal:
                self._refuse(head, refusal)
                return
            worker.bytes_in += len(data) - len(rest)
            data = rest
            if self.relay is not None:
                if data:
                    self.buffer = data
                return

    def _partial(self, data: bytes, seen: int) -> None:
        """The end of the head has not come: wait for it, unless it never can or is too long.

        Its time runs from its first byte (`seen` is 0 then), and no byte is examined again and again, so that a client
        which sends one at a time costs no more than another.
        """
        limits = self.worker.limits
        if len(data) > limits.head_bytes:
            self._refuse(None, _too_long(data, limits.target_bytes, limits.head_bytes))
        elif broken(data, seen):
            try:
                parse_request_head(data)
            except Refusal as refusal:
                self._refuse(None, refusal)
        else:
            if not seen:
                self.since = monotonic()
            self.buffer = data

    # --- Answers of our own --------------------------------------------------------------------------

    def _refuse(self, head: RequestHead | None, refusal: Refusal) -> None:
        """Answer a request that is not forwarded, and close: what follows on this connection cannot be trusted."""
        self.worker.reject(refusal.reason)
        body = error_body(head.target if head is not None else b"", refusal.status, refusal.sentence)
        if self.relay is not None:
            fields = ((b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(body)))
            self.relay.refuse(refusal.status, fields, body)
        with_body = head is None or head.method != b"HEAD"
        self.transport.write(
            answer(refusal.status, body, headers=refusal.headers, keep_alive=False, with_body=with_body)
        )
        self.close_soon(told=True)

    def answered(self, keep: bool, now: float) -> None:
        """An answer is written whole: go on to the next request, or close."""
        self.since = now
        if not keep or self.worker.draining:
            self.close_soon(told=not self.until_close)
            return
        if self.paused or self.held:
            self.paused = self.held = False
            self.transport.resume_reading()
        if self.buffer:
            data = self.buffer
            self.buffer = b""
            self._requests(data)

    def close_soon(self, *, told: bool = False) -> None:
        """Close once all is written; what still comes is read and dropped, so that no reset overtakes the answer.

        Args:
            told: whether the client sees by the framing that it has the whole answer. TLS cannot be shut on one side
                only (RFC 8446 §6.1 allows it, transports do not): such a client is left two seconds to close first.
        """
        if self.closing:
            return
        self.closing = True
        self.buffer = b""
        transport = self.transport
        if transport.can_write_eof():
            transport.write_eof()
        elif told:
            transport.resume_reading()
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, transport.close)
            return
        else:
            transport.close()
            return
        transport.resume_reading()
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._linger, transport.get_write_buffer_size(), 0.0)

    def _linger(self, owed: int, stuck: float) -> None:
        """Close for good, unless bytes of the last answer still wait for a client that reads slowly.

        Args:
            owed: bytes that waited at the last look.
            stuck: seconds for which none of them was taken.
        """
        left = self.transport.get_write_buffer_size()
        stuck = stuck + _LINGER_SECONDS if left == owed else 0.0
        if not left or stuck > _STUCK_SECONDS:
            self.transport.abort()
        else:
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._linger, left, stuck)

    def cut(self, *, gently: bool) -> None:
        """End an answer that is not whole, so that the client can tell.

        Args:
            gently: the framing already shows it; otherwise the connection is reset.
        """
        self.closing = True
        if not gently:
            sock: socket.socket | None = self.transport.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self.transport.close()

    def tick(self, now: float) -> None:
        """Once a second: time limits on the client."""
        limits = self.worker.limits
        relay = self.relay
        if self.closing:
            return
        if relay is not None:
            relay.tick(now)
            idle = limits.body_idle_seconds
            if idle and not relay.request_done and not self.paused and now - relay.touched > idle:
                if relay.head_sent:
                    relay.client_left()
                    self.cut(gently=relay.framed)
                else:
                    self._refuse(relay.head, Refusal(408, "slow_head", f"No byte of the body came for {idle:g} s."))
        elif self.buffer:
            if now - self.since > limits.head_seconds:
                self._refuse(None, Refusal(408, "slow_head", f"No whole head within {limits.head_seconds:g} s."))
        elif now - self.since > limits.idle_seconds:
            self.closing = True
            self.transport.close()


def _too_long(data: bytes, target_bytes: int, head_bytes: int) -> Refusal:
    """Whether it is the request line or the fields that are too long."""
    line_end = data.find(b"\r\n")
    if line_end < 0 or line_end > target_bytes + 64:
        return Refusal(414, "uri_too_long", f"The request target is longer than {target_bytes} bytes; shorten it.")
    return Refusal(431, "head_too_large", f"The request's head is longer than {head_bytes} bytes; send less.")
