"""Sends requests over connections that are kept and shared."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping

from sereno.loadtest.address import Address
from sereno.loadtest.connection import Clock, Connection
from sereno.loadtest.reply import Reply


class Client:
    """A client of one server.

    Args:
        address: the server.
        headers: fields of every request.
        clock: seconds, monotonic.

    Attributes:
        connects: connections that were made.
    """

    def __init__(self, address: Address, headers: Mapping[str, str], clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._idle: list[Connection] = []
        self.connects = 0
        self._tls = ssl.create_default_context() if address.tls else None
        fields = {"host": address.authority, "accept": "*/*", **headers}
        self._fields = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode("latin-1")

    async def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, *, limit: float
    ) -> Reply:
        """One request and its reply. Never raises for what the server does; what failed stands in the reply.

        Args:
            method: `POST` or `GET`.
            path: request target.
            body: JSON.
            headers: further fields.
            limit: seconds until the reply is given up, connecting included.
        """
        head = [f"{method} {path} HTTP/1.1\r\n".encode("latin-1"), self._fields]
        head += [f"{name}: {value}\r\n".encode("latin-1") for name, value in (headers or {}).items()]
        if method == "POST":
            head.append(b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body))
        request = b"".join((*head, b"\r\n", body))
        reply = Reply(self._clock())
        connection: Connection | None = None
        try:
            async with asyncio.timeout(limit):
                connection = await self._connection()
                again = connection.used
                await connection.send(request, reply)
                if again and reply.outcome == "upstream_unreachable":
                    # The server had closed a kept connection; RFC 9112 §9.3.1 lets a client try once more.
                    reply = Reply(reply.began_at)
                    connection = await self._connect()
                    await connection.send(request, reply)
        except TimeoutError:
            if not reply.ended_at:  # it may have ended in the same turn of the loop
                reply.end(self._clock(), "upstream_timeout", f"no whole answer within {limit:g} s")
        except (OSError, ssl.SSLError) as error:
            reply.end(self._clock(), "upstream_unreachable", _sentence(error))
        finally:
            if connection is not None:
                if connection.open:
                    self._idle.append(connection)
                else:
                    connection.close()
        return reply

    def close(self) -> None:
        """Close what is kept."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                return connection
        return await self._connect()

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: Connection(self._clock), self._address.host, self._address.port, ssl=self._tls
        )
        self.connects += 1
        return connection


def _sentence(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "the server refuses connections"
    return (error.strerror or str(error) or type(error).__name__)[:300]
