"""What a call's span carries, from the call alone: no content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from sereno.calls import Call
from sereno.tracing import names

Value = str | bool | int | float | Sequence[str]
Attributes = dict[str, Value]

_PORTS = {"http": 80, "https": 443}
_PROVIDERS = {"google": "gcp.gemini", "mistral": "mistral_ai", "x-ai": "x_ai", "aws": "aws.bedrock",
              "azure": "azure.ai.openai", "moonshotai": "moonshot_ai"}  # fmt: skip
"""Names of the price list that the conventions write otherwise."""


class Server(msgspec.Struct, frozen=True):
    """A model server as spans name it.

    Attributes:
        address: host. port: TCP port.
        provider: configured provider, "" when the API spoken is the best that is known.
    """

    address: str
    port: int
    provider: str = ""


def server_of(url: str, provider: str = "") -> Server:
    """The model server at this URL.

    >>> server_of("https://api.openai.com", "openai")
    Server(address='api.openai.com', port=443, provider='openai')
    """
    parts = urlsplit(url)
    known = "" if provider == "local" else _PROVIDERS.get(provider, provider)
    return Server(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80), known)


def attributes_of(call: Call, servers: Mapping[str, Server]) -> Attributes:
    """The attributes of a call's span; what is unknown is absent.

    `error.type` stands on failed calls alone, and a client that left is no failure (`sereno.status` says it).

    Args:
        call: the call.
        servers: the model servers by configured name.
    """
    server = servers.get(call.upstream)
    usage, who = call.usage, call.identity
    found: dict[str, Value | None] = {
        names.OPERATION: call.operation,
        names.PROVIDER: (server.provider if server else "") or call.protocol,
        names.REQUEST_MODEL: call.request_model,
        names.REQUEST_STREAM: True if call.stream else None,
        names.RESPONSE_MODEL: call.model if call.status != "error" else None,
        names.RESPONSE_FINISH_REASONS: (call.finish_reason,) if call.finish_reason else None,
        names.RESPONSE_FIRST_CHUNK: call.timing.time_to_first_chunk if call.stream else None,
        names.CONVERSATION: who.session,
        names.INPUT_TOKENS: usage.input_tokens,
        names.OUTPUT_TOKENS: usage.output_tokens,
        names.CACHE_READ_TOKENS: usage.cached_input_tokens,
        names.CACHE_WRITE_TOKENS: usage.cache_write_tokens,
        names.REASONING_TOKENS: usage.reasoning_tokens,
        names.SERVER_ADDRESS: server.address if server else None,
        names.SERVER_PORT: server.port if server else None,
        names.ERROR_TYPE: (call.error_type or "_OTHER") if call.status == "error" else None,
        names.HTTP_STATUS: call.http_status,
        names.CLIENT_ADDRESS: who.client,
        names.USER_ID: who.user,
        names.USER_AGENT: who.agent,
        names.CALL_ID: call.id,
        names.STATUS: call.status,
        names.UPSTREAM: call.upstream,
        names.CATEGORY: call.category,
        names.COST: call.cost_usd,
        names.COST_SOURCE: call.cost_source,
        names.ENERGY: call.energy_joules,
        names.KEY: who.key,
        names.LOAD: call.timing.load,
    }
    return {name: value for name, value in found.items() if value is not None}
