"""Bodies as the APIs want them: equal to those that the official clients send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from anthropic import Anthropic
from openai import OpenAI

from loadtest.scripted import Asked, Server, plain
from sereno.loadtest.apis import APIS, ApiName, Turn, api_of, api_of_path, body_of

TURNS = [Turn("user", "hola"), Turn("assistant", "¿qué tal?"), Turn("user", "bien")]
MESSAGES = [{"role": turn.role, "content": turn.content} for turn in TURNS]


def sent_by(server: Server, call: Callable[[str], object]) -> dict[str, Any]:
    """The request that an official client sends, told the server's address."""

    async def nothing(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await plain(writer, 200, b"{}")

    server.behaviour = nothing
    server.asked.clear()
    call(server.address.origin)
    return {"path": server.asked[0].target, **json.loads(server.asked[0].body)}


def ours(name: ApiName) -> dict[str, Any]:
    api = api_of(name)
    return {"path": api.path, **body_of(api, TURNS, model="m", stream=True, max_tokens=9, session="s")}


def test_openai_bodies_are_those_of_the_official_client(server: Server) -> None:
    usage = {"include_usage": True}

    def client(url: str) -> Any:
        return OpenAI(api_key="k", base_url=f"{url}/v1")

    def chat(url: str) -> None:
        with client(url) as sdk:
            sdk.chat.completions.create(
                model="m", messages=MESSAGES, stream=True, max_tokens=9, stream_options=usage
            ).close()

    def completion(url: str) -> None:
        with client(url) as sdk:
            sdk.completions.create(model="m", prompt="bien", stream=True, max_tokens=9, stream_options=usage).close()

    def response(url: str) -> None:
        with client(url) as sdk:
            sdk.responses.create(model="m", input=MESSAGES, stream=True, max_output_tokens=9).close()

    assert ours("openai-chat") == sent_by(server, chat)
    assert ours("openai-completions") == sent_by(server, completion)
    assert ours("openai-responses") == sent_by(server, response)


def test_anthropic_bodies_are_those_of_the_official_client(server: Server) -> None:
    def message(url: str) -> None:
        sdk: Any = Anthropic(api_key="k", base_url=url)
        with sdk:
            sdk.messages.create(model="m", messages=MESSAGES, stream=True, max_tokens=9).close()

    assert ours("anthropic-messages") == sent_by(server, message)


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
