"""Settings to a running gateway worker. Light: a worker that fell is back before its clients notice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal, cast

import msgspec

from sereno.config.kinds import Address
from sereno.config.table import Settings
from sereno.gateway.options import GatewayOptions, Limits, UpstreamOptions
from sereno.journal.instance import prepare_data
from sereno.trust.policy import RequireKey

log = logging.getLogger(__name__)


def gateway_options(
    settings: Settings,
    *,
    worker: int = 0,
    listen_fd: int | None = None,
    parent_fd: int | None = None,
) -> GatewayOptions:
    """What a worker is told.

    Args:
        settings: the settings.
        worker: its number, from 0.
        listen_fd: an inherited listening socket instead of `gateway.listen`.
        parent_fd: read end of a pipe that closes when the supervisor is gone.
    """
    gateway, journal = settings.gateway, settings.journal
    return GatewayOptions(
        data=settings.data,
        upstreams=tuple(
            UpstreamOptions(
                name=upstream.name,
                url=upstream.url,
                prefix=upstream.path_prefix.rstrip("/"),
                strip_prefix=upstream.strip_prefix,
                models=upstream.models,
                ca_file=upstream.ca_file,
                verify=upstream.verify,
                inject_usage=upstream.inject_usage,
            )
            for upstream in settings.upstreams
        ),
        host=gateway.listen.host,
        port=gateway.listen.port,
        listen_fd=listen_fd,
        parent_fd=parent_fd,
        worker=worker,
        limits=Limits(
            head_bytes=gateway.max_head_bytes,
            target_bytes=gateway.max_target_bytes,
            body_bytes=gateway.max_body_bytes or 0,
            head_seconds=gateway.head_timeout,
            body_idle_seconds=gateway.body_idle_timeout or 0.0,
            idle_seconds=gateway.idle_timeout,
            connections=gateway.max_connections,
            connect_seconds=gateway.connect_timeout,
            answer_seconds=gateway.answer_timeout or 0.0,
            upstream_idle_seconds=gateway.upstream_idle_timeout,
            drain_seconds=gateway.drain_timeout,
            capture_bytes=gateway.capture_max_bytes,
            capture_total_bytes=gateway.capture_in_flight_bytes,
        ),
        durability=cast("Literal['interval', 'strict']", gateway.durability),
        journal_budget_bytes=journal.max_bytes // gateway.workers,
        journal_segment_bytes=journal.segment_bytes,
        journal_queue_bytes=journal.queue_bytes,
        require_key=cast("RequireKey", gateway.require_key),
        allowed_hosts=tuple(host.lower() for host in gateway.allowed_hosts),
        cert_file=gateway.tls_cert,
        key_file=gateway.tls_key,
        half_close=cast("Literal['leave', 'wait']", gateway.half_close),
    )


def run(options: GatewayOptions, ready: Callable[[], None] | None = None) -> int:
    """Run a worker until SIGTERM; returns the exit code."""
    from sereno.gateway.serve import listening_socket  # noqa: PLC0415  after the options have proved right
    from sereno.gateway.serve import run as serve  # noqa: PLC0415  same

    prepare_data(options.data)
    if options.listen_fd is not None:
        return serve(options, ready)
    # Bound here, so that the log can name a port that was left to the system.
    sock = listening_socket(options)
    host, port = sock.getsockname()[:2]

    def say_ready() -> None:
        servers = ", ".join(upstream.url for upstream in options.upstreams)
        log.info("listening on %s, in front of %s", Address(host, port), servers)
        if ready is not None:
            ready()

    return serve(msgspec.structs.replace(options, listen_fd=sock.detach()), say_ready)
