"""`[gateway]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.kinds import Address
from sereno.config.setting import Setting

KIB, MIB = 1024, 1024**2


# fmt: off
class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """The data plane: the port that clients talk to."""

    listen: Annotated[Address, Setting(kinds.address(),
        "Where clients connect.", "--listen")] = Address("127.0.0.1", 11434)
    workers: Annotated[int, Setting(kinds.integer(1, 64),
        "Gateway processes sharing the port.", "--workers")] = 1
    durability: Annotated[str, Setting(kinds.choice("interval", "strict"),
        "`interval` writes records behind the answer: a killed gateway loses at most what ended in its last 50 ms. "
        "`strict` holds the last byte of each answer until its record is on disk, at most 2 s.",
        "--durability")] = "interval"
    capture_max_bytes: Annotated[int, Setting(kinds.size(),
        "How much of each body is recorded; the client gets all of it.")] = 4 * MIB
    capture_in_flight_bytes: Annotated[int, Setting(kinds.size(),
        "How much a worker holds of all bodies being recorded; beyond it recordings are cut and marked.")] = 64 * MIB
    max_connections: Annotated[int, Setting(kinds.integer(1, 1_000_000),
        "Client connections open in one worker; more get 503.")] = 20_000
    max_head_bytes: Annotated[int, Setting(kinds.size(KIB),
        "Largest head of a request; larger ones get 431.")] = 64 * KIB
    max_target_bytes: Annotated[int, Setting(kinds.size(KIB),
        "Longest request target (path and query); longer ones get 414.")] = 16 * KIB
    max_body_bytes: Annotated[int | None, Setting(kinds.optional(kinds.size()),
        "Largest body of a request; larger ones get 413.")] = None
    head_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long a client may take to send a request's head; slower ones get 408.")] = 30.0
    body_idle_timeout: Annotated[float | None, Setting(kinds.optional(kinds.duration(0.1)),
        "Longest pause inside a request's body; longer ones get 408.")] = 300.0
    idle_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long a client's connection may wait for its next request.")] = 120.0
    connect_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long connecting to a model server may take; then the client gets 504.")] = 10.0
    answer_timeout: Annotated[float | None, Setting(kinds.optional(kinds.duration(0.1)),
        "How long the first byte of an answer may take; then the client gets 504. A cold load takes minutes.")] = None
    upstream_idle_timeout: Annotated[float, Setting(kinds.duration(),
        "How long an idle connection to a model server is kept.")] = 60.0
    drain_timeout: Annotated[float, Setting(kinds.duration(),
        "How long running answers may take to end at shutdown.")] = 30.0
    tls_cert: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificate chain (PEM); with it clients speak HTTPS.")] = None
    tls_key: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Private key (PEM) of `gateway.tls_cert`.")] = None
    allowed_hosts: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "`Host` names accepted beside loopback names; `*.example.org` stands for all below it, `*` for all.")] = ()
    require_key: Annotated[str, Setting(kinds.choice("auto", "always", "never"),
        "Who must show a Sereno key to use a model: with `auto` everyone who is not on this machine.")] = "auto"
    public_url: Annotated[str | None, Setting(kinds.optional(kinds.url(rooted=True)),
        "Where clients reach the gateway, for hints and commands that repeat a call; `off`: as `gateway.listen` says.",
        )] = None
    half_close: Annotated[str, Setting(kinds.choice("leave", "wait"),
        "What a client means that shuts its sending side: `leave`, it has left; `wait`, it still wants its answer."
        )] = "leave"
# fmt: on
