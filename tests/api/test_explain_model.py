"""Over HTTP with a model server that is absent, slow, cut off, no model server at all, or minds its key."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing, suppress
from typing import Any, NamedTuple

import httpx
import pytest

from api.client import FromPeer
from api.double import KeeperDouble, MemoryStore
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.models.chat import ChatClient, ChatOptions
from sereno.query.explaining import Explainer, Limits

VALUES = [10.0 if n == 60 else 2.0 + (n * 7919 % 13) / 100 for n in range(120)]
QUESTION = {
    "frames": [{"name": "latency", "fields": [
        {"name": "time", "type": "time", "values": [1_793_000_000_000 + 60_000 * n for n in range(120)]},
        {"name": "p95", "type": "number", "unit": "s", "values": VALUES},
    ]}],
    "analysis": "anomalies", "model": "tiny",
}  # fmt: skip
SAID = b'{"message":{"content":"p95 reached 10 s. "},"done":false}\n'
DONE = b'{"message":{"content":""},"done":true,"prompt_eval_count":9,"eval_count":2}\n'
NDJSON = "application/x-ndjson"


class Answer(NamedTuple):
    """What the model server does: bytes after its head; a silent one says nothing more and stays."""

    body: bytes = SAID + DONE
    status: int = 200
    media: str = NDJSON
    silent: bool = False


class ModelServer:
    """Answers what it is told to; what it was told last goes for every later request."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.calls = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
            )
            await reader.readexactly(length)
            self.calls += 1
            told = self.answer
            writer.write(
                f"HTTP/1.1 {told.status} X\r\ncontent-type: {told.media}\r\nconnection: close\r\n\r\n".encode()
            )
            writer.write(told.body)
            await writer.drain()
            if told.silent:
                await reader.read()


Events = list[tuple[str, Mapping[str, Any]]]


Use = Callable[[httpx.AsyncClient, ModelServer], Awaitable[Any]]


def asking(use: Use, *, limits: Limits, there: bool = True, **options: Any) -> Any:
    """What `use` finds with a client of the API and the model server behind it."""

    async def go() -> Any:
        server = ModelServer()
        listening = await asyncio.start_server(server, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        ids = itertools.count()
        url = f"http://127.0.0.1:{port if there else 9}"
        chat = ChatClient(ChatOptions(url=url, api="ollama", vision=False, **options))
        explainer = Explainer(chat=chat, new_id=lambda: f"id-{next(ids)}", limits=limits)
        app = FromPeer(create_app(KeeperDouble(MemoryStore([])), ApiOptions(), explainer), "127.0.0.1")
        try:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
                return await use(client, server)
        finally:
            await chat.close()
            listening.close()
            await listening.wait_closed()

    return asyncio.run(go())


def explained(*answers: Answer | None, **options: Any) -> list[Events]:
    """The events of one explanation after another, while the model server does what is said; None: it is not there."""

    async def one_by_one(client: httpx.AsyncClient, server: ModelServer) -> list[Events]:
        found = []
        for answer in answers:
            server.answer = answer or Answer()
            answered = await client.post("/sereno/api/explain", json=QUESTION)
            assert answered.status_code == 200, answered.text
            found.append(_events(answered.text))
        assert server.calls == sum(answer is not None for answer in answers)
        return found

    # One at a time: a failure that kept its place would stop the next.
    found: list[Events] = asking(
        one_by_one, limits=Limits(concurrency=1, max_tokens=64), there=None not in answers, **options
    )
    return found


def _events(stream: str) -> Events:
    blocks = [block.split("\n") for block in stream.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def _text(events: Events) -> str:
    return "".join(data["text"] for name, data in events if name == "text")


HTML = b"<!doctype html><html><body>Please sign in</body></html>"


@pytest.mark.parametrize(
    ("answer", "trouble", "sentence"),
    [
        (None, "unreachable", "nothing answers at http://127.0.0.1:9"),
        (Answer(HTML, media="text/html; charset=utf-8"), "invalid", "answered a web page (text/html)"),
        (Answer(HTML), "invalid", "sent a line that is no JSON object"),
        (
            Answer(b'{"error":"unauthorized"}', 401, "application/json"),
            "refused",
            "refused its key (401): unauthorized",
        ),
        (Answer(b'{"error":"model not found"}', 404, "application/json"), "unknown-model", "has no model 'tiny'"),
        (Answer(b'{"error":"out of memory"}', 500, "application/json"), "failed", "failed (500): out of memory"),
        (Answer(b"", silent=True), "timeout", "was silent for 0.3 s; a smaller model answers sooner"),
        (Answer(b""), "failed", "cut its answer off"),
    ],
    ids=["absent", "a page", "a page under another name", "key", "unknown", "broken", "silent", "nothing"],
)
def test_a_sentence_says_what_is_wrong_and_templates_answer(answer: Answer | None, trouble: str, sentence: str) -> None:
    (told,) = explained(answer, idle_seconds=0.3)
    assert told[0][0] == "facts"
    (failure,) = [data for name, data in told if name == "error"]
    assert failure["type"] == f"urn:sereno:problem:model-{trouble}"
    assert sentence in failure["detail"]
    assert "p95 had an anomaly" in _text(told)
    assert told[-1][0] == "end"
    assert (told[-1][1]["model"], told[-1][1]["score"]) == (None, 1.0)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [(Answer(SAID), "failed"), (Answer(SAID, silent=True), "timeout"), (Answer(SAID + HTML + b"\n"), "invalid")],
    ids=["cut off", "silent", "a page"],
)
def test_what_it_said_before_stays(answer: Answer, trouble: str) -> None:
    (told,) = explained(answer, idle_seconds=0.3)
    assert _text(told).strip() == "p95 reached 10 s."
    assert [data["supported"] for name, data in told if name == "verification"] == [True, True]
    assert [data["type"] for name, data in told if name == "error"] == [f"urn:sereno:problem:model-{trouble}"]
    assert told[-1][1]["model"] == "tiny"


def test_the_next_explanation_is_told_by_it_once_it_works_again() -> None:
    broken, whole = explained(Answer(b'{"error":"loading"}', 503, "application/json"), Answer())
    assert broken[-1][1]["model"] is None
    assert (_text(whole).strip(), whole[-1][1]["model"]) == ("p95 reached 10 s.", "tiny")
    assert not [name for name, _ in whole if name == "error"]


def test_a_model_that_never_ends_is_ended() -> None:
    piece = b'{"message":{"content":"%s"},"done":false}\n' % (b"and so on " * 400)
    (told,) = explained(Answer(piece * 200))
    assert len(_text(told)) < 100_000
    assert told[-1][0] == "end"


def test_one_too_many_is_refused_until_a_reader_leaves() -> None:
    async def crowd(client: httpx.AsyncClient, server: ModelServer) -> list[int]:
        server.answer = Answer(SAID, silent=True)
        first = asyncio.create_task(client.post("/sereno/api/explain", json=QUESTION))
        async with asyncio.timeout(30):
            while not server.calls:
                await asyncio.sleep(0.01)
        refused = await client.post("/sereno/api/explain", json=QUESTION)
        templates = await client.post("/sereno/api/explain", json=QUESTION | {"model": "template"})
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        server.answer = Answer()
        after = await client.post("/sereno/api/explain", json=QUESTION)
        assert refused.json()["type"] == "urn:sereno:problem:busy"
        assert int(refused.headers["retry-after"]) > 0
        assert _events(after.text)[-1][1]["model"] == "tiny"
        return [refused.status_code, templates.status_code, after.status_code]

    assert asking(crowd, limits=Limits(concurrency=1)) == [503, 200, 200]
