"""The listening socket that all gateway workers share, and what to say when its port is taken."""

from __future__ import annotations

import errno
import http.client
import json
import socket
import time

from sereno.errors import ConfigError

BACKLOG = 4096


def listen(host: str, port: int, *, patience: float = 0.0) -> socket.socket:
    """A listening socket on an address; without SO_REUSEPORT, so that a taken port is noticed.

    Args:
        host: name or address, without brackets; IPv4 is preferred where a name has both.
        port: 0 takes a free one.
        patience: seconds to go on trying when the port is taken, for the workers of a killed predecessor to end. Not
            waited when an Ollama answers there.

    Raises:
        ConfigError: the address does not exist here, or the port is taken or not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror or error}; give an address of this machine"
        ) from error
    family, kind, protocol, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
    deadline = time.monotonic() + patience
    while True:
        sock = socket.socket(family, kind, protocol)
        try:
            # For ports in TIME_WAIT only; Linux still refuses a port that somebody listens on.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6 and host == "::":
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.bind(address)
            sock.listen(BACKLOG)
            sock.setblocking(False)
            return sock
        except OSError as error:
            sock.close()
            if error.errno != errno.EADDRINUSE:
                raise ConfigError(_refusal(host, port, error)) from error
            version = ollama_version(_reachable(host), port)
            if version is not None:
                raise ConfigError(
                    f"port {port} is taken by an Ollama {version}; Sereno stands in front of it, so it has to move:\n"
                    f"start it with OLLAMA_HOST=127.0.0.1:{11435 if port != 11435 else 11436}, then start Sereno again"
                ) from error
            if time.monotonic() >= deadline:
                raise ConfigError(
                    f"port {port} on {host} is taken (see `ss -ltnp sport = :{port}`): "
                    "stop what uses it, or give another address with --listen"
                ) from error
            time.sleep(0.05)


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return f"this user may not listen on port {port}: give a port from 1024 on with --listen"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: give one that is, with --listen"
    return f"cannot listen on {host}:{port}: {error.strerror}"


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a lookup, no bind


def ollama_version(host: str, port: int, *, timeout: float = 1.0) -> str | None:
    """The version of the Ollama that answers on an address, None if something else or nothing does."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", "/api/version", headers={"Connection": "close"})
        answer = connection.getresponse()
        if answer.status != 200 or answer.getheader("X-Sereno") is not None:
            return None
        body = json.loads(answer.read(10_000))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    version = body.get("version") if isinstance(body, dict) else None
    return version[:40] if isinstance(version, str) else None
