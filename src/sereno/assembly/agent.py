"""Settings to a running agent."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal, cast

from sereno.agent.options import AgentOptions, Alias
from sereno.agent.serve import run as serve
from sereno.config.table import Settings
from sereno.errors import ConfigError
from sereno.sdk.sender import configure
from sereno.tracing.endpoint import read_headers

SERVICE = "sereno-agent"


def agent_options(settings: Settings) -> AgentOptions:
    """What the agent is told.

    Raises:
        ConfigError: an alias is no `NAME=MODEL`.
    """
    agent = settings.agent
    return AgentOptions(
        host=agent.listen.host,
        port=agent.listen.port,
        url=agent.url,
        key=agent.key.reveal(),
        model=agent.model,
        aliases=tuple(_alias(text) for text in agent.model_aliases),
        system=agent.system,
        history=agent.history,
        conversations=agent.conversations,
        forget=agent.forget,
        timeout=agent.timeout,
        max_tokens=agent.max_tokens,
        token=agent.token.reveal(),
        allowed_hosts=tuple(host.lower() for host in agent.allowed_hosts),
        llm_metrics=cast("Literal['auto', 'on', 'off']", agent.llm_metrics),
    )


def run(settings: Settings, ready: Callable[[str, int], None] | None = None) -> int:
    """Serve the agent; its spans go where `tracing` says, or else where OpenTelemetry's variables say.

    Raises:
        ConfigError: a setting is wrong, or the address cannot be used.
    """
    options = agent_options(settings)
    tracing = settings.tracing
    if tracing.endpoint is not None and tracing.protocol == "http":
        headers = () if tracing.headers_file is None else read_headers(tracing.headers_file)
        configure(tracing.endpoint, os.environ.get("OTEL_SERVICE_NAME") or SERVICE, dict(headers))
    else:
        os.environ.setdefault("OTEL_SERVICE_NAME", SERVICE)
    return serve(options, ready)


def _alias(text: str) -> Alias:
    pattern, equals, model = (part.strip() for part in text.partition("="))
    if not equals or not pattern or not model:
        raise ConfigError(f"agent.model_aliases has {text!r}; expected NAME=MODEL, for instance gpt-*=llama3.2")
    return Alias(pattern, model)
