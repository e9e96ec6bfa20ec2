"""One suite over all wire protocols: the same story told in each must decode to the same call."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import pytest

from sereno.calls import Call, Exchange, Message, Outcome
from sereno.wire.conversation import messages
from sereno.wire.decode import decode


class Speech(NamedTuple):
    """How a protocol says the same things: an answer, its events, errors, and what ends a stream."""

    path: str
    plain: Any
    events: list[Any]
    tool: list[Any]
    error: Any
    inside: Any
    end: list[Any]
    sse: bool


ASK = {"model": "m:1", "messages": [{"role": "user", "content": "Hi"}]}
SPEECH = {
    "ollama": Speech(
        "/api/chat",
        {"model": "m:1", "message": {"content": "Hello you"}, "done": True, "prompt_eval_count": 7, "eval_count": 3},
        [{"model": "m:1", "message": {"content": text}, "done": False} for text in ("Hello", " you")],
        [{"message": {"content": "", "tool_calls": [{"function": {"name": "get", "arguments": {"a": 1}}}]}}],
        {"error": "no"},
        {"error": "no"},
        [{"done": True, "done_reason": "stop", "prompt_eval_count": 7, "eval_count": 3}],
        sse=False,
    ),
    "openai": Speech(
        "/v1/chat/completions",
        {"model": "m:1", "choices": [{"message": {"content": "Hello you"}}],
         "usage": {"prompt_tokens": 7, "completion_tokens": 3}},
        [{"model": "m:1", "choices": [{"index": 0, "delta": {"content": text}}]} for text in ("Hello", " you")],
        [{"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "get"}}]}}]},
         {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}}]},
         {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}}]}],
        {"error": {"message": "no", "type": "t"}},
        {"error": {"message": "no"}},
        [{"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}, b"[DONE]"],
        sse=True,
    ),
    "anthropic": Speech(
        "/v1/messages",
        {"model": "m:1", "content": [{"type": "text", "text": "Hello you"}],
         "usage": {"input_tokens": 7, "output_tokens": 3}},
        [{"type": "content_block_delta", "index": 0, "delta": {"text": t}} for t in ("Hello", " you")],
        [{"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "c", "name": "get"}},
         {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"a":1}'}}],
        {"type": "error", "error": {"type": "t", "message": "no"}},
        {"type": "error", "error": {"type": "t", "message": "no"}},
        [{"type": "message_delta", "delta": {}, "usage": {"input_tokens": 7, "output_tokens": 3}},
         {"type": "message_stop"}],
        sse=True,
    ),
}  # fmt: skip


def framed(speech: Speech, events: list[Any]) -> list[bytes]:
    texts = [event if isinstance(event, bytes) else msgspec.json.encode(event) for event in events]
    return [b"data: " + text + b"\n\n" if speech.sse else text + b"\n" for text in texts]


def call_of(speech: Speech, pieces: list[bytes], status: int = 200, outcome: Outcome = "complete") -> Call:
    return decode(exchange_of(speech, pieces, status, outcome))


def exchange_of(speech: Speech, pieces: list[bytes], status: int, outcome: Outcome, stream: bool = True) -> Exchange:
    body = b"".join(pieces)
    request = msgspec.json.encode({**ASK, "stream": stream})
    kind = (
        b"application/json"
        if not stream or status >= 400
        else b"text/event-stream"
        if speech.sse
        else b"application/x-ndjson"
    )
    return Exchange(
        id=bytes(16), started_ns=10**18, upstream="u", peer="127.0.0.1", key="", user=None, session=None, method="POST",
        target=speech.path, request_headers=(), request_body=request, request_size=len(request), request_at=0.0,
        status=status, response_headers=((b"Content-Type", kind),), response_body=body, response_size=len(body),
        head_at=0.1,
        chunk_times=tuple(0.5 * number for number in range(1, len(pieces) + 1)),
        chunk_ends=tuple(len(b"".join(pieces[:number])) for number in range(1, len(pieces) + 1)),
        chunks=len(pieces), ended_at=2.5, outcome=outcome,
    )  # fmt: skip


@pytest.fixture(params=SPEECH)
def speech(request: pytest.FixtureRequest) -> Speech:
    return SPEECH[request.param]


def test_stream(speech: Speech) -> None:
    call = call_of(speech, framed(speech, speech.events + speech.end))
    assert (call.status, call.stream, call.response, call.prompt) == ("success", True, "Hello you", "Hi")
    assert (call.usage.input_tokens, call.usage.output_tokens) == (7, 3)
    assert call.timing.time_to_first_chunk == 0.5
    assert call.timing.time_per_output_token == 1.0
    assert call.timing.longest_gap == 0.5
    assert (call.operation, call.request_model, call.model) == ("chat", "m:1", "m:1")


def test_document_and_stream_say_the_same(speech: Speech) -> None:
    whole = decode(exchange_of(speech, [msgspec.json.encode(speech.plain)], 200, "complete", stream=False))
    stream = call_of(speech, framed(speech, speech.events + speech.end))
    assert (whole.status, whole.stream, whole.timing.time_to_first_chunk) == ("success", False, None)
    for field in ("response", "usage", "model", "conversation", "prompt"):
        assert getattr(whole, field) == getattr(stream, field), field


def test_tools(speech: Speech) -> None:
    found = exchange_of(speech, framed(speech, speech.tool + speech.end), 200, "complete")
    assert decode(found).tool_calls == 1
    (answer,) = messages(found).answers
    assert isinstance(answer, Message)
    assert [(tool.name, msgspec.json.decode(tool.arguments)) for tool in answer.tool_calls] == [("get", {"a": 1})]


def test_error_before_the_stream(speech: Speech) -> None:
    call = call_of(speech, [msgspec.json.encode(speech.error)], status=503)
    assert (call.status, call.error_type, call.error_message, call.stream) == ("error", "http_5xx", "no", False)


def test_error_inside_the_stream(speech: Speech) -> None:
    call = call_of(speech, framed(speech, [*speech.events, speech.inside]))
    assert (call.status, call.error_type, call.error_message) == ("error", "mid_stream_error", "no")
    assert call.response == "Hello you"
    assert call.usage.output_tokens is None


@pytest.mark.parametrize(
    ("outcome", "status", "error_type"),
    [
        ("complete", "error", "truncated_stream"),
        ("upstream_closed", "error", "truncated_stream"),
        ("client_closed", "aborted", "client_closed"),
        ("upstream_timeout", "error", "upstream_timeout"),
    ],
)
def test_no_terminator(speech: Speech, outcome: Outcome, status: str, error_type: str) -> None:
    call = call_of(speech, framed(speech, speech.events), outcome=outcome)
    assert (call.status, call.error_type, call.response) == (status, error_type, "Hello you")


def test_a_lone_surrogate_and_bad_utf8_are_mended(speech: Speech) -> None:
    pieces = framed(speech, speech.events + speech.end)
    pieces[0] = pieces[0].replace(b"Hello", b"H\\ud83d\xff")
    call = call_of(speech, pieces)
    assert (call.status, call.decode_error, call.response) == ("success", None, "H\ufffd\ufffd you")
