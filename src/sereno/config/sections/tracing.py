"""`[tracing]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Tracing(msgspec.Struct, frozen=True, kw_only=True):
    """Calls as OpenTelemetry spans: [tracing](tracing.md)."""

    endpoint: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Collector that gets them, for instance http://127.0.0.1:4318; `off` sends none.")] = None
    protocol: Annotated[str, Setting(kinds.choice("http", "grpc"),
        "How it is spoken to: OTLP over HTTP or gRPC.")] = "http"
    headers_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File with the header fields it wants, one `NAME: VALUE` a line; for its token.")] = None
    ca_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificates (PEM) that its own must chain to.")] = None
    content: Annotated[str, Setting(kinds.choice("none", "messages"),
        "`messages` sends prompts and answers as well.")] = "none"
    service: Annotated[str, Setting(kinds.text(),
        "Name of the service that the spans are shown under.")] = "sereno"
    interval: Annotated[float, Setting(kinds.duration(0.1),
        "How often new calls are looked for.")] = 2.0
    timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long the collector may take for a batch.")] = 10.0
    max_age: Annotated[float | None, Setting(kinds.optional(kinds.duration(1.0)),
        "How long after its end a call still waits for an absent collector; later it is dropped, counted.")] = 86400.0
# fmt: on
