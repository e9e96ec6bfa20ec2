"""Settings to what the keeper is told about spans."""

from __future__ import annotations

from typing import Literal, cast

from sereno.config.table import Settings
from sereno.errors import ConfigError
from sereno.tracing.attributes import server_of
from sereno.tracing.endpoint import Endpoint, read_headers
from sereno.tracing.options import SpanOptions


def span_options(settings: Settings) -> SpanOptions | None:
    """What is sent and where to, None where `tracing.endpoint` is off.

    Raises:
        ConfigError: a file that is named cannot be read, or holds something else.
    """
    tracing = settings.tracing
    if tracing.endpoint is None:
        return None
    if tracing.ca_file is not None and not tracing.ca_file.is_file():
        raise ConfigError(f"tracing.ca_file {tracing.ca_file} is no file; expected certificates in PEM form")
    return SpanOptions(
        endpoint=Endpoint(
            url=tracing.endpoint,
            protocol=cast("Literal['http', 'grpc']", tracing.protocol),
            headers=() if tracing.headers_file is None else read_headers(tracing.headers_file),
            ca_file=tracing.ca_file,
            timeout=tracing.timeout,
        ),
        servers={upstream.name: server_of(upstream.url, upstream.provider) for upstream in settings.upstreams},
        content=cast("Literal['none', 'messages']", tracing.content),
        max_age=tracing.max_age,
        interval=tracing.interval,
        service=tracing.service or "sereno",
    )
