"""The agent over a model server: memory, aliases, feedback, metrics, and every way in which either side can fail."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from agent.model_server import Served, model_server
from sereno.agent import telling
from sereno.agent.app import create_app
from sereno.agent.options import AgentOptions, Alias
from sereno.sdk import sender
from tracing.collector import http_collector, values

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"  # the example of W3C Trace Context §3.2


@pytest.fixture
def served() -> Iterator[Served]:
    with model_server() as running:
        yield running


@pytest.fixture
def client(served: Served) -> Iterator[Callable[..., TestClient]]:
    with ExitStack() as stack:

        def made(*, peer: str = "127.0.0.1", **changes: Any) -> TestClient:
            options = AgentOptions(url=served.url, model="tiny", aliases=(Alias("gpt-*", "default"),), timeout=20)
            app = create_app(msgspec.structs.replace(options, **changes))
            return stack.enter_context(
                TestClient(app, base_url="http://localhost", client=(peer, 1), raise_server_exceptions=False)
            )

        yield made


def samples(client: TestClient) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_conversation_is_remembered(served: Served, client: Callable[..., TestClient]) -> None:
    agent = client(system="Be brief.")
    first = agent.post("/chat", json={"message": "hola"}).json()
    assert first["response"] == "answer 1"
    assert first["model"] == "tiny"
    assert first["usage"] == {"input_tokens": 10, "output_tokens": 5}
    agent.post("/chat", json={"message": "y?", "session_id": first["session_id"]})
    assert served.asked[1]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hola"},
        {"role": "assistant", "content": "answer 1"},
        {"role": "user", "content": "y?"},
    ]
    assert served.headers[1]["x-sereno-session"] == first["session_id"]
    agent.post("/chat", json={"message": "other", "session_id": "mine"})
    assert len(served.asked[2]["messages"]) == 2
    found = samples(agent)
    assert found["agent_conversations_total", ()] == 2
    assert found["agent_messages_total", ()] == 3


def test_old_messages_and_old_conversations_make_room(served: Served, client: Callable[..., TestClient]) -> None:
    agent = client(history=2, conversations=1)
    for text in ("a", "b", "c"):
        agent.post("/chat", json={"message": text, "session_id": "s"})
    assert [turn["content"] for turn in served.asked[2]["messages"]] == ["b", "answer 2", "c"]
    agent.post("/chat", json={"message": "x", "session_id": "t"})
    agent.post("/chat", json={"message": "d", "session_id": "s"})
    assert len(served.asked[4]["messages"]) == 1


@pytest.mark.parametrize(
    ("asked", "model"), [(None, "tiny"), ("gpt-3.5-turbo", "tiny"), ("gpt-4", "tiny"), ("llama3.2", "llama3.2")]
)
def test_the_model_that_is_asked(
    served: Served, client: Callable[..., TestClient], asked: str | None, model: str
) -> None:
    answer = client().post("/chat", json={"message": "hola", "model": asked})
    assert served.asked[0]["model"] == answer.json()["model"] == model


def test_without_a_model_the_first_listed_is_asked(served: Served, client: Callable[..., TestClient]) -> None:
    assert client(model="").post("/chat", json={"message": "hola"}).json()["model"] == "tiny"


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "message"), ({"message": ""}, "message"), ({"message": 1}, "message"),
        ({"message": "x", "model": ""}, "model"), ({"message": "x", "session_id": "a\nb"}, "session_id"),
        ({"message": "x", "user": "u" * 300}, "user"), ({"message": "x", "sesion": "1"}, "sesion"),
        ([], None), ("x", None),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_what_was_wrong(
    served: Served, client: Callable[..., TestClient], body: Any, parameter: str | None
) -> None:
    answer = client().post("/chat", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().get("parameter") == parameter
    assert '"message"' in answer.json()["expected"]
    assert served.asked == []


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b'{"message": "\\ud800"}'])
def test_bodies_that_are_no_json(served: Served, client: Callable[..., TestClient], raw: bytes) -> None:
    answer = client().post("/chat", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_a_page_of_another_site_cannot_ask(client: Callable[..., TestClient]) -> None:
    agent = client()
    assert agent.post("/chat", content=b'{"message":"x"}', headers={"content-type": "text/plain"}).status_code == 415
    rebound = agent.post("/chat", json={"message": "x"}, headers={"host": "evil.example"})
    assert (rebound.status_code, rebound.json()["type"]) == (403, "urn:sereno:problem:host-not-allowed")
    assert agent.get("/metrics", headers={"host": "evil.example"}).status_code == 403


def test_other_machines_need_the_token(client: Callable[..., TestClient]) -> None:
    agent = client(peer="10.0.0.9", token="s3cret")
    assert agent.post("/chat", json={"message": "x"}).status_code == 401
    wrong = {"authorization": "Bearer wrong"}
    assert agent.get("/metrics", headers=wrong).status_code == 401
    right = {"authorization": "Bearer s3cret"}
    assert agent.post("/chat", json={"message": "x"}, headers=right).status_code == 200
    assert agent.get("/healthz").status_code == 200
    assert client(token="s3cret").post("/chat", json={"message": "x"}).status_code == 200


def test_a_body_that_is_too_large(client: Callable[..., TestClient]) -> None:
    assert client().post("/chat", json={"message": "x" * 1_100_000}).status_code == 413


def test_what_is_not_there(client: Callable[..., TestClient]) -> None:
    agent = client()
    assert agent.get("/nowhere").status_code == 404
    wrong = agent.get("/chat")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


def test_a_model_server_that_dies_is_survived_and_told(client: Callable[..., TestClient]) -> None:
    with model_server() as mortal:
        agent = client(url=mortal.url)
        first = agent.post("/chat", json={"message": "one", "session_id": "s"})
        assert first.status_code == 200
        port = int(mortal.url.rpartition(":")[2])
    dead = agent.post("/chat", json={"message": "two", "session_id": "s"})
    assert dead.status_code == 503
    assert dead.headers["retry-after"] == "5"
    assert dead.json()["type"] == "urn:sereno:problem:model-unreachable"
    assert f"127.0.0.1:{port} cannot be reached" in dead.json()["detail"]
    assert agent.get("/healthz").status_code == 200
    with model_server(port) as again:
        back = agent.post("/chat", json={"message": "two", "session_id": "s"})
        assert back.status_code == 200
        assert [turn["content"] for turn in again.asked[0]["messages"]] == ["one", "answer 1", "two"]
    found = samples(agent)
    assert found["agent_requests_total", ("success",)] == 2
    assert found["agent_requests_total", ("error",)] == 1
    assert found["agent_errors_total", ("unreachable",)] == 1


@pytest.mark.parametrize(
    ("answer", "status", "name"),
    [
        ((404, {"error": {"message": "model 'tiny' not found"}}), 404, "model-unknown-model"),
        ((400, {"error": {"message": "too long"}}), 502, "model-refused"),
        ((500, {"error": {"message": "it broke"}}), 502, "model-failed"),
        ((502, {"error": {"message": "no model server"}}), 503, "model-unreachable"),
        ((200, b"<html>"), 502, "model-invalid"),
        ((200, {"choices": []}), 502, "model-invalid"),
        ((200, {"choices": [{"message": {"content": 7}}]}), 502, "model-invalid"),
        ((302, {}), 502, "model-refused"),
    ],
)
def test_what_a_model_server_can_answer(
    served: Served, client: Callable[..., TestClient], answer: tuple[int, Any], status: int, name: str
) -> None:
    served.answers.append(answer)
    told = client().post("/chat", json={"message": "x"})
    assert (told.status_code, told.json()["type"]) == (status, f"urn:sereno:problem:{name}")
    error = answer[1].get("error", {}).get("message", "") if isinstance(answer[1], dict) else ""
    assert error in told.json()["detail"]


def test_an_answer_without_words_or_figures_is_one(served: Served, client: Callable[..., TestClient]) -> None:
    served.answers.append((200, {"choices": [{"message": {"content": None}}]}))
    answer = client().post("/chat", json={"message": "x"}).json()
    assert (answer["response"], answer["usage"]) == ("", {"input_tokens": None, "output_tokens": None})


def test_feedback(served: Served, client: Callable[..., TestClient]) -> None:
    agent = client()
    judgements: list[dict[str, Any]] = [{"thumbs": "up"}, {"thumbs": "down", "score": 0.25}, {"score": 1}]
    answers = [agent.post("/chat", json={"message": "x"}).json()["message_id"] for _ in range(3)]
    for number, judged in enumerate(judgements):
        assert agent.post("/feedback", json={"message_id": answers[number], **judged}).status_code == 204
    again = agent.post("/feedback", json={"message_id": answers[0], "thumbs": "down"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:sereno:problem:already-judged")
    found = samples(agent)
    assert found["agent_feedback_total", ("up",)] == found["agent_feedback_total", ("down",)] == 1
    assert found["agent_feedback_score_count", ()] == 2
    assert found["agent_feedback_score_sum", ()] == 1.25


def told(served: Served, agent: TestClient, words: int, **judged: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    """Judge an answer, wait until so many words arrived and were counted; the figures then."""
    answer = agent.post(
        "/chat", json={"message": "x", "user": "ada"}, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}
    )
    agent.post("/feedback", json={"message_id": answer.json()["message_id"], **judged})
    deadline = time.monotonic() + 60
    while True:
        found = samples(agent)
        done = sum(value for (name, _), value in found.items() if name == "agent_feedback_sent_total")
        if len(served.words) >= words and done:
            return found
        assert time.monotonic() < deadline, (served.words, found)
        time.sleep(0.02)


def test_sereno_is_told_of_thumbs_and_scores(served: Served, client: Callable[..., TestClient]) -> None:
    served.gateway = True
    agent = client()
    assert told(served, agent, 1, thumbs="up")["agent_feedback_sent_total", ("sent",)] == 1
    told(served, agent, 2, score=0.25)
    assert served.words == [
        {"trace_id": TRACE, "thumbs": "up", "user": "ada", "by": "sereno-agent"},
        {"trace_id": TRACE, "score": -0.5, "user": "ada", "by": "sereno-agent"},  # 0 to 1 is -1 to 1 there
    ]


def test_a_keeper_that_is_away_is_told_later(
    served: Served, client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling.Telling.__init__, "__defaults__", ((0.0, 0.01, 0.01),))
    served.gateway, served.refusals = True, [503, 429]
    assert told(served, client(), 3, thumbs="up")["agent_feedback_sent_total", ("sent",)] == 1


def test_a_word_that_is_refused_is_counted_and_told(
    served: Served, client: Callable[..., TestClient], caplog: pytest.LogCaptureFixture
) -> None:
    served.gateway, served.refusals = True, [403]
    assert told(served, client(), 1, thumbs="down")["agent_feedback_sent_total", ("failed",)] == 1
    assert "403: no" in caplog.text
    assert len(served.words) == 1


def test_a_model_server_is_not_told(served: Served, client: Callable[..., TestClient]) -> None:
    with client() as agent:
        answer = agent.post("/chat", json={"message": "x"}).json()
        assert agent.post("/feedback", json={"message_id": answer["message_id"], "thumbs": "up"}).status_code == 204
    assert served.words == []


@pytest.mark.parametrize(
    ("body", "status", "parameter"),
    [
        ({"message_id": "nobody"}, 400, "thumbs"), ({"message_id": "x", "thumbs": "sideways"}, 400, "thumbs"),
        ({"message_id": "x", "score": 1.5}, 400, "score"), ({"thumbs": "up"}, 400, "message_id"),
        ({"message_id": "nobody", "thumbs": "up"}, 404, None),
    ],
)  # fmt: skip
def test_wrong_feedback(
    client: Callable[..., TestClient], body: dict[str, Any], status: int, parameter: str | None
) -> None:
    answer = client().post("/feedback", json=body)
    assert (answer.status_code, answer.json().get("parameter")) == (status, parameter)


def test_llm_metrics_only_where_nobody_else_counts(served: Served, client: Callable[..., TestClient]) -> None:
    agent = client()
    agent.post("/chat", json={"message": "x"})
    agent.post("/chat", json={"message": "x", "model": "made-up"})
    served.answers.append((404, {"error": "no"}))
    agent.post("/chat", json={"message": "x", "model": "another"})
    found = samples(agent)
    assert found["llm_requests_total", ("tiny", "success", "chat")] == 1
    assert found["llm_requests_total", ("other", "error", "chat")] == 1  # a name that never answered has no label
    assert found["llm_tokens_used_total", ("prompt", "tiny")] == 10
    off = client(llm_metrics="off")
    off.post("/chat", json={"message": "x"})
    assert not any(name.startswith("llm_") for name, _ in samples(off))


def test_messages_of_one_conversation_wait_for_each_other(served: Served) -> None:
    import httpx

    async def both() -> None:
        app = create_app(AgentOptions(url=served.url, model="tiny"))
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        async with app.router.lifespan_context(app), client as agent:
            await asyncio.gather(*(agent.post("/chat", json={"message": str(n), "session_id": "s"}) for n in range(8)))

    asyncio.run(both())
    assert sorted(len(asked["messages"]) for asked in served.asked) == [1, 3, 5, 7, 9, 11, 13, 15]


def test_its_steps_join_the_callers_trace_and_the_models(served: Served, client: Callable[..., TestClient]) -> None:
    with http_collector() as collector:
        sending = sender.configure(collector.url, "sereno-agent")
        assert sending is not None
        agent = client()
        asked = {"message": "a secret", "user": "ana", "session_id": "s"}
        answer = agent.post("/chat", json=asked, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}).json()
        agent.post("/feedback", json={"message_id": answer["message_id"], "score": 0.5})
        sending.close(30)
        sender.configure(None)
    chat, feedback = sorted(collector.spans, key=lambda one: one.name)
    assert answer["trace_id"] == TRACE == chat.trace_id.hex() == feedback.trace_id.hex()
    assert chat.parent_span_id.hex() == PARENT
    assert served.headers[0]["traceparent"] == f"00-{TRACE}-{chat.span_id.hex()}-01"
    assert served.headers[0]["x-sereno-user"] == "ana"
    assert feedback.parent_span_id == chat.span_id
    assert values(feedback)["gen_ai.evaluation.score.value"] == 0.5
    assert values(chat)["gen_ai.operation.name"] == "invoke_agent"
    assert b"secret" not in b"".join(request.SerializeToString() for request in collector.requests)
    assert json.dumps(values(chat))
