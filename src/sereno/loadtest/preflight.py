"""A look at the server before the load: does it answer, which API does it speak, which model has it?"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from sereno.errors import ConfigError, UpstreamError
from sereno.loadtest.address import Address
from sereno.loadtest.apis import Api, ApiName, api_of, api_of_path
from sereno.loadtest.client import Client
from sereno.metrics.ollama import read_openai_models, read_tags

LIMIT = 10.0
"""Seconds that each look may take."""
_EMBEDDING = ("embed", "minilm", "bge-", "gte-", "e5-")


class Target(NamedTuple):
    """What will be loaded: API, request target, model (None where the server chooses)."""

    api: Api
    path: str
    model: str | None


async def look(client: Client, address: Address, name: ApiName | None, model: str | None) -> Target:
    """Find out what was not said.

    Args:
        client: of the server.
        address: its URL, which may name an API by its path.
        name: the API, None to go by the URL or by what the server answers.
        model: the model, None for one that the server has.

    Raises:
        UpstreamError: the server does not answer.
        ConfigError: URL and API do not fit, or a model must be named and the server names none.
    """
    named = api_of_path(address.path)
    if named is not None and name is not None and named.name != name:
        raise ConfigError(f"the URL's path {address.path} is of the API {named.name}, and --api is {name}; drop one")
    prefix = address.path if named is None else address.path[: -len(named.path)]
    installed = await _installed(client, prefix)
    if installed.locked and ((named is None and name is None) or model is None):
        raise ConfigError(
            f"{address.origin} answered {installed.locked}: it wants a key; put the header field into a file and give "
            "it with --header-file, or name --api and --model"
        )
    api = named or (api_of(name) if name is not None else _spoken(installed))
    path = address.path if named is not None else _joined(prefix, api.path)
    target = f"{path}?{address.query}" if address.query else path
    if model is None and api.needs_model:
        model = _chosen(installed, api, address)
    return Target(api, target, model)


class _Installed(NamedTuple):
    """What a server has: which kind of API told so, the names, and the status (401, 403) if it wants a key first."""

    kind: str
    names: list[str]
    locked: int = 0


async def _installed(client: Client, prefix: str) -> _Installed:
    locked = 0
    for kind, path in (("ollama", "/api/tags"), ("openai", "/v1/models")):
        reply = await client.send("GET", _joined(prefix, path), limit=LIMIT)
        if not reply.status and reply.outcome != "upstream_invalid":
            raise UpstreamError(f"nothing to load: {reply.problem}; start the server, or correct the URL")
        if reply.status in {401, 403}:
            locked = reply.status
        if reply.status != 200:
            continue
        try:
            body = bytes(reply.body)
            found = read_tags(body) if kind == "ollama" else read_openai_models(body)
        except (ValueError, msgspec.MsgspecError):
            continue
        return _Installed(kind, [item.name for item in found])
    return _Installed("", [], locked)


def _spoken(installed: _Installed) -> Api:
    return api_of({"ollama": "ollama-chat", "openai": "openai-chat"}.get(installed.kind, "agent"))  # type: ignore[arg-type]  # both are names


def _chosen(installed: _Installed, api: Api, address: Address) -> str:
    fitting = [name for name in installed.names if _embeds(name) == api.embeds] or installed.names
    if not fitting:
        raise ConfigError(f"{address.origin} lists no models; name one with --model")
    return fitting[0]


def _embeds(name: str) -> bool:
    return any(part in name.lower() for part in _EMBEDDING)


def _joined(prefix: str, path: str) -> str:
    """An API's path below a prefix that may already hold its first segment, as base URLs of OpenAI clients do.

    >>> _joined("/v1", "/v1/models"), _joined("/ollama", "/api/tags"), _joined("", "/chat")
    ('/v1/models', '/ollama/api/tags', '/chat')
    """
    first = f"/{path.split('/')[1]}"
    return prefix.removesuffix(first) + path if path.count("/") > 1 else prefix + path
