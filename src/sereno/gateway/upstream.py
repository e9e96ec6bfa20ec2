"""One connection to a model server, and the pool of those that wait for their next request."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, cast

from sereno.gateway.options import Address
from sereno.gateway.usage_injection import UsageInjection

if TYPE_CHECKING:
    from sereno.gateway.relay import Relay


class UpstreamConnection(asyncio.Protocol):
    """Hands what the model server sends to the relay that holds it.

    Attributes:
        relay: the exchange it serves, None while idle.
        served: requests it has carried to their end.
        idle_since: monotonic seconds since it waits in the pool.
    """

    __slots__ = ("idle_since", "pool", "relay", "served", "transport")

    transport: asyncio.Transport

    def __init__(self, pool: Pool, relay: Relay | None) -> None:
        self.pool = pool
        self.relay = relay
        self.served = 0
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        # uvloop does not derive its transports from asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of an answer; an idle connection has none to give and is closed."""
        if self.relay is None:
            self.pool.forget(self)
            self.transport.abort()
        else:
            self.relay.answer_data(data)

    def eof_received(self) -> bool | None:
        """The server sends no more: its side of the connection is over, so is ours."""
        if self.relay is not None:
            self.relay.answer_eof()
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self.relay is None:
            self.pool.forget(self)
        else:
            self.relay.upstream_lost(exc)

    def pause_writing(self) -> None:
        """The server takes the request slower than the client sends it."""
        if self.relay is not None:
            self.relay.client.pause_for_upstream()

    def resume_writing(self) -> None:
        """The server has caught up."""
        if self.relay is not None:
            self.relay.client.resume_for_upstream()


class Pool:
    """Connections to one server.

    Attributes:
        name: the server's name.
        address: where it listens.
        idle: connections that wait, longest first.
        connecting: attempts under way.
        usage: what is known of asking this server for usage; None where it is not asked.
    """

    def __init__(
        self, name: str, address: Address, *, context: ssl.SSLContext | None, max_idle: int, connect_seconds: float,
        inject_usage: bool = False,
    ) -> None:  # fmt: skip
        self.name = name
        self.address = address
        self.authority = address.authority
        self.idle: list[UpstreamConnection] = []
        self.connecting: set[asyncio.Task[None]] = set()
        self.usage = UsageInjection() if inject_usage else None
        self._context = context
        self._max_idle = max_idle
        self._connect_seconds = connect_seconds

    def take(self, relay: Relay) -> UpstreamConnection | None:
        """The idle connection used last, None if there is none."""
        idle = self.idle
        while idle:
            connection = idle.pop()
            if not connection.transport.is_closing():
                connection.relay = relay
                return connection
        return None

    def give(self, connection: UpstreamConnection, now: float) -> None:
        """Take back a connection whose exchange ended cleanly."""
        connection.relay = None
        connection.served += 1
        if len(self.idle) < self._max_idle and not connection.transport.is_closing():
            connection.idle_since = now
            self.idle.append(connection)
        else:
            connection.transport.close()

    def forget(self, connection: UpstreamConnection) -> None:
        """An idle connection was closed by the server."""
        if connection in self.idle:
            self.idle.remove(connection)

    def close_idle(self, before: float) -> None:
        """Close what has waited since before that monotonic time."""
        while self.idle and self.idle[0].idle_since < before:
            self.idle.pop(0).transport.close()

    def shut(self) -> None:
        """The worker ends: no idle connection is left, and none is waited for, as TLS would ask."""
        for task in tuple(self.connecting):
            task.cancel()
        while self.idle:
            self.idle.pop().transport.abort()

    def connect(self, relay: Relay) -> asyncio.Task[None]:
        """Begin a new connection; the relay hears of its success or failure."""
        task = asyncio.get_running_loop().create_task(self._connect(relay))
        self.connecting.add(task)
        task.add_done_callback(self.connecting.discard)
        return task

    async def _connect(self, relay: Relay) -> None:
        loop = asyncio.get_running_loop()
        connection = UpstreamConnection(self, relay)
        address = self.address
        try:
            async with asyncio.timeout(self._connect_seconds):
                if address.path:
                    await loop.create_unix_connection(lambda: connection, address.path)
                else:
                    await loop.create_connection(
                        lambda: connection, address.host, address.port, ssl=self._context,
                        server_hostname=address.host if self._context is not None else None,
                    )  # fmt: skip
        except TimeoutError:
            relay.connect_failed(504, f"no connection within {self._connect_seconds:g} s")
        except ssl.SSLCertVerificationError as error:
            relay.connect_failed(
                502,
                f"its certificate is not trusted ({error.verify_message}); name the one who signed it by `ca_file`, or "
                "turn the check off by `verify = false`",
            )
        except (OSError, ssl.SSLError) as error:
            relay.connect_failed(502, error.strerror or type(error).__name__)
        else:
            relay.connected(connection)
