"""How an exchange ends: exactly once, whole or not, with its record handed over and both connections cared for."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from sereno.calls import Headers, Outcome
from sereno.gateway.exchange import Recording
from sereno.gateway.refusal import answer, error_body, problem_body
from sereno.gateway.request_head import RequestHead
from sereno.gateway.upload import Upload
from sereno.gateway.upstream import UpstreamConnection

if TYPE_CHECKING:
    from sereno.gateway.server import ClientConnection
    from sereno.gateway.worker import Worker


class Ending:
    """What a relay holds, and the ways it lets go of it.

    Attributes:
        client: the connection the request came on.
        client_keep: whether it stays open behind the answer.
        connecting: an attempt to reach the server, under way.
        connection: the connection to the server.
        reusable: whether that can carry another exchange.
        upload: the request's body.
        recording: None for what is not recorded, and once the record is handed over.
        host: the Host to ask for, None for the server's own.
    """

    __slots__ = (
        "client", "client_keep", "connecting", "connection", "head", "host", "path", "recording", "reusable", "upload",
        "worker",
    )  # fmt: skip

    client: ClientConnection
    client_keep: bool
    connecting: asyncio.Task[None] | None
    connection: UpstreamConnection | None
    head: RequestHead
    host: bytes | None
    path: bytes
    recording: Recording | None
    reusable: bool
    upload: Upload
    worker: Worker

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
        keep = self.client_keep and self.upload.done and not self.worker.draining
        client = self.client
        self._end(outcome, now)
        client.transport.write(
            answer(status, body, content_type=kind, keep_alive=keep, with_body=self.head.method != b"HEAD")
        )
        client.answered(keep, now)

    def client_left(self) -> None:
        """The client is gone: the server must not work on for nobody."""
        self._end("client_closed", monotonic())

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
