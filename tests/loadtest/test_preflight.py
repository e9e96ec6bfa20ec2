"""What is found out before the load: API and model, by the URL or by what the server answers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping

import pytest

from loadtest.scripted import Asked, Server, plain
from sereno.errors import ConfigError, UpstreamError
from sereno.loadtest.address import read_address
from sereno.loadtest.apis import ApiName
from sereno.loadtest.client import Client
from sereno.loadtest.preflight import Target, look

TAGS = {"models": [{"name": "nomic-embed-text:latest"}, {"name": "qwen3:4b"}]}
MODELS = {"object": "list", "data": [{"id": "gpt-oss"}, {"id": "bge-m3"}]}


def found(
    server: Server, answers: Mapping[str, object], path: str = "", api: ApiName | None = None, model: str | None = None
) -> Target:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        said = answers.get(asked.target, 404)
        status, body = (said, b"no") if isinstance(said, int) else (200, json.dumps(said).encode())
        await plain(writer, status, body)

    async def go() -> Target:
        address = read_address(server.address.origin + path)
        client = Client(address, {}, time.monotonic)
        try:
            return await look(client, address, api, model)
        finally:
            client.close()

    server.behaviour = answer
    return asyncio.run(go())


@pytest.mark.parametrize(
    ("path", "answers", "api", "expected"),
    [
        ("", {"/api/tags": TAGS, "/v1/models": MODELS}, None, ("ollama-chat", "/api/chat", "qwen3:4b")),
        ("", {"/v1/models": MODELS}, None, ("openai-chat", "/v1/chat/completions", "gpt-oss")),
        ("/v1", {"/v1/models": MODELS}, None, ("openai-chat", "/v1/chat/completions", "gpt-oss")),
        ("", {}, None, ("agent", "/chat", None)),
        ("/chat", {"/api/tags": TAGS}, None, ("agent", "/chat", None)),
        ("", {"/api/tags": TAGS}, "ollama-embed", ("ollama-embed", "/api/embed", "nomic-embed-text:latest")),
        ("", {"/v1/models": MODELS}, "openai-embeddings", ("openai-embeddings", "/v1/embeddings", "bge-m3")),
        ("/x/api/generate", {"/x/api/tags": TAGS}, None, ("ollama-generate", "/x/api/generate", "qwen3:4b")),
        ("/x", {"/x/v1/models": MODELS}, "anthropic-messages", ("anthropic-messages", "/x/v1/messages", "gpt-oss")),
        ("/v1/messages?beta=1", {"/v1/models": MODELS}, None, ("anthropic-messages", "/v1/messages?beta=1", "gpt-oss")),
    ],
)
def test_what_is_not_said_is_found_out(
    server: Server, path: str, answers: Mapping[str, object], api: ApiName, expected: tuple[str, str, str | None]
) -> None:
    target = found(server, answers, path, api)
    assert (target.api.name, target.path, target.model) == expected


def test_a_named_model_is_taken_as_it_is(server: Server) -> None:
    assert found(server, {}, "/api/chat", model="mine").model == "mine"


@pytest.mark.parametrize(
    ("path", "answers", "api", "said"),
    [
        ("/api/chat", {}, "openai-chat", "is of the API ollama-chat, and --api is openai-chat"),
        ("/api/chat", {}, None, "lists no models; name one with --model"),
        ("", {"/v1/models": 401}, None, "answered 401: it wants a key"),
        ("", {"/api/tags": "nonsense", "/v1/models": {"data": [1]}}, "openai-chat", "lists no models"),
    ],
)
def test_what_cannot_be_found_out_is_told(
    server: Server, path: str, answers: Mapping[str, object], api: ApiName, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        found(server, answers, path, api)


def test_a_server_that_is_not_there_is_told(server: Server) -> None:
    server.die()
    with pytest.raises(UpstreamError, match="refuses connections"):
        found(server, {})
