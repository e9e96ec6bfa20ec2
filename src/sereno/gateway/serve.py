"""A gateway worker's life: listen, serve, drain, end."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final

import msgspec
import uvloop

from sereno.conventions import JOURNAL_DIR, KEYS_FILE, POLICY_FILE, RUN_DIR, STATUS_FILE
from sereno.errors import ConfigError
from sereno.gateway.options import GatewayOptions, check
from sereno.gateway.seams import Journal, Status
from sereno.gateway.server import ClientConnection
from sereno.gateway.tls import listener_context
from sereno.gateway.worker import Worker
from sereno.journal.instance import prepare_data
from sereno.journal.status import StatusFile
from sereno.journal.writer import JournalWriter
from sereno.trust.hosts import is_loopback
from sereno.trust.keys import Key
from sereno.trust.policy import decode_policy

_BACKLOG: Final = 4096
_SHOW_SECONDS: Final = 0.1
_SWITCH_SECONDS: Final = 0.0001
"""The journal's thread hands the interpreter back within this time when a client's bytes are waiting."""


def run(
    options: GatewayOptions,
    ready: Callable[[], None] | None = None,
    *,
    journal: Journal | None = None,
    status: Status | None = None,
    peer_name: Callable[[str], str] = str,
) -> int:
    """Serve until SIGTERM, SIGINT or the parent's end, then drain; returns the exit code.

    Args:
        options: everything the worker is told.
        ready: called once connections are accepted.
        journal: takes the records, with `status`; by default the journal of DATA.
        status: shows counters; by default the status file of DATA.
        peer_name: how a peer's address is taken (tests).

    Raises:
        ConfigError: the options contradict themselves, or what they name cannot be used.
        JournalError: another worker already runs on this DATA folder with this number.
    """
    check(options)
    instance = prepare_data(options.data)
    sock = listening_socket(options)
    refuse_open_door(options, sock)
    raise_file_limit()
    if journal is None or status is None:
        journal, status = _record_keeping(options, instance)
    worker = Worker(options, journal, status, peer_name)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(_SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(worker, sock, ready))
    journal.close(5.0)
    status.close()
    return 0


async def serve(
    worker: Worker, sock: socket.socket, ready: Callable[[], None] | None = None, stop: asyncio.Event | None = None
) -> None:
    """Accept clients on a listening socket until told to stop, then drain.

    Args:
        worker: the worker.
        sock: a bound socket.
        ready: called once connections are accepted.
        stop: set to begin the drain; by default signals and the parent's end do.
    """
    loop = asyncio.get_running_loop()
    options = worker.options
    if stop is None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, _stop, stop, worker)
    if options.parent_fd is not None:
        loop.add_reader(options.parent_fd, _parent, options.parent_fd, stop, loop)
    context = None
    if options.cert_file is not None and options.key_file is not None:
        context = listener_context(options.cert_file, options.key_file)
    server = await loop.create_server(
        lambda: ClientConnection(worker), sock=sock, backlog=_BACKLOG, ssl=context,
        ssl_handshake_timeout=worker.limits.head_seconds if context is not None else None,
    )  # fmt: skip
    beats = loop.create_task(_beat(worker))
    if ready is not None:
        ready()
    try:
        await stop.wait()
        worker.draining = True
        server.close()
        await drain(worker)
    finally:
        beats.cancel()
        worker.show()


async def drain(worker: Worker) -> None:
    """Close idle clients, let running exchanges end, cut those that take longer than allowed."""
    loop = asyncio.get_running_loop()
    end = loop.time() + worker.limits.drain_seconds
    for client in tuple(worker.clients):
        if client.relay is None and not client.closing:
            client.close_soon()
    # Looking fifty times a second costs less than an event that the hot path would have to set.
    while any(client.relay is not None for client in worker.clients) and loop.time() < end:  # noqa: ASYNC110 - see above
        await asyncio.sleep(0.02)
    for client in tuple(worker.clients):
        if client.relay is not None:
            client.relay.shut()
            client.cut(gently=False)
    # What was written last leaves before the loop ends; clients that do not read it are not waited for.
    end = min(end, loop.time() + 1.0)
    while worker.clients and loop.time() < end:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0.02)
    for client in tuple(worker.clients):
        client.transport.abort()
    for pool in (*worker.pools.values(), worker.keeper):
        pool.shut()
    await asyncio.sleep(0)


async def _beat(worker: Worker) -> None:
    """The worker's clock."""
    count = 0
    while True:
        await asyncio.sleep(_SHOW_SECONDS)
        count += 1
        worker.show()
        if count % 10 == 0:
            worker.tick()


def _stop(stop: asyncio.Event, worker: Worker) -> None:
    """A signal: drain; the second one does not wait for running exchanges."""
    if stop.is_set():
        for client in tuple(worker.clients):
            if client.relay is not None:
                client.relay.shut()
                client.cut(gently=False)
    stop.set()


def _parent(fd: int, stop: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    """The pipe to the parent became readable: its end means the parent is gone."""
    if not os.read(fd, 1024):
        loop.remove_reader(fd)
        stop.set()


def listening_socket(options: GatewayOptions) -> socket.socket:
    """The inherited socket, or one bound to host and port. `ConfigError` if the port is taken."""
    if options.listen_fd is not None:
        sock = socket.socket(fileno=options.listen_fd)
        sock.setblocking(False)
        return sock
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((options.host, options.port))
    except OSError as error:
        sock.close()
        where = f"{options.host}:{options.port}"
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"{where} is taken, by the model server itself or by another Sereno. "
                "Move the model server, for Ollama by OLLAMA_HOST=127.0.0.1:11435 ollama serve,\n"
                "and name its new place with --upstream http://127.0.0.1:11435; "
                "or let Sereno listen elsewhere with --listen HOST:PORT."
            ) from error
        raise ConfigError(f"cannot listen on {where}: {error.strerror}; give another --listen HOST:PORT") from error
    sock.setblocking(False)
    return sock


def refuse_open_door(options: GatewayOptions, sock: socket.socket) -> None:
    """`ConfigError` if foreigners could connect and no key exists that could keep them out."""
    host = sock.getsockname()[0]
    if is_loopback(host):
        return
    require = options.require_key
    keys: tuple[Key, ...] = ()
    try:
        policy = decode_policy((options.data / POLICY_FILE).read_bytes())
        keys, require = policy.keys, policy.require_key
    except (OSError, ValueError):
        pass
    try:
        keys += msgspec.json.decode((options.data / KEYS_FILE).read_bytes(), type=tuple[Key, ...])
    except (OSError, ValueError):
        pass
    if require != "never" and not any(key.allows("use") for key in keys):
        sock.close()
        raise ConfigError(
            f"refusing to listen on {host}: other machines can reach it and no key exists. Make one with "
            '`sereno keys add NAME`, or listen on 127.0.0.1, or allow everyone with require_key = "never".'
        )


def raise_file_limit() -> None:
    """As many open files as the system lets this process have: each client and each exchange takes one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # macOS names a hard limit it does not grant
            pass


def _record_keeping(options: GatewayOptions, instance: str) -> tuple[Journal, Status]:
    """The journal and status file of DATA."""
    status = StatusFile(options.data / RUN_DIR / STATUS_FILE.format(worker=options.worker), options.worker)
    journal = JournalWriter(
        options.data / JOURNAL_DIR, instance, options.worker,
        budget_bytes=options.journal_budget_bytes, segment_bytes=options.journal_segment_bytes,
        queue_bytes=options.journal_queue_bytes, durability=options.durability, status=status,
    )  # fmt: skip
    return journal, status
