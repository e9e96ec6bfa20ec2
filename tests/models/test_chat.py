"""The three APIs as their servers stream them, and what a server does wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import pytest

from sereno.errors import ModelError
from sereno.explain.narrate.chat import Usage
from sereno.explain.narrate.prompt import Image, Prompt
from sereno.models.chat import ChatClient, ChatOptions
from sereno.models.dialects import Api

PROMPT = Prompt(system="You explain.", user="Facts: none")
OLLAMA = (
    b'{"message":{"role":"assistant","content":"All "},"done":false}\n'
    b'{"message":{"content":"well."},"done":false}\n'
    b'{"message":{"content":""},"done":true,"prompt_eval_count":9,"eval_count":2}\n'
)
OPENAI = (
    b'data: {"choices":[{"delta":{"role":"assistant","content":"All "}}]}\n\n'
    b'data: {"choices":[{"delta":{"content":"well."}}]}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}\n\n'
    b"data: [DONE]\n\n"
)
ANTHROPIC = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"All "}}\n\n'
    b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"well."}}\n\n'
    b'data: {"type":"message_delta","usage":{"output_tokens":2}}\n\n'
    b'data: {"type":"message_stop"}\n\n'
)


class Server:
    """Answers every request with the same bytes, and remembers what it was asked."""

    def __init__(self, body: bytes, media: str, status: int = 200, *, endless: bool = False) -> None:
        self.body, self.media, self.status, self.endless = body, media, status, endless
        self.heads: list[bytes] = []
        self.asked: list[Any] = []
        self.left = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Closed whatever happens: what the garbage collector closes, it complains about in any other test.
        with closing(writer), suppress(ConnectionError):
            await self._answer(reader, writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        length = next((int(one[15:]) for one in head.split(b"\r\n") if one.lower().startswith(b"content-length:")), 0)
        self.asked.append(json.loads(await reader.readexactly(length) or b"null"))
        writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-type: {self.media}\r\nconnection: close\r\n\r\n".encode())
        writer.write(self.body)
        await writer.drain()
        if self.endless:
            await reader.read()  # ends when the client closes
            self.left.set()


async def with_client(server: Server, use: Callable[[ChatClient], Any], api: Api | None, **options: Any) -> Any:
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    client = ChatClient(ChatOptions(url=f"http://127.0.0.1:{port}", api=api, **options))
    try:
        return await use(client)
    finally:
        await client.close()
        listening.close()
        await listening.wait_closed()


async def told(client: ChatClient) -> list[str | Usage]:
    return [piece async for piece in client.stream(PROMPT, "tiny", 64)]


@pytest.mark.parametrize(
    ("api", "body", "media", "input_tokens"),
    [
        ("ollama", OLLAMA, "application/x-ndjson", 9),
        ("openai", OPENAI, "text/event-stream", 9),
        ("anthropic", ANTHROPIC, "text/event-stream", None),
    ],
)
def test_each_api_streams_its_words_and_its_tokens(api: Api, body: bytes, media: str, input_tokens: int | None) -> None:
    async def go() -> None:
        server = Server(body, media)
        marks = (("x-sereno-internal", "explain token"),)
        pieces = await with_client(server, told, api, key="sk-1", marks=marks)
        assert pieces == ["All ", "well.", Usage(input_tokens, 2)]
        assert server.asked[0]["model"] == "tiny"
        assert server.asked[0]["stream"] is True
        longest = server.asked[0]["options"]["num_predict"] if api == "ollama" else server.asked[0]["max_tokens"]
        assert longest == 64
        assert b"x-sereno-internal: explain token" in server.heads[0]
        assert b"sk-1" in server.heads[0]

    asyncio.run(go())


@pytest.mark.parametrize(
    ("body", "media", "status", "trouble"),
    [
        (b'{"error":"model \\"tiny\\" not found"}', "application/json", 404, "unknown-model"),
        (b'{"error":{"message":"bad key"}}', "application/json", 401, "refused"),
        (b"oops", "text/plain", 500, "failed"),
        (b"<html><body>Welcome", "text/html", 200, "invalid"),
        (b"not json\n", "application/x-ndjson", 200, "invalid"),
        (b'{"message":{"content":"Al"},"done":false}\n', "application/x-ndjson", 200, "failed"),
        (b'{"error":"out of memory"}\n', "application/x-ndjson", 200, "failed"),
        (b"x" * 2_000_000, "application/x-ndjson", 200, "invalid"),
    ],
)
def test_what_a_server_does_wrong_is_said(body: bytes, media: str, status: int, trouble: str) -> None:
    with pytest.raises(ModelError) as caught:
        asyncio.run(with_client(Server(body, media, status), told, "ollama"))
    assert caught.value.trouble == trouble


def test_nobody_there() -> None:
    client = ChatClient(ChatOptions(url="http://127.0.0.1:9", api="ollama"))
    with pytest.raises(ModelError, match="nothing answers") as caught:
        asyncio.run(told(client))
    assert caught.value.trouble == "unreachable"


def test_a_silent_server_is_given_up() -> None:
    with pytest.raises(ModelError) as caught:
        asyncio.run(with_client(Server(b"", "text/event-stream", endless=True), told, "openai", idle_seconds=0.3))
    assert caught.value.trouble == "timeout"


def test_closing_the_stream_closes_the_connection_at_once() -> None:
    async def go() -> None:
        server = Server(OLLAMA.splitlines(keepends=True)[0], "application/x-ndjson", endless=True)

        async def first_word(client: ChatClient) -> None:
            stream = client.stream(PROMPT, "tiny", 64)
            assert await anext(stream) == "All "
            await stream.aclose()
            await asyncio.wait_for(server.left.wait(), 10)

        await with_client(server, first_word, "ollama")

    asyncio.run(go())


PICTURE = Image("image/png", b"\x89PNG\r\n\x1a\n")
WIRE = "iVBORw0KGgo="  # RFC 4648 of those eight bytes


@pytest.mark.parametrize(
    ("api", "body", "media", "user"),
    [
        ("ollama", OLLAMA, "application/x-ndjson", {"role": "user", "content": "Look", "images": [WIRE]}),
        (
            "openai",
            OPENAI,
            "text/event-stream",
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Look"},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{WIRE}"}},
                ],
            },
        ),
        (
            "anthropic",
            ANTHROPIC,
            "text/event-stream",
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": WIRE}},
                    {"type": "text", "text": "Look"},
                ],
            },
        ),
    ],
)
def test_each_api_gets_a_picture_as_its_reference_says(api: Api, body: bytes, media: str, user: dict[str, Any]) -> None:
    server = Server(body, media)

    async def look(client: ChatClient) -> None:
        prompt = Prompt(system="", user="Look", image=PICTURE)
        assert "All " in [piece async for piece in client.stream(prompt, "tiny", 64)]

    asyncio.run(with_client(server, look, api))
    assert server.asked[0]["messages"] == [user]


@pytest.mark.parametrize(
    ("api", "body", "vision", "sees"),
    [
        ("ollama", b'{"capabilities":["completion","vision"]}', None, True),
        ("ollama", b'{"capabilities":["completion"]}', None, False),
        ("ollama", b'{"details":{}}', None, False),  # servers before 0.6.4 do not say; `tiny` is no name that does
        ("ollama", b"<html>", None, False),
        ("ollama", b'{"capabilities":["completion"]}', True, True),
        ("openai", b'{"models":[{"name":"tiny","capabilities":["multimodal"]}],"data":[]}', None, True),
        ("openai", b'{"models":"x","data":[]}', None, False),
        ("openai", b'{"data":[{"id":"tiny"}]}', True, True),
        ("anthropic", b"", None, False),
    ],
)
def test_who_sees_is_what_the_settings_or_the_server_say(
    api: Api,
    body: bytes,
    vision: bool | None,
    sees: bool,
) -> None:
    server = Server(body, "application/json")
    assert asyncio.run(with_client(server, lambda client: client.sees("tiny"), api, vision=vision)) is sees
    if api == "ollama" and vision is None:
        assert server.heads[0].startswith(b"POST /api/show ")
        assert server.asked == [{"model": "tiny"}]


def test_a_server_that_is_not_there_is_judged_by_the_models_name() -> None:
    client = ChatClient(ChatOptions(url="http://127.0.0.1:9"))
    assert asyncio.run(client.sees("moondream:latest")) is True
    assert asyncio.run(client.sees("llama3.2:3b")) is False
