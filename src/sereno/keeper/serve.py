"""Serves a keeper: one application on a TCP port and on the Unix socket that the gateways use.

SIGTERM, SIGINT or the end of the parent's pipe stop it: requests in hand are finished for a few seconds, ingest commits
its batch, and the journal keeps the rest.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from sereno.errors import ConfigError
from sereno.journal.instance import prepare_data
from sereno.journal.sockets import prepare_socket_folder
from sereno.keeper.attachment import Attachment
from sereno.keeper.keeper import Keeper
from sereno.keeper.lock import KeeperLock
from sereno.keeper.options import KeeperOptions
from sereno.keeper.peer import ASGIApp, PeerApp
from sereno.query.view import KeeperView
from sereno.store.base import Store
from sereno.store.keyfile import read_keys
from sereno.trust.hosts import is_loopback

if TYPE_CHECKING:
    from sereno.store.ledger import Ledger

log = logging.getLogger(__name__)
BACKLOG = 512
FINISH_SECONDS = 5
"""How long requests in hand may take at the end; live streams are cut then."""


class _Server(uvicorn.Server):
    """Leaves signals to `run`, which has two servers to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(
    options: KeeperOptions,
    store: Store,
    app_factory: Callable[[KeeperView], ASGIApp],
    ready: Callable[[str, int], None] | None = None,
    *,
    ledger: Ledger | None = None,
    attachments: Sequence[Attachment] = (),
) -> int:
    """Keep until told to end; returns the exit code. The caller closes the store and the ledger.

    Args:
        options: what the keeper is told.
        store: where calls live.
        app_factory: makes the application that answers HTTP.
        ready: called with host and port once both sockets listen.
        ledger: the small tables beside the calls.
        attachments: subjects that live in the keeper.

    Raises:
        ConfigError: another keeper runs on this folder, the port is taken, or the address would stand open.
    """
    prepare_data(options.data)
    lock = KeeperLock(options.data)
    tcp = unix = keeper = None
    path = prepare_socket_folder(options.data)
    try:
        _refuse_open_address(options)
        tcp = _tcp(options.host, options.port)
        unix = _unix(path)
        keeper = Keeper(options, store, ledger=ledger, attachments=attachments)
        keeper.start()
        app = app_factory(keeper)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(app, tcp, unix, options.parent_fd, ready))
    finally:
        if keeper is not None:
            keeper.close()
        for sock in (tcp, unix):
            if sock is not None:
                sock.close()
        if unix is not None:
            path.unlink(missing_ok=True)
        lock.close()
    return 0


async def _serve(
    app: ASGIApp,
    tcp: socket.socket,
    unix: socket.socket,
    parent_fd: int | None,
    ready: Callable[[str, int], None] | None,
) -> None:
    # The application's lifespan belongs to one of the two servers.
    servers = [_server(PeerApp(app, "tcp"), lifespan="on"), _server(PeerApp(app, "unix"), lifespan="off")]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if parent_fd is not None:

        def parent_spoke() -> None:
            if not os.read(parent_fd, 4096):
                loop.remove_reader(parent_fd)
                stop()

        loop.add_reader(parent_fd, parent_spoke)
    host, port = tcp.getsockname()[:2]
    log.info("listening on %s", f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    if ready is not None:
        ready(host, port)
    running = [
        asyncio.ensure_future(server.serve(sockets=[sock])) for server, sock in zip(servers, (tcp, unix), strict=True)
    ]
    # One that ends, also by an error, ends the other.
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    stop()
    await asyncio.gather(*running)


def _server(app: ASGIApp, *, lifespan: Any) -> _Server:
    return _Server(
        uvicorn.Config(
            app=app,
            lifespan=lifespan,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # else a client on loopback could choose its address
            ws="none",
            backlog=BACKLOG,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=FINISH_SECONDS,
        )
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  not on every system
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _refuse_open_address(options: KeeperOptions) -> None:
    """An address that others reach needs a key, or nobody there could read anything."""
    if options.metrics_public or is_loopback(options.host) or options.host == "localhost":
        return
    if not any(key.allows("read") for key in read_keys(options.data)):
        raise ConfigError(
            f"keeper.listen is {options.host}, which other machines reach, and there is no key with which they could "
            "read: make one with `sereno keys add NAME --scope read`, or listen on 127.0.0.1"
        )


def _tcp(host: str, port: int) -> socket.socket:
    """A listening socket; without SO_REUSEPORT, so that a second keeper on the port is noticed."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family[0], socket.SOCK_STREAM)
    except OSError as error:
        raise ConfigError(f"keeper.listen is {host}:{port}, which is no address here: {error.strerror}") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(family[4])
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise ConfigError(
            f"the keeper cannot listen on {host}:{port}: {error.strerror}; "
            "stop what uses it, or choose another with --keeper HOST:PORT"
        ) from error
    sock.setblocking(False)
    return sock


def _unix(path: Path) -> socket.socket:
    """The listening Unix socket in its private folder; what a killed keeper left there is removed.

    The keeper's lock is held, so a socket file that exists belongs to nobody.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            path.unlink()
        sock.bind(str(path))
        path.chmod(0o600)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise ConfigError(
            f"the keeper cannot listen on {path}: {error.strerror}; remove it, or choose another data folder"
        ) from error
    sock.setblocking(False)
    return sock
