"""Everything a gateway worker is told, checked once."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from sereno.errors import ConfigError
from sereno.trust.policy import RequireKey

MIB = 1 << 20


class UpstreamOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One model server.

    Attributes:
        name: what it is called in records and paths.
        url: `http://host:port` or `https://host:port`, without a path.
        prefix: path prefix, by whole segments, whose requests go there; "" for none.
        strip_prefix: whether the prefix is taken off before forwarding.
        models: model names whose requests go there, `*` and `?` allowed; empty for none.
        ca_file: PEM certificates to trust beside the system's; None for the system's alone.
        verify: whether the server's certificate is checked.
        max_idle: idle connections kept.
        inject_usage: whether OpenAI streams that do not ask for usage are made to, unseen by the client.
    """

    name: str
    url: str
    prefix: str = ""
    strip_prefix: bool = True
    models: tuple[str, ...] = ()
    ca_file: Path | None = None
    verify: bool = True
    max_idle: int = 256
    inject_usage: bool = False

    @property
    def is_default(self) -> bool:
        """Whether it takes what no rule claims."""
        return not self.prefix and not self.models


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one client may ask of a worker. Bytes, seconds, counts; 0 means no limit where that is said.

    Attributes:
        head_bytes: longest request head (431 beyond).
        target_bytes: longest request target (414 beyond).
        body_bytes: longest request body (413 beyond), 0 for none: model blobs have many GB.
        head_seconds: how long a head may take from its first byte (408 beyond).
        body_idle_seconds: longest pause inside a request's body (408 beyond), 0 for none.
        idle_seconds: how long a kept-alive connection may wait for its next request.
        connections: client connections open at once (503 beyond).
        pipelined_bytes: bytes of further requests held while one is answered; then reading pauses.
        connect_seconds: longest wait for a model server's connection (504 beyond).
        answer_seconds: longest wait for an answer (504 beyond), 0 for none: a cold load takes minutes.
        upstream_idle_seconds: how long an idle connection to a model server is kept.
        drain_seconds: how long a stopping worker lets running exchanges end.
        capture_bytes: bytes of each body that are recorded.
        capture_total_bytes: bytes of bodies in flight that are held for recording, in all.
        noted_chunks: chunks of an answer whose times are recorded.
        peek_bytes: bytes of a request's body held to find its model, where a rule asks for it.
        strict_seconds: longest hold of an answer's last byte in `strict` durability.
    """

    head_bytes: int = 65_536
    target_bytes: int = 16_384
    body_bytes: int = 0
    head_seconds: float = 30.0
    body_idle_seconds: float = 300.0
    idle_seconds: float = 120.0
    connections: int = 20_000
    pipelined_bytes: int = 65_536
    connect_seconds: float = 10.0
    answer_seconds: float = 0.0
    upstream_idle_seconds: float = 60.0
    drain_seconds: float = 30.0
    capture_bytes: int = 4 * MIB
    capture_total_bytes: int = 64 * MIB
    noted_chunks: int = 65_536
    peek_bytes: int = MIB
    strict_seconds: float = 2.0


class GatewayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One worker of a gateway.

    Attributes:
        data: the DATA folder.
        upstreams: the model servers; exactly one without prefix and models takes what no rule claims.
        host: address to listen on.
        port: port to listen on, 0 for a free one.
        listen_fd: an inherited listening socket instead of host and port.
        parent_fd: read end of a pipe; when it closes the parent is gone and the worker drains.
        worker: number of this worker, from 0.
        limits: see `Limits`.
        durability: `interval`, or `strict`: the last byte of an answer waits for its record.
        journal_budget_bytes: this worker's share of the journal folder.
        journal_segment_bytes: size at which a segment is closed.
        journal_queue_bytes: records waiting for the disk.
        require_policy: whether a policy that cannot be read closes the gateway.
        require_key: who needs a key as long as there is no policy.
        allowed_hosts: Host names accepted beside loopback names and those of the policy.
        cert_file: PEM certificate chain; TLS on the listener when given.
        key_file: its private key.
        half_close: `leave`: a client that shuts its sending side has left; `wait`: it still gets its answer.
    """

    data: Path
    upstreams: tuple[UpstreamOptions, ...]
    host: str = "127.0.0.1"
    port: int = 11434
    listen_fd: int | None = None
    parent_fd: int | None = None
    worker: int = 0
    limits: Limits = Limits()
    durability: Literal["interval", "strict"] = "interval"
    journal_budget_bytes: int = 4096 * MIB
    journal_segment_bytes: int = 64 * MIB
    journal_queue_bytes: int = 64 * MIB
    require_policy: bool = False
    require_key: RequireKey = "auto"
    allowed_hosts: tuple[str, ...] = ()
    cert_file: Path | None = None
    key_file: Path | None = None
    half_close: Literal["leave", "wait"] = "leave"


class Address(msgspec.Struct, frozen=True):
    """Where a model server listens: an IP name and port, or a Unix socket's path."""

    host: str
    port: int
    tls: bool = False
    path: str = ""

    @property
    def authority(self) -> bytes:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}").encode()

    @property
    def shown(self) -> str:
        """For people."""
        return self.path or f"{'https' if self.tls else 'http'}://{self.authority.decode()}"


def parse_address(name: str, url: str) -> Address:
    """Where a model server's URL points; `ConfigError` if it is not one."""
    wanted = f"upstream {name!r}: expected http://host:port or https://host:port, got {url!r}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError(wanted) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigError(wanted)
    if parts.path not in ("", "/"):
        raise ConfigError(f"{wanted}: it must not have a path; clients send the whole path themselves")
    tls = parts.scheme == "https"
    return Address(parts.hostname, port or (443 if tls else 80), tls)


def check(options: GatewayOptions) -> None:
    """`ConfigError` if the options contradict themselves."""
    names = [upstream.name for upstream in options.upstreams]
    if len(set(names)) != len(names):
        raise ConfigError("two upstreams have the same name; give each its own")
    if sum(upstream.is_default for upstream in options.upstreams) != 1:
        raise ConfigError(
            "exactly one upstream must have neither a path prefix nor model names: it takes all other requests"
        )
    for upstream in options.upstreams:
        parse_address(upstream.name, upstream.url)
        if upstream.prefix and (not upstream.prefix.startswith("/") or upstream.prefix.endswith("/")):
            raise ConfigError(f"upstream {upstream.name!r}: the prefix must begin with / and not end with one")
        if "/" in upstream.name or not upstream.name:
            raise ConfigError(f"upstream {upstream.name!r}: a name must not be empty or hold a slash")
    if (options.cert_file is None) != (options.key_file is None):
        raise ConfigError("TLS needs both a certificate and a key file; give both or neither")
