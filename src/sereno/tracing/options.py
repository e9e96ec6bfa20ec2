"""What is sent as spans, and where to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sereno.tracing.attributes import Server
from sereno.tracing.endpoint import Endpoint


class SpanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent, and where to.

    Attributes:
        endpoint: the collector.
        servers: the model servers by configured name, as spans name them.
        content: `messages` sends prompts and answers as well.
        max_age: seconds after its end for which an unsent call is kept for the collector, None for ever.
        interval: seconds between two looks for new calls.
        service: `service.name` of the spans.
    """

    endpoint: Endpoint
    servers: Mapping[str, Server] = msgspec.field(default_factory=dict)
    content: Literal["none", "messages"] = "none"
    max_age: float | None = 86400.0
    interval: float = 2.0
    service: str = "sereno"
