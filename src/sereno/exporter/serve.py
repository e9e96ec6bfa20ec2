"""Answers `/metrics` and `/healthz` for the stand-alone exporter."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Collection

from sereno.errors import ConfigError
from sereno.exporter.poller import Exporter
from sereno.trust.hosts import host_allowed

HEAD_BYTES = 16 * 1024
HEAD_SECONDS = 10.0


def run(
    exporter: Exporter,
    host: str,
    port: int,
    ready: Callable[[str, int], None] | None = None,
    allowed_hosts: Collection[str] = (),
) -> int:
    """Poll and serve until SIGTERM or SIGINT; returns the exit code.

    Args:
        exporter: what to serve.
        host: address to listen on.
        port: where; 0 takes a free one.
        ready: called with host and port once it listens.
        allowed_hosts: `Host` names answered beside loopback names and the address that was connected to, lower case.

    Raises:
        ConfigError: the address cannot be used.
    """
    return asyncio.run(_run(exporter, host, port, ready, allowed_hosts))


async def _run(
    exporter: Exporter,
    host: str,
    port: int,
    ready: Callable[[str, int], None] | None,
    allowed_hosts: Collection[str],
) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                own = writer.get_extra_info("sockname")[0].partition("%")[0]
                writer.write(respond(exporter, head, (own, *allowed_hosts)))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # a client that sends no request gets no answer
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(answer, host, port, limit=HEAD_BYTES, family=socket.AF_UNSPEC)
    except OSError as error:
        raise ConfigError(
            f"the exporter cannot listen on {host}:{port}: {error.strerror}; choose another with --listen HOST:PORT"
        ) from error
    exporter.start()
    async with server:
        if ready is not None:
            ready(*server.sockets[0].getsockname()[:2])
        await stop.wait()
    exporter.close()
    return 0


def respond(exporter: Exporter, head: bytes, allowed_hosts: Collection[str] = ()) -> bytes:
    """The answer to a request's head. One request a connection: a scrape needs no more.

    Args:
        exporter: what is served.
        head: request line and header fields.
        allowed_hosts: names that `Host` may have beside loopback names: a page of a foreign site can reach this
            machine by rebinding its own name to it, and must not read what it has. `/healthz` tells nothing to anyone.
    """
    line, *fields = head.decode("latin-1").split("\r\n")
    method, _, rest = line.partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    accept = next((f.partition(":")[2] for f in fields if f.lower().startswith("accept:")), "")
    hosts = [field.partition(":")[2].strip() for field in fields if field.lower().startswith("host:")]
    if path != "/healthz" and not all(host_allowed(host, allowed_hosts) for host in hosts):
        told = "this Host is none of the exporter's names; ask by localhost, or start it with --allowed-host NAME\n"
        return _response("403 Forbidden", told.encode(), "text/plain", method)
    if method not in {"GET", "HEAD"}:
        return _response("405 Method Not Allowed", b"GET and HEAD are answered\n", "text/plain", method)
    if path == "/metrics":
        body, kind = exporter.exposition(accept)
        return _response("200 OK", body, kind, method)
    if path == "/healthz":
        return _response("200 OK", b'{"status":"ok"}', "application/json", method)
    return _response("404 Not Found", b"/metrics and /healthz are here\n", "text/plain", method)


def _response(status: str, body: bytes, kind: str, method: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode("latin-1") + (b"" if method == "HEAD" else body)
