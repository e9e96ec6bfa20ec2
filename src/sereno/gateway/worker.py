"""One worker: what all its connections share, and where each request goes."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Callable
from time import monotonic, time_ns
from typing import Final

from sereno.calls import Exchange, Outcome, new_id
from sereno.conventions import HEALTH_PATH, POLICY_FILE, READY_PATH, RUN_DIR
from sereno.gateway.access import Caller, Gate
from sereno.gateway.exchange import UNSEEN, CaptureBudget, Recording
from sereno.gateway.health import health_body, keeper_state
from sereno.gateway.model_name import glimpse
from sereno.gateway.options import Address, GatewayOptions, parse_address
from sereno.gateway.policy import PolicyWatch
from sereno.gateway.rates import Rates
from sereno.gateway.refusal import Refusal, answer
from sereno.gateway.relay import Relay
from sereno.gateway.request_head import RequestHead
from sereno.gateway.routes import Routes, is_ours, upstream_of_metrics
from sereno.gateway.salt import salt
from sereno.gateway.seams import Journal, Status
from sereno.gateway.server import ClientConnection
from sereno.gateway.tls import upstream_context
from sereno.gateway.upstream import Pool
from sereno.journal.sockets import keeper_socket
from sereno.trust.hosts import is_loopback
from sereno.trust.internal import internal_mark
from sereno.trust.redact import redact, redact_target

_HEALTH: Final = HEALTH_PATH.encode()
_READY: Final = READY_PATH.encode()
_RATES_FILE: Final = "rates"
_KEEPER_CONNECT_SECONDS: Final = 2.0
_HALF_CLOSED: Final = getattr(select, "POLLRDHUP", 0)
"""Linux says of a socket that its peer has shut its side, also behind unread bytes; elsewhere only a reset shows."""


class Worker:
    """Shared state of one process.

    Args:
        options: checked options.
        journal: where records go.
        status: where counters and running calls are shown.
        peer_name: how a peer's address is taken; tests let 127.0.0.2 pass for a foreign one.

    Attributes:
        clients: open client connections.
        live: recordings of exchanges that run.
        draining: whether the worker is stopping.
        bytes_in, bytes_out, requests, upstream_errors: counted since the last tick.
    """

    def __init__(
        self, options: GatewayOptions, journal: Journal, status: Status, peer_name: Callable[[str], str] = str
    ) -> None:
        self.options = options
        self.limits = options.limits
        self.journal = journal
        self.status = status
        self.peer_name = peer_name
        self.half_close = options.half_close == "wait"
        self.strict = options.durability == "strict"
        self.salt = salt(options.data)
        self.budget = CaptureBudget(
            self.limits.capture_bytes, self.limits.capture_total_bytes, self.limits.noted_chunks
        )
        self.routes = Routes(options.upstreams)
        self.pools = {
            upstream.name: Pool(
                upstream.name,
                parse_address(upstream.name, upstream.url),
                context=upstream_context(upstream),
                max_idle=upstream.max_idle,
                connect_seconds=self.limits.connect_seconds,
                inject_usage=upstream.inject_usage,
            )
            for upstream in options.upstreams
        }
        self.keeper_path = str(keeper_socket(options.data))
        self.keeper = Pool(
            "keeper",
            Address("keeper", 0, path=self.keeper_path),
            context=None,
            max_idle=16,
            connect_seconds=_KEEPER_CONNECT_SECONDS,
        )
        self.watch = PolicyWatch(
            options.data / POLICY_FILE, required=options.require_policy, require_key=options.require_key
        )
        self.watch.look()
        self.gate = Gate(self.watch.policy, options.allowed_hosts)
        self.rates = Rates(options.data / RUN_DIR / _RATES_FILE)
        self.clients: set[ClientConnection] = set()
        self.live: set[Recording] = set()
        self.draining = False
        self.bytes_in = self.bytes_out = self.requests = self.upstream_errors = 0
        self._random = b""
        self._random_at = 0

    # --- Requests ------------------------------------------------------------------------------------

    def dispatch(self, client: ClientConnection, head: RequestHead, now: float) -> Relay | None:
        """Send a request on its way; None if it was answered here.

        Raises:
            Refusal: it is not forwarded.
        """
        path = head.path
        if path.startswith((_HEALTH, _READY)) and path.partition(b"?")[0] in (_HEALTH, _READY):
            self._health(client, head, now)
            return None
        gate = self.gate
        gate.check_host(head.host, client.own)
        limit = self.limits.body_bytes
        if limit and head.length is not None and head.length > limit:
            raise Refusal(413, "body_too_large", f"The request's body is longer than {limit} bytes.")
        if is_ours(path):
            return self._to_keeper(client, head, path)
        caller = gate.admit(head, client.peer)
        key = caller.key
        if key is not None and key.requests_per_minute:
            wait = self.rates.wait(key.id, key.requests_per_minute, now)
            if wait:
                raise Refusal(
                    429, "rate_limit",
                    f"The key {key.name!r} allows {key.requests_per_minute} requests a minute; wait {wait:.0f} s.",
                    b"Retry-After: %d\r\n" % (int(wait) + 1),
                )  # fmt: skip
        routes = self.routes
        name: str | None = routes.default
        if routes.by_prefix:
            found = routes.prefix(path)
            if found is not None:
                name, path = found
            elif routes.by_model and (head.length or head.chunked):
                name = None
        elif routes.by_model and (head.length or head.chunked):
            name = None
        self.requests += 1
        return Relay(
            self,
            client,
            head,
            path,
            None if name is None else self.pools[name],
            self._recording(client, head, caller, now),
        )

    def _recording(self, client: ClientConnection, head: RequestHead, caller: Caller, now: float) -> Recording:
        """A recording of an exchange that begins, credentials already taken out."""
        started_ns = time_ns()
        at = self._random_at
        if at >= len(self._random):
            self._random = os.urandom(4000)
            at = 0
        self._random_at = at + 10
        recording = Recording(
            new_id(started_ns, self._random[at : at + 10]), started_ns, now, head, client.peer, self.budget
        )
        if head.guarded:
            recording.fields = redact(head.fields, self.salt)
            if head.internal is not None:
                mark = internal_mark(head.internal, self.salt) if is_loopback(client.peer) else None
                recording.internal = mark or ""
        if b"=" in head.target or b"@" in head.target:
            recording.target = redact_target(head.target, self.salt)
        if caller.key is not None:
            recording.key = caller.key.id
        recording.user = caller.user
        recording.session = caller.session
        self.live.add(recording)
        return recording

    def _to_keeper(self, client: ClientConnection, head: RequestHead, path: bytes) -> Relay:
        """A path that is ours: to the keeper, which is told the real peer and decides for itself who may read."""
        name = upstream_of_metrics(path)
        if name is not None:
            return self._to_metrics(client, head, name)
        extra = b"\r\nX-Sereno-Peer: " + client.peer_bytes
        if head.secret is not None:
            extra += b"\r\nX-Sereno-Key: " + head.secret.encode("latin-1")
        return Relay(self, client, head, path, self.keeper, None, extra, head.host or b"localhost")

    def _to_metrics(self, client: ClientConnection, head: RequestHead, name: str) -> Relay:
        """A model server's own `/metrics`, for those who may read the record."""
        key = self.gate.key(head, basic=True)
        if not is_loopback(client.peer) and (key is None or not key.allows("read")):
            raise Refusal(401, "unauthorized", "A Sereno key with the scope `read` is needed to read metrics.")
        pool = self.pools.get(name)
        if pool is None:
            raise Refusal(404, "other", f"There is no upstream {name!r}; there are: {', '.join(self.pools)}.")
        return Relay(self, client, head, b"/metrics", pool, None)

    def _health(self, client: ClientConnection, head: RequestHead, now: float) -> None:
        """Answer a probe."""
        if head.chunked or head.length:
            raise Refusal(400, "bad_request", "A health probe has no body.")
        ready = not self.draining and self.watch.state != "closed"
        body = health_body(
            ready=ready, draining=self.draining, keeper=keeper_state(self.keeper_path), policy=self.watch.state,
            worker=self.options.worker, upstreams=tuple(self.pools),
        )  # fmt: skip
        status = 200 if ready or head.path.startswith(_HEALTH) else 503
        client.transport.write(
            answer(
                status, body, headers=b"Cache-Control: no-store\r\n", keep_alive=head.keep_alive and not self.draining,
                with_body=head.method != b"HEAD",
            )
        )  # fmt: skip
        client.since = now
        if not head.keep_alive or self.draining:
            client.close_soon()

    # --- Records -------------------------------------------------------------------------------------

    def record(self, recording: Recording, outcome: Outcome, now: float) -> None:
        """Hand an exchange that ended to the journal. Whatever goes wrong there is counted, never felt by a client."""
        exchange = self._finish(recording, outcome, now)
        try:
            self.journal.append(exchange)
        except Exception:  # noqa: BLE001 - the recorder must never hurt an exchange
            self.status.add("dropped.encode")

    def record_durably(self, recording: Recording, now: float, release: Callable[[], None]) -> None:
        """Hand over a complete exchange and call `release` once its record is on disk, cannot be, or takes too long."""
        exchange = self._finish(recording, "complete", now)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.limits.strict_seconds, self._strict_timeout, release)

        def settle() -> None:
            if not timer.cancelled():
                timer.cancel()
                release()

        def done(_on_disk: bool) -> None:
            try:
                loop.call_soon_threadsafe(settle)
            except RuntimeError:  # the loop is closed: nobody waits any more
                pass

        try:
            taken = self.journal.append_durable(exchange, done)
        except Exception:  # noqa: BLE001 - the recorder must never hurt an exchange
            self.status.add("dropped.encode")
            taken = False
        if not taken:
            settle()

    def _strict_timeout(self, release: Callable[[], None]) -> None:
        self.status.add("strict_timeouts")
        release()

    def _finish(self, recording: Recording, outcome: Outcome, now: float) -> Exchange:
        self.live.discard(recording)
        if recording.slot != UNSEEN:
            self.status.close_call(recording.slot)
            recording.slot = UNSEEN
        return recording.finish(outcome, now)

    def reject(self, reason: str) -> None:
        """Count a request that was not forwarded."""
        self.status.reject(reason)

    # --- Time ----------------------------------------------------------------------------------------

    def show(self) -> None:
        """Ten times a second: running calls and counters go to the status file, so that the hot path need not."""
        status = self.status
        now = monotonic()
        for recording in self.live:
            if recording.slot == UNSEEN:
                if now - recording.started < 0.05:
                    continue
                recording.slot = status.open_call(recording.ident, recording.started_ns)
                recording.model_shown = False
            if not recording.model_shown and (recording.request_at is not None or recording.request_size > 4096):
                recording.model_shown = True
                body = recording.request_pieces[0] if recording.request_pieces else b""
                if len(recording.request_pieces) > 1:
                    body += recording.request_pieces[-1]
                model = glimpse(body)
                if model is not None:
                    status.set_model(recording.slot, model)
            grown = recording.response_size - recording.size_shown
            if grown:
                recording.size_shown = recording.response_size
                status.add_bytes(recording.slot, grown)
        for name in ("requests", "bytes_in", "bytes_out", "upstream_errors"):
            amount = getattr(self, name)
            if amount:
                status.add(name, amount)
                setattr(self, name, 0)
        status.set("connections", len(self.clients))
        status.set("capture_bytes", self.budget.used)

    def _look_for_the_gone(self) -> None:
        """Clients whose reading is paused can leave unseen behind what they sent: ask the system for each."""
        deaf = {client.transport.get_extra_info("socket").fileno(): client for client in self.clients if client.deaf}
        if not deaf:
            return
        poll = select.poll()
        for fd, client in deaf.items():
            relay = client.relay
            waits = self.half_close and relay is not None and relay.request_done
            poll.register(fd, 0 if waits else _HALF_CLOSED)  # a reset is told without being asked for
        for fd, _event in poll.poll(0):
            deaf[fd].gone()

    def tick(self) -> None:
        """Once a second: policy, time limits, heartbeat."""
        if self.watch.look():
            self.gate = Gate(self.watch.policy, self.options.allowed_hosts)
        now = monotonic()
        self._look_for_the_gone()
        for client in tuple(self.clients):
            client.tick(now)
        before = now - self.limits.upstream_idle_seconds
        for pool in (*self.pools.values(), self.keeper):
            pool.close_idle(before)
        self.status.beat(time_ns(), resident_bytes())


def resident_bytes() -> int:
    """Resident memory of this process, 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - read every second
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, ValueError, IndexError):
        return 0
