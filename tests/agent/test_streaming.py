"""The agent streams: pieces while they are said, a whole answer at the end, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
import uvicorn

from agent.model_server import Served, model_server
from parts.waiting import wait_for
from sereno.agent.app import create_app
from sereno.agent.options import AgentOptions


def delta(text: str, finish: str | None = None) -> bytes:
    """A chunk as OpenAI's API has it."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode()


USAGE = json.dumps({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}).encode()
WHOLE = [delta("Ray"), delta("leigh"), delta("", "stop"), USAGE, b"[DONE]"]


class Stand(NamedTuple):
    """A served agent and its model server."""

    url: str
    served: Served


@contextmanager
def running(served: Served, **changes: Any) -> Iterator[str]:
    options = msgspec.structs.replace(AgentOptions(url=served.url, model="tiny", timeout=30), **changes)
    server = uvicorn.Server(uvicorn.Config(create_app(options), port=0, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    wait_for(lambda: server.started, "the agent")
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def stand() -> Iterator[Stand]:
    with model_server() as served, running(served) as url:
        yield Stand(url, served)


@contextmanager
def asked(stand: Stand, **body: Any) -> Iterator[tuple[httpx.Response, Iterator[tuple[str, Any]]]]:
    content = {"message": "Why is the sky blue?", "stream": True, "session_id": "s", **body}
    with httpx.stream("POST", f"{stand.url}/chat", json=content, timeout=30) as answer:
        yield answer, events(answer)


def events(answer: httpx.Response) -> Iterator[tuple[str, Any]]:
    """Type and data of each event, by the rules of the HTML standard, section 9.2.6."""
    name = ""
    for line in answer.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
            name = ""


def allow(served: Served, count: int = 100) -> None:
    for _ in range(count):
        served.go.release()


def metric(stand: Stand, name: str) -> float:
    lines = httpx.get(f"{stand.url}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_pieces_come_while_they_are_said(stand: Stand) -> None:
    stand.served.streams.append(WHOLE)
    stand.served.go.release()
    with asked(stand) as (answer, found):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert next(found) == ("", {"delta": "Ray"})  # the model server waits: nothing else was said yet
        assert metric(stand, "agent_requests_in_flight ") == 1
        allow(stand.served)
        assert next(found) == ("", {"delta": "leigh"})
        name, whole = next(found)
        assert list(found) == []
    assert name == "done"
    assert whole["response"] == "Rayleigh"
    assert whole["finish_reason"] == "stop"
    assert whole["usage"] == {"input_tokens": 7, "output_tokens": 2}
    assert whole["session_id"] == "s"
    assert stand.served.asked[0]["stream_options"] == {"include_usage": True}
    assert metric(stand, "agent_requests_in_flight ") == 0
    assert metric(stand, 'agent_requests_total{status="success"}') == 1

    stand.served.streams.append(WHOLE)
    with asked(stand) as (_, found):
        list(found)
    assert [turn["content"] for turn in stand.served.asked[1]["messages"][:2]] == ["Why is the sky blue?", "Rayleigh"]


def test_an_error_before_the_first_word_is_an_ordinary_one(stand: Stand) -> None:
    stand.served.answers.append((404, {"error": {"message": "no such model"}}))
    with asked(stand) as (answer, _):
        answer.read()
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        ([delta("Ray")], "stopped in the middle of its answer"),
        ([delta("Ray"), b'{"error": {"message": "out of memory"}}'], "in the middle of its answer: out of memory"),
        ([delta("Ray"), b"<html>"], "answered what is no completion"),
        ([delta("Ray"), b"[" * 100_000], "answered what is no completion"),
    ],
)
def test_an_answer_that_breaks_says_so_and_is_not_remembered(stand: Stand, stream: list[bytes], told: str) -> None:
    stand.served.streams += [stream, WHOLE]
    allow(stand.served)
    with asked(stand) as (answer, found):
        assert answer.status_code == 200
        assert next(found) == ("", {"delta": "Ray"})
        ((name, problem),) = list(found)
    assert name == "error"
    assert told in problem["detail"]
    assert problem["type"] == "urn:sereno:problem:model-failed"
    assert metric(stand, "agent_errors_total{") == 1
    with asked(stand) as (_, found):
        list(found)
    assert len(stand.served.asked[1]["messages"]) == 1


def test_a_client_that_leaves_ends_the_call_to_the_model(stand: Stand) -> None:
    stand.served.streams.append([delta("x")] * 10_000)
    stand.served.go.release()
    with asked(stand) as (_, found):
        next(found)
    wait_for(lambda: metric(stand, "agent_requests_in_flight ") == 0, "the agent lets go")

    def hung_up() -> bool:
        stand.served.go.release()
        return stand.served.hung_up.is_set()

    wait_for(hung_up, "the model server notices")
    stand.served.streams.append(WHOLE)
    allow(stand.served)
    with asked(stand) as (_, found):
        assert list(found)[-1][0] == "done"


@pytest.mark.parametrize(
    ("limit", "wanted", "sent"),
    [(4096, None, 4096), (100, 5000, 100), (100, 20, 20), (None, 20, 20), (None, None, None)],
)
def test_answers_have_a_longest_length(limit: int | None, wanted: int | None, sent: int | None) -> None:
    with model_server() as served, running(served, max_tokens=limit) as url:
        body = {"message": "hola"} | ({} if wanted is None else {"max_tokens": wanted})
        assert httpx.post(f"{url}/chat", json=body, timeout=30).status_code == 200
        assert served.asked[0].get("max_tokens") == sent


def test_a_length_that_is_none_is_told(stand: Stand) -> None:
    answer = httpx.post(f"{stand.url}/chat", json={"message": "hola", "max_tokens": 0})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "max_tokens")
