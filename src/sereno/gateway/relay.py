"""One exchange: a client's request on its way to a server, and the answer on its way back.

The relay owns the way of both bodies (`upload`, `download`), the recording, and every way an exchange can end. It ends
exactly once: `_end` (see `ending`) detaches it from both connections, whatever arrives later finds no relay.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final

from sereno.calls import Outcome
from sereno.gateway.download import BY_LENGTH, UNTIL_CLOSE, Download
from sereno.gateway.ending import Ending
from sereno.gateway.exchange import Recording
from sereno.gateway.heads import request_head_bytes, response_head_bytes
from sereno.gateway.model_name import find_model
from sereno.gateway.request_head import RequestHead
from sereno.gateway.response_head import ResponseHead, parse_response_head
from sereno.gateway.upload import Upload
from sereno.gateway.upstream import Pool, UpstreamConnection
from sereno.gateway.usage_injection import offered_codings, with_usage
from sereno.trust.redact import redact

if TYPE_CHECKING:
    from sereno.gateway.server import ClientConnection
    from sereno.gateway.worker import Worker

_LONGEST_HEAD: Final = 65_536
_HELD_WHILE_CONNECTING: Final = 65_536
_STALE_SECONDS: Final = 1.0
"""A pooled connection that was closed while it was idle shows it at once; a later end is a failure of the server."""
_NOT_UNDERSTOOD: Final = (400, 422)
"""How a server says that it does not know `stream_options`."""


class Relay(Ending):
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
        "asked", "download", "extra", "head_sent", "opened", "peeked", "pending", "plainly", "pool", "retried",
        "reused", "sent_at", "touched", "waiting",
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
        self.connection = None
        self.connecting = None
        self.upload = Upload(head, recording, worker.limits.body_bytes)
        self.download: Download | None = None
        self.peeked = 0
        self.asked: tuple[bytes, bytes] | None = None
        self.opened = self.plainly = self.retried = self.reused = self.head_sent = self.waiting = False
        self.reusable = True
        self.pending = b""
        self.client_keep = head.keep_alive
        self.sent_at = self.touched = 0.0

    # --- The request ---------------------------------------------------------------------------------

    @property
    def request_done(self) -> bool:
        """Whether the request's body is whole."""
        return self.upload.done

    def begin(self, data: bytes, now: float) -> bytes:
        """Start with the bytes that came behind the head; returns those that belong to a later request.

        Raises:
            Refusal: they are not a valid body; nothing has been sent to the server.
        """
        self.touched = now
        upload = self.upload
        if upload.done and self.recording is not None:
            self.recording.request_at = now - self.recording.started
        rest = upload.feed(data, now) if data and not upload.done else data
        self._proceed(now)
        if not self.opened and self.head.expects:  # the body is needed to choose, so the server cannot say this itself
            self.waiting = True
            self.client.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return rest

    def request_data(self, data: bytes) -> bytes:
        """More of the request's body; returns the bytes behind its end.

        Raises:
            Refusal: the framing is broken; the caller answers and closes.
        """
        now = self.touched = monotonic()
        upload = self.upload
        rest = upload.feed(data, now)
        if not self.opened:
            self._proceed(now)
        elif self.connection is not None:
            if upload.out:
                self.connection.transport.writelines(upload.taken())
        elif upload.size > _HELD_WHILE_CONNECTING:
            self.client.pause_for_upstream()
        return rest

    def _proceed(self, now: float) -> None:
        """Open the way to the server, unless more of the body has to tell which one, or what to ask it."""
        pool = self.pool
        if pool is None:
            pool = self._choose()
            if pool is None:
                return
        if pool.usage is not None and pool.usage.wanted(self.head, self.path):
            if not self.upload.done:
                return
            self._ask_usage()
        self._open(pool, now)

    def _choose(self) -> Pool | None:
        """Find the server by the model that the body names, once enough of it has come."""
        upload = self.upload
        full = upload.done or upload.size >= self.worker.limits.peek_bytes
        if not full and upload.size < 2 * self.peeked:
            return None  # looked at again only when it has doubled, so that small pieces do not cost its square
        self.peeked = upload.size
        # What waits for the server, not the recording: that may be cut when memory for recordings is used up.
        model = find_model(upload.waiting(), upload.done)
        if model is not None or full:
            self.pool = self.worker.pools[self.worker.routes.model(model)]
        return self.pool

    def _ask_usage(self) -> None:
        """Ask for usage in the client's stead, where the request is plainly one that can be asked so."""
        body = self.upload.waiting()
        asking = with_usage(body)
        if asking is not None:
            self.asked = body, asking
            self.upload.replace(asking)
            if offered_codings(self.head) is None:
                self.extra = b"\r\nAccept-Encoding: identity"

    def _open(self, pool: Pool, now: float) -> None:
        """Take a connection to the server and send what there is."""
        self.opened = True
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
            expect=not self.waiting, length=self.head.length if self.asked is None else len(self.asked[1]),
        )  # fmt: skip

    def _send(self, connection: UpstreamConnection) -> None:
        self.connection = connection
        if self.client.full:  # an earlier answer still waits for a client that does not read
            connection.transport.pause_reading()
        if self.upload.out:
            connection.transport.writelines([self._head_bytes(), *self.upload.taken()])
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
        download = self.download
        if download is None:
            self._answer_head(data, monotonic())
        else:
            self._pass_on(download, data, b"", monotonic())

    def _answer_head(self, data: bytes, now: float) -> None:
        """Read heads until the final one."""
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
                return
            try:
                head = parse_response_head(data[: end + 2])
                if head.status == 101:
                    raise ValueError("it switched protocols without being asked")  # noqa: TRY301 - one way to fail
            except ValueError as error:
                self._invalid(str(error))
                return
            data = data[end + 4 :]
            if head.status >= 200:
                break
            if self.head.modern:
                self.client.transport.write(response_head_bytes(head, b""))
            if not data:
                self.pending = b""
                return
        self.pending = b""
        self._start_answer(head, data, now)

    def _start_answer(self, head: ResponseHead, data: bytes, now: float) -> None:
        """Decide both framings, and pass on the head with the first of the body."""
        pool = self.pool
        change = None
        if pool is not None and pool.usage is not None:
            if self.asked is not None and head.status in _NOT_UNDERSTOOD:
                self._ask_plainly(pool)
                return
            change = pool.usage.change(self.head, head, asked=self.asked is not None, plainly=self.plainly)
        request = self.head
        recording = self.recording
        if recording is not None:
            recording.status = head.status
            recording.head_at = now - recording.started
            fields = head.fields
            recording.response_fields = redact(fields, self.worker.salt) if head.guarded else tuple(fields)
        modern = request.modern
        status = head.status
        download = self.download = Download(
            head, bodiless=request.method == b"HEAD" or status in (204, 304), modern=modern, change=change
        )
        done = self.upload.done
        keep = self.client_keep and done and not self.worker.draining
        self.reusable = head.keep_alive and done and download.mode != UNTIL_CLOSE
        framing = download.framing
        if download.closes:
            keep = False
            self.client.until_close = True
        self.client_keep = keep
        if not keep:
            framing += b"\r\nConnection: close"
        elif not modern:
            framing += b"\r\nConnection: keep-alive"
        self.head_sent = True
        first = response_head_bytes(head, framing)
        if data or download.done:
            self._pass_on(download, data, first, now)
        else:
            self.client.transport.write(first)

    def _pass_on(self, download: Download, data: bytes, first: bytes, now: float) -> None:
        """Pass on body bytes, behind what is to be written first; the end of the body ends the exchange."""
        worker = self.worker
        try:
            out = download.feed(data)
        except ValueError as error:
            if first:
                self.client.transport.write(first)
            self._invalid(str(error))
            return
        recording = self.recording
        for piece in download.pieces:
            worker.bytes_out += len(piece)
            if recording is not None:
                recording.response_data(piece, now)
        if worker.strict and download.holds and recording is not None:
            out = self._hold_end(out, download)
        if first:
            out = first + out
        if download.done:
            if download.excess:
                self.reusable = False
            self._complete(out, now, download.ending)
        elif out:
            self.client.transport.write(out)

    def _hold_end(self, data: bytes, download: Download) -> bytes:
        """Strict durability: what ends the body, or may yet turn out to, is not passed on before it is whole."""
        data = self.pending + data
        if download.done:
            return data
        end = len(data) - download.ending
        self.pending = data[end:]
        return data[:end]

    def answer_eof(self) -> None:
        """The server ended its side: the end of a body that runs until then, a failure anywhere else."""
        download = self.download
        if download is not None and download.mode == UNTIL_CLOSE:
            self._complete(download.close(), monotonic(), download.ending)

    def upstream_lost(self, error: Exception | None) -> None:
        """The server's connection is gone before the answer's end."""
        self.connection = None
        if error is None and self.download is not None and self.download.mode == UNTIL_CLOSE:
            self.answer_eof()
        elif self.head_sent:
            self._cut("upstream_closed")
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
        if self.asked is not None:
            self.upload.replace(self.asked[1])
        elif self.head.length or self.head.chunked:
            if recording is None or not recording.request_open or not self.upload.done:
                return False
            self.upload.repeat(recording.request_pieces)
        self.retried = True
        self.reused = False
        self.connecting = self.pool.connect(self)
        return True

    def _ask_plainly(self, pool: Pool) -> None:
        """The request was refused with the question for usage in it: send what the client sent."""
        assert self.asked is not None
        self.upload.replace(self.asked[0])
        self.asked = None
        self.extra = b""
        self.plainly = True
        self.reused = False
        connection = self.connection
        self.connection = None
        if connection is not None:
            connection.relay = None
            connection.transport.abort()
        self.connecting = pool.connect(self)

    def _invalid(self, why: str) -> None:
        """The server does not speak HTTP as it must."""
        if self.head_sent:
            self._cut("upstream_invalid")
        else:
            name = self.pool.name if self.pool is not None else ""
            self._fail("upstream_invalid", 502, f"The model server {name!r} answered what is not HTTP/1.1: {why}.")

    def _cut(self, outcome: Outcome) -> None:
        """End an answer that will not be whole, so that the client can tell."""
        held = b"" if self.download is None else self.download.let_go()
        if held:
            self.client.transport.write(held)
        self._end(outcome, monotonic())
        self.client.cut(gently=self.framed)

    @property
    def framed(self) -> bool:
        """Whether a client can tell by the framing that an answer is not whole; HTTP/1.0 without a length cannot."""
        return self.head.modern or (self.download is not None and self.download.mode == BY_LENGTH)

    def tick(self, now: float) -> None:
        """Once a second: time limits on the server."""
        limit = self.worker.limits.answer_seconds
        if limit and self.download is None and self.connection is not None and now - self.sent_at > limit:
            self._fail("upstream_timeout", 504, f"The model server did not answer within {limit:g} s.")
