"""Bodies as the APIs want them: equal to those that the official clients send."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from anthropic import Anthropic
from openai import OpenAI

from loadtest.scripted import Asked, Server, plain
from sereno.loadtest.apis import APIS, ApiName, Turn, api_of, api_of_path, body_of

TURNS = [Turn("user", "hola"), Turn("assistant", "¿qué tal?"), Turn("user", "bien")]
MESSAGES = [{"role": turn.role, "content": turn.content} for turn in TURNS]


def sent_by_sdk(call: Any) -> dict[str, Any]:
    """The body that an official SDK sends."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={}, headers={"content-type": "text/event-stream"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        call(client)
    body: dict[str, Any] = json.loads(seen[0].content)
    return {"path": seen[0].url.path, **body}


def ours(name: ApiName) -> dict[str, Any]:
    api = api_of(name)
    return {"path": api.path, **body_of(api, TURNS, model="m", stream=True, max_tokens=9, session="s")}


def openai(client: httpx.Client) -> OpenAI:
    return OpenAI(api_key="k", base_url="http://server/v1", http_client=client)


def test_openai_bodies_are_those_of_the_official_client() -> None:
    usage = {"include_usage": True}
    assert ours("openai-chat") == sent_by_sdk(
        lambda c: openai(c).chat.completions.create(
            model="m", messages=MESSAGES, stream=True, max_tokens=9, stream_options=usage
        )
    )
    assert ours("openai-completions") == sent_by_sdk(
        lambda c: openai(c).completions.create(
            model="m", prompt="bien", stream=True, max_tokens=9, stream_options=usage
        )
    )
    assert ours("openai-responses") == sent_by_sdk(
        lambda c: openai(c).responses.create(model="m", input=MESSAGES, stream=True, max_output_tokens=9)
    )


def test_anthropic_bodies_are_those_of_the_official_client(server: Server) -> None:
    async def nothing(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await plain(writer, 200, b"{}")

    server.behaviour = nothing
    with Anthropic(api_key="k", base_url=server.address.origin) as client:
        client.messages.create(model="m", messages=MESSAGES, stream=True, max_tokens=9).close()
    asked = server.asked[0]
    assert ours("anthropic-messages") == {"path": asked.target, **json.loads(asked.body)}


def test_ollama_bodies_are_those_of_its_documentation() -> None:
    options = {"num_predict": 9}
    assert ours("ollama-chat") == {
        "path": "/api/chat", "model": "m", "messages": MESSAGES, "stream": True, "options": options,
    }  # fmt: skip
    assert ours("ollama-generate") == {
        "path": "/api/generate", "model": "m", "prompt": "bien", "stream": True, "options": options,
    }  # fmt: skip
    assert ours("ollama-embed") == {"path": "/api/embed", "model": "m", "input": "bien"}


def test_an_agent_gets_message_model_and_session() -> None:
    assert ours("agent") == {"path": "/chat", "model": "m", "message": "bien", "session_id": "s"}


def test_what_is_not_said_is_left_to_the_server() -> None:
    body = body_of(api_of("openai-chat"), TURNS, model=None, stream=False, max_tokens=None, session="s")
    assert body == {"messages": MESSAGES, "stream": False}


@pytest.mark.parametrize("name", APIS)
def test_a_path_names_its_api_also_behind_a_prefix(name: ApiName) -> None:
    path = api_of(name).path
    for url in (path, f"/behind{path}", f"{path}/"):
        found = api_of_path(url)
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize("path", ["", "/", "/v1", "/api", "/api/tags", "/metrics", "/chatter"])
def test_other_paths_name_none(path: str) -> None:
    assert api_of_path(path) is None
