"""One exchange: a client's request on its way to a server, and the answer on its way back.

The relay owns the framing of both bodies, the recording, and every way an exchange can end. It ends exactly once:
`_end` detaches it from both connections, whatever arrives later finds no relay.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Final

from sereno.calls import Headers, Outcome
from sereno.gateway.chunked import ChunkedReader
from sereno.gateway.exchange import Recording
from sereno.gateway.heads import request_head_bytes, response_head_bytes
from sereno.gateway.model_name import find_model
from sereno.gateway.refusal import Refusal, answer, error_body, problem_body
from sereno.gateway.request_head import RequestHead
from sereno.gateway.response_head import ResponseHead, parse_response_head
from sereno.gateway.upstream import Pool, UpstreamConnection
from sereno.trust.redact import redact

if TYPE_CHECKING:
    from sereno.gateway.server import ClientConnection
    from sereno.gateway.worker import Worker

AT_HEAD: Final = 0
NO_BODY: Final = 1
BY_LENGTH: Final = 2
CHUNKED: Final = 3
UNTIL_CLOSE: Final = 4

_LONGEST_HEAD: Final = 65_536
_HELD_WHILE_CONNECTING: Final = 65_536
_STALE_SECONDS: Final = 1.0
"""A pooled connection that was closed while it was idle shows it at once; a later end is a failure of the server."""


class Relay:
    """See the module. Made by a client connection for each request that is forwarded.

    Args:
        worker: the worker.
        client: the connection the request came on.
        head: the request's head.
        path: what to ask for.
        pool: the server, None when the request's body has to tell.
        recording: None for what is not recorded.
        extra: further header lines for the server, each begun by CRLF.
        host: the Host to ask for, None for the server's own.
    """

    __slots__ = (
        "answer_chunks", "answer_left", "client", "client_keep", "connecting", "connection", "extra", "head",
        "head_sent", "host", "mode", "out", "out_size", "path", "peeked", "pending", "pool", "raw", "recording",
        "request_chunks", "request_done", "request_left", "retried", "reusable", "reused", "sent_at", "touched",
        "waiting", "worker",
    )  # fmt: skip

    def __init__(
        self, worker: Worker, client: ClientConnection, head: RequestHead, path: bytes, pool: Pool | None,
        recording: Recording | None, extra: bytes = b"", host: bytes | None = None,
    ) -> None:  # fmt: skip
        self.worker = worker
        self.client = client
        self.head = head
        self.path = path
        self.pool = pool
        self.recording = recording
        self.extra = extra
        self.host = host
        self.connection: UpstreamConnection | None = None
        self.connecting: asyncio.Task[None] | None = None
        self.out: list[bytes] = []
        self.out_size = self.peeked = 0
        self.request_left = head.length or 0
        self.request_chunks = ChunkedReader() if head.chunked else None
        self.request_done = not self.request_left and not head.chunked
        self.retried = self.reused = self.head_sent = self.waiting = False
        self.reusable = True
        self.mode = AT_HEAD
        self.pending = b""
        self.answer_left = 0
        self.answer_chunks: ChunkedReader | None = None
        self.raw = True
        self.client_keep = head.keep_alive
        self.sent_at = 0.0
        self.touched = 0.0

    # --- The request ---------------------------------------------------------------------------------

    def begin(self, data: bytes, now: float) -> bytes:
        """Start with the bytes that came behind the head; returns those that belong to a later request.

        Raises:
            Refusal: they are not a valid body; nothing has been sent to the server.
        """
        self.touched = now
        if self.request_done and self.recording is not None:
            self.recording.request_at = now - self.recording.started
        rest = self._read_request(data, now) if data and not self.request_done else data
        if self.pool is None:
            self._choose()
            if self.pool is None:
                if self.head.expects:  # the body is needed to choose the server, so it cannot say this itself
                    self.waiting = True
                    self.client.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return rest
        self._open(now)
        return rest

    def request_data(self, data: bytes) -> bytes:
        """More of the request's body; returns the bytes behind its end.

        Raises:
            Refusal: the framing is broken; the caller answers and closes.
        """
        now = self.touched = monotonic()
        rest = self._read_request(data, now)
        if self.pool is None:
            self._choose()
            if self._chosen():
                self._open(now)
        elif self.connection is not None:
            if self.out:
                self.connection.transport.writelines(self.out)
                self.out = []
                self.out_size = 0
        elif self.out_size > _HELD_WHILE_CONNECTING:
            self.client.pause_for_upstream()
        return rest

    def _read_request(self, data: bytes, now: float) -> bytes:
        """Follow the body's framing, record it and queue it for the server."""
        recording = self.recording
        reader = self.request_chunks
        if reader is None:
            left = self.request_left
            rest = b""
            if len(data) > left:
                rest = data[left:]
                data = data[:left]
            self.request_left = left - len(data)
            if recording is not None:
                recording.request_data(data)
            self.out.append(data)
            self.out_size += len(data)
            if self.request_left:
                return b""
        else:
            try:
                used = reader.feed(data)
            except ValueError as error:
                raise Refusal(400, "bad_request", f"The request's body is not valid: {error}.") from None
            for piece in reader.pieces:
                if recording is not None:
                    recording.request_data(piece)
                self.out += (b"%x\r\n" % len(piece), piece, b"\r\n")
                self.out_size += len(piece) + 12
            reader.pieces.clear()
            limit = self.worker.limits.body_bytes
            if limit and recording is not None and recording.request_size > limit:
                raise Refusal(413, "body_too_large", f"The request's body is longer than {limit} bytes.")
            if not reader.done:
                return b""
            self.out.append(b"0\r\n%b\r\n" % reader.trailers)
            rest = data[used:]
        self.request_done = True
        if recording is not None:
            recording.request_at = now - recording.started
        return rest

    def _choose(self) -> None:
        """Find the server by the model that the body names, once enough of it has come."""
        full = self.request_done or self.out_size >= self.worker.limits.peek_bytes
        if not full and self.out_size < 2 * self.peeked:
            return  # looked at again only when it has doubled, so that small pieces do not cost its square
        self.peeked = self.out_size
        # What waits for the server, not the recording: that may be cut when memory for recordings is used up.
        body = b"".join(self.out if self.request_chunks is None else self.out[1::3])
        model = find_model(body, self.request_done)
        if model is not None or full:
            self.pool = self.worker.pools[self.worker.routes.model(model)]

    def _chosen(self) -> bool:
        return self.pool is not None

    def _open(self, now: float) -> None:
        """Take a connection to the server and send what there is."""
        pool = self.pool
        assert pool is not None
        if self.recording is not None:
            self.recording.upstream = pool.name
        self.sent_at = now
        connection = pool.take(self)
        if connection is None:
            self.connecting = pool.connect(self)
        else:
            self.reused = True
            self._send(connection)

    def _head_bytes(self) -> bytes:
        pool = self.pool
        assert pool is not None
        return request_head_bytes(
            self.head, self.path, self.host or pool.authority, self.client.peer_bytes, self.client.proto, self.extra,
            expect=not self.waiting,
        )  # fmt: skip

    def _send(self, connection: UpstreamConnection) -> None:
        self.connection = connection
        if self.client.full:  # an earlier answer still waits for a client that does not read
            connection.transport.pause_reading()
        if self.out:
            self.out.insert(0, self._head_bytes())
            connection.transport.writelines(self.out)
            self.out = []
            self.out_size = 0
        else:
            connection.transport.write(self._head_bytes())

    def connected(self, connection: UpstreamConnection) -> None:
        """A new connection to the server stands."""
        self.connecting = None
        if self.client.relay is not self:
            connection.relay = None
            connection.transport.abort()
            return
        self.sent_at = monotonic()
        self._send(connection)
        self.client.resume_for_upstream()

    def connect_failed(self, status: int, why: str) -> None:
        """No connection to the server could be had."""
        self.connecting = None
        if self.client.relay is self and self.pool is not None:
            self._fail(
                "upstream_timeout" if status == 504 else "upstream_unreachable", status,
                f"The model server {self.pool.name!r} at {self.pool.address.shown} cannot be reached: {why}. "
                "Is it running?",
            )  # fmt: skip

    # --- The answer ----------------------------------------------------------------------------------

    def answer_data(self, data: bytes) -> None:
        """Bytes from the server: recorded, and passed on at once."""
        now = monotonic()
        if self.mode == AT_HEAD:
            data = self._answer_head(data, now)
            if not data:
                return
        self._answer_body(data, b"", now)

    def _answer_head(self, data: bytes, now: float) -> bytes:
        """Read heads until the final one; returns body bytes still to be passed on."""
        if self.pending:
            data = self.pending + data
        while True:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.pending = data
                if len(data) > _LONGEST_HEAD:
                    self._invalid("the head of its answer is too long")
                elif not data.startswith(b"HTTP/1."[: len(data)]):
                    self._invalid("it does not speak HTTP/1.1")
                return b""
            try:
                head = parse_response_head(data[: end + 2])
                if head.status == 101:
                    raise ValueError("it switched protocols without being asked")  # noqa: TRY301 - one way to fail
            except ValueError as error:
                self._invalid(str(error))
                return b""
            data = data[end + 4 :]
            if head.status >= 200:
                break
            if self.head.modern:
                self.client.transport.write(response_head_bytes(head, b""))
            if not data:
                self.pending = b""
                return b""
        self.pending = b""
        self._start_answer(head, data, now)
        return b""

    def _start_answer(self, head: ResponseHead, data: bytes, now: float) -> None:
        """Decide both framings, and pass on the head with the first of the body."""
        request = self.head
        recording = self.recording
        if recording is not None:
            recording.status = head.status
            recording.head_at = now - recording.started
            fields = head.fields
            recording.response_fields = redact(fields, self.worker.salt) if head.guarded else tuple(fields)
        modern = request.modern
        keep = self.client_keep and self.request_done and not self.worker.draining
        self.reusable = head.keep_alive and self.request_done
        status = head.status
        framing = b""
        if request.method == b"HEAD" or status in (204, 304):
            self.mode = NO_BODY
            if head.length is not None and status != 204:
                framing = b"\r\nContent-Length: %d" % head.length
        elif head.length is not None:
            self.mode = BY_LENGTH if head.length else NO_BODY
            self.answer_left = head.length
            framing = b"\r\nContent-Length: %d" % head.length
        else:
            if head.chunked:
                self.mode = CHUNKED
                self.answer_chunks = ChunkedReader()
            else:
                self.mode = UNTIL_CLOSE
                self.reusable = False
            self.raw = modern and head.chunked
            if modern:
                framing = b"\r\nTransfer-Encoding: chunked"
            else:
                keep = False
                self.client.until_close = True
        self.client_keep = keep
        if not keep:
            framing += b"\r\nConnection: close"
        elif not modern:
            framing += b"\r\nConnection: keep-alive"
        self.head_sent = True
        first = response_head_bytes(head, framing)
        if data or self.mode == NO_BODY:
            self._answer_body(data, first, now)
        else:
            self.client.transport.write(first)

    def _answer_body(self, data: bytes, first: bytes, now: float) -> None:
        """Pass on body bytes, behind what is to be written first; the end of the body ends the exchange."""
        recording = self.recording
        mode = self.mode
        client = self.client
        if mode == BY_LENGTH:
            left = self.answer_left
            size = len(data)
            if size > left:
                data = data[:left]
                size = left
                self.reusable = False
            if recording is not None:
                recording.response_data(data, now)
            self.worker.bytes_out += size
            if size == left:
                self._complete(first + data if first else data, now)
                return
            self.answer_left = left - size
            if first:
                client.transport.writelines((first, data))
            else:
                client.transport.write(data)
        elif mode == CHUNKED:
            reader = self.answer_chunks
            assert reader is not None
            try:
                used = reader.feed(data)
            except ValueError as error:
                if first:
                    client.transport.write(first)
                self._invalid(str(error))
                return
            pieces = reader.pieces
            for piece in pieces:
                self.worker.bytes_out += len(piece)
                if recording is not None:
                    recording.response_data(piece, now)
            if self.raw:
                if used < len(data):
                    data = data[:used]
                    self.reusable = False
            else:
                data = b"".join(pieces)
            reader.pieces = []
            if self.worker.strict and self.raw and recording is not None:
                data = self._hold_end(data, reader)
            if first:
                data = first + data
            if reader.done:
                self._complete(data, now, reader.open_end if self.raw else 1)
            elif data:
                client.transport.write(data)
        elif mode == UNTIL_CLOSE:
            self.worker.bytes_out += len(data)
            if recording is not None and data:
                recording.response_data(data, now)
            if self.head.modern and data:
                data = b"%x\r\n%b\r\n" % (len(data), data)
            client.transport.write(first + data)
        else:  # NO_BODY
            if data:
                self.reusable = False
            self._complete(first, now)

    def _hold_end(self, data: bytes, reader: ChunkedReader) -> bytes:
        """Strict durability: what ends the body, or may yet turn out to, is not passed on before it is whole."""
        data = self.pending + data
        if reader.done:
            return data
        end = len(data) - reader.open_end
        self.pending = data[end:]
        return data[:end]

    def answer_eof(self) -> None:
        """The server ended its side: the end of a body that runs until then, a failure anywhere else."""
        if self.mode == UNTIL_CLOSE:
            last = b"0\r\n\r\n" if self.head.modern else b""
            self._complete(last, monotonic(), len(last))

    def upstream_lost(self, error: Exception | None) -> None:
        """The server's connection is gone before the answer's end."""
        self.connection = None
        if self.mode == UNTIL_CLOSE and error is None:
            self.answer_eof()
        elif self.head_sent:
            self._end("upstream_closed", monotonic())
            self.client.cut(gently=self.framed)
        elif not self._retry():
            self._fail(
                "upstream_unreachable", 502,
                f"The model server {self.pool.name if self.pool else ''!r} closed the connection without an answer.",
            )  # fmt: skip

    def _retry(self) -> bool:
        """Send the request again on a new connection, if the old one had been closed while it was idle."""
        recording = self.recording
        if not self.reused or self.retried or self.pending or self.pool is None:
            return False
        if monotonic() - self.sent_at > _STALE_SECONDS:
            return False
        if self.head.length or self.head.chunked:
            if recording is None or not recording.request_open or not self.request_done:
                return False
            body = b"".join(recording.request_pieces)
            if self.request_chunks is not None:
                start = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
                body = b"%b0\r\n%b\r\n" % (start, self.request_chunks.trailers)
            self.out = [body]
        self.retried = True
        self.reused = False
        self.connecting = self.pool.connect(self)
        return True

    def _invalid(self, why: str) -> None:
        """The server does not speak HTTP as it must."""
        if self.head_sent:
            self._end("upstream_invalid", monotonic())
            self.client.cut(gently=self.framed)
        else:
            name = self.pool.name if self.pool is not None else ""
            self._fail("upstream_invalid", 502, f"The model server {name!r} answered what is not HTTP/1.1: {why}.")

    # --- The end -------------------------------------------------------------------------------------

    def _complete(self, last: bytes, now: float, held: int = 1) -> None:
        """The answer is whole: write its last bytes, hand the record to the journal, free both connections.

        Args:
            last: bytes still to be written.
            now: monotonic seconds.
            held: how many of them wait for the record in strict durability. Lenient clients take a chunked answer
                without its very last byte for whole when the connection ends, so all that ends it waits.
        """
        worker = self.worker
        client = self.client
        recording = self.recording
        connection = self.connection
        self.connection = None
        if recording is None or not worker.strict:
            if last:
                client.transport.write(last)
            if recording is not None:
                worker.record(recording, "complete", now)
            client.relay = None
            if connection is not None:
                self._free(connection, now)
            client.answered(self.client_keep, now)
            return
        if connection is not None:
            self._free(connection, now)
        self.recording = None  # it has ended: a client that leaves during the hold changes nothing any more
        at = max(len(last) - held, 0)
        if at:
            client.transport.write(last[:at])
        worker.record_durably(recording, now, lambda: self._release(last[at:]))

    def _release(self, last: bytes) -> None:
        """Strict durability: the record is on disk (or cannot be), the client gets its last byte."""
        client = self.client
        if client.relay is self:
            if last:
                client.transport.write(last)
            client.relay = None
            client.answered(self.client_keep, monotonic())

    def _free(self, connection: UpstreamConnection, now: float) -> None:
        if self.reusable:
            connection.pool.give(connection, now)
        else:
            connection.relay = None
            connection.transport.abort()

    def _end(self, outcome: Outcome, now: float) -> None:
        """End without success: the server's work stops, the partial exchange is recorded."""
        if self.connecting is not None:
            self.connecting.cancel()
            self.connecting = None
        connection = self.connection
        if connection is not None:
            self.connection = None
            connection.relay = None
            connection.transport.abort()
        self.client.relay = None
        if outcome.startswith("upstream"):
            self.worker.upstream_errors += 1
        if self.recording is not None:
            self.worker.record(self.recording, outcome, now)
            self.recording = None

    def _fail(self, outcome: Outcome, status: int, sentence: str) -> None:
        """Answer in the server's stead, before any byte of an answer was passed on."""
        now = monotonic()
        if self.host is None:
            body = error_body(self.path, status, sentence)
            kind = b"application/json"
        else:
            status = 503
            body = problem_body(503, "The keeper is down", sentence.replace("model server 'keeper'", "keeper"))
            kind = b"application/problem+json"
            self.worker.reject("keeper_down")
        self._note_answer(status, ((b"Content-Type", kind), (b"Content-Length", b"%d" % len(body))), body, now)
        keep = self.client_keep and self.request_done and not self.worker.draining
        client = self.client
        self._end(outcome, now)
        client.transport.write(
            answer(status, body, content_type=kind, keep_alive=keep, with_body=self.head.method != b"HEAD")
        )
        client.answered(keep, now)

    def client_left(self) -> None:
        """The client is gone: the server must not work on for nobody."""
        self._end("client_closed", monotonic())

    @property
    def framed(self) -> bool:
        """Whether a client can tell by the framing that an answer is not whole; HTTP/1.0 without a length cannot."""
        return self.head.modern or self.mode == BY_LENGTH

    def shut(self) -> None:
        """The worker stops and does not wait any longer."""
        self._end("internal_error", monotonic())

    def refuse(self, status: int, fields: Headers, body: bytes) -> None:
        """The request turned out to be broken: the server's side is closed, the client gets this answer instead."""
        now = monotonic()
        self._note_answer(status, fields, body, now)
        self._end("complete", now)

    def _note_answer(self, status: int, fields: Headers, body: bytes, now: float) -> None:
        """Record an answer that the gateway gives in the server's stead."""
        recording = self.recording
        if recording is not None:
            recording.status = status
            recording.head_at = now - recording.started
            recording.response_fields = fields
            recording.response_data(body, now)

    def tick(self, now: float) -> None:
        """Once a second: time limits on the server."""
        limit = self.worker.limits.answer_seconds
        if limit and self.mode == AT_HEAD and self.connection is not None and now - self.sent_at > limit:
            self._fail("upstream_timeout", 504, f"The model server did not answer within {limit:g} s.")
