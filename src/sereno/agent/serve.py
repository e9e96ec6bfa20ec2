"""Serves an agent until it is told to end."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from sereno.agent.app import create_app
from sereno.agent.options import AgentOptions
from sereno.errors import ConfigError
from sereno.trust.hosts import is_loopback


def run(options: AgentOptions, ready: Callable[[str, int], None] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; answers in hand are finished. Returns the exit code.

    Args:
        options: what the agent is told.
        ready: called with host and port once it listens.

    Raises:
        ConfigError: the address cannot be used, or would stand open to other machines.
    """
    if not options.token and options.host != "localhost" and not is_loopback(options.host):
        raise ConfigError(
            f"agent.listen is {options.host}, which other machines reach, and there is no token: whoever can connect "
            "could use the models. Set agent.token_file=PATH, or listen on 127.0.0.1"
        )
    with _listening(options.host, options.port) as sock:
        host, port = sock.getsockname()[:2]
        if ready is not None:
            ready(host, port)
        config = uvicorn.Config(
            create_app(options), log_config=None, access_log=False, server_header=False, proxy_headers=False,
            ws="none", timeout_graceful_shutdown=30,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[sock])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ConfigError(f"agent.listen is {host}:{port}, which is no address here: {error.strerror}") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(512)
    except OSError as error:
        sock.close()
        raise ConfigError(
            f"the agent cannot listen on {host}:{port}: {error.strerror}; choose another with --agent HOST:PORT"
        ) from error
    return sock
