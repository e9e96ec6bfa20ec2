"""Recorded exchanges of a real llama.cpp server decode to what was read off them by eye.

Every request says 6 tokens at most, and `finish_reason` is the limit; the prompt's tokens are in the `timings` that
llama.cpp sends with each answer (`cache_n` + `prompt_n`), also where no usage was asked for.
"""

from __future__ import annotations

import msgspec
import pytest

from captures.loader import LLAMA_CPP, exchange
from sereno.calls import Call, Exchange, Timing, Usage
from sereno.wire import events
from sereno.wire.conversation import messages
from sereno.wire.decode import decode

FRUIT, COUNTING = "1. Bananas\n2", " or three, and the number"
EXPECTED: dict[str, tuple[object, ...]] = {
    # name: operation, status, stream, finish_reason, input, cached, output, response
    "chat_stream": ("chat", "success", True, "length", 34, 0, 6, FRUIT),
    "chat_stream_usage": ("chat", "success", True, "length", 34, 33, 6, FRUIT),
    "chat_nostream": ("chat", "success", False, "length", 34, 33, 6, FRUIT),
    "chat_two_choices": ("chat", "success", True, "length", 34, 33, 12, FRUIT),
    "chat_too_long": ("chat", "error", False, None, None, None, None, ""),
    "chat_malformed_json": ("chat", "error", False, None, None, None, None, ""),
    "completions_stream": ("text_completion", "success", True, "length", 4, 0, 6, COUNTING),
    "completions_stream_usage": ("text_completion", "success", True, "length", 4, 3, 6, COUNTING),
    "completions_nostream": ("text_completion", "success", False, "length", 4, 3, 6, COUNTING),
    "completions_two_prompts": ("text_completion", "success", False, "length", 4, 3, 6, COUNTING),
    "completion_native_stream": ("text_completion", "success", True, "limit", 4, 3, 6, COUNTING),
    "completion_native": ("text_completion", "success", False, "limit", 4, 3, 6, COUNTING),
    "messages_stream": ("chat", "success", True, "max_tokens", 34, 33, 6, FRUIT),
    "messages_nostream": ("chat", "success", False, "max_tokens", 34, 33, 6, FRUIT),
    "messages_count_tokens": ("other", "success", False, None, None, None, None, ""),
    "responses_stream": ("chat", "success", True, "completed", 34, 33, 6, FRUIT),
    "responses_nostream": ("chat", "success", False, "completed", 34, 33, 6, FRUIT),
    "infill_unsupported": ("text_completion", "error", False, None, None, None, None, ""),
    "rerank_unsupported": ("other", "error", False, None, None, None, None, ""),
    "tokenize": ("other", "success", False, None, None, None, None, ""),
    "health": ("other", "success", False, None, None, None, None, ""),
    "slots": ("other", "success", False, None, None, None, None, ""),
    "embedding_native": ("embeddings", "success", False, None, None, None, None, ""),
    "embeddings_openai": ("embeddings", "success", False, None, 2, None, None, ""),
}


def test_the_table_names_every_recording() -> None:
    assert {f"llama-cpp/{name}" for name in EXPECTED} == set(LLAMA_CPP)


@pytest.mark.parametrize("name", EXPECTED)
def test_recording(name: str) -> None:
    call = decode(exchange(f"llama-cpp/{name}"))
    usage = call.usage
    found = (call.operation, call.status, call.stream, call.finish_reason, usage.input_tokens)
    assert (*found, usage.cached_input_tokens, usage.output_tokens, call.response) == EXPECTED[name]
    assert (call.decode_error is None) == (name != "chat_malformed_json")
    assert call.route != "unknown"


@pytest.mark.parametrize("name", LLAMA_CPP)
def test_no_split_of_the_body_changes_the_call(name: str) -> None:
    source = exchange(name)
    body = source.response_body
    whole = msgspec.structs.replace(decode(source), timing=Timing(0.0))
    for at in range(0, len(body), max(1, len(body) // 40)):
        parted = msgspec.structs.replace(source, chunk_ends=(at, len(body)), chunk_times=(0.1, 0.2))
        assert msgspec.structs.replace(decode(parted), timing=Timing(0.0)) == whole, at


def test_its_own_durations() -> None:
    answer = msgspec.json.decode(exchange("llama-cpp/completion_native").response_body)
    timing = decode(exchange("llama-cpp/completion_native")).timing
    assert timing.prompt_eval == pytest.approx(answer["timings"]["prompt_ms"] / 1000)
    assert timing.eval == pytest.approx(answer["timings"]["predicted_ms"] / 1000)


def test_errors_in_words() -> None:
    assert "exceeds the available context size" in (decode(exchange("llama-cpp/chat_too_long")).error_message or "")
    assert "does not support reranking" in (decode(exchange("llama-cpp/rerank_unsupported")).error_message or "")


def told(body: bytes, request: bytes = b'{"prompt":"a","stream":true}', path: str = "/completion") -> Exchange:
    source = exchange("llama-cpp/completion_native_stream")
    return msgspec.structs.replace(
        source, target=path, request_body=request, request_size=len(request), response_body=body,
        response_size=len(body), chunk_ends=(len(body),), chunk_times=(0.1,), chunks=1,
    )  # fmt: skip


def sse(*events: object) -> bytes:
    return b"".join(b"data: " + msgspec.json.encode(event) + b"\n\n" for event in events)


def end(index: int, **more: object) -> dict[str, object]:
    timings = {"cache_n": 1, "prompt_n": 2, "prompt_ms": 5.0, "predicted_n": 4, "predicted_ms": 9.0}
    return {"index": index, "content": "", "stop": True, "timings": timings, **more}


def test_several_prompts_in_one_stream_add_up() -> None:
    counts = {"tokens_evaluated": 3, "tokens_predicted": 4, "stop_type": "eos"}
    body = sse(None, {"index": 1, "content": "B"}, {"index": 0, "content": "A"}, end(0, **counts), end(1, **counts))
    source = told(body, b'{"prompt":["a","b"],"stream":true}')
    call = decode(source)
    assert (call.status, call.decode_error, call.prompt, call.response) == ("success", None, "a\nb", "A")
    assert [answer.content for answer in messages(source).answers] == ["A", "B"]
    assert call.usage == Usage(6, 2, 8)
    cut = decode(told(body[: body.rindex(b"data: ")]))
    assert cut.error_type == "truncated_stream", "one of them did not end"


def test_openai_completions_of_several_prompts_add_up() -> None:
    def event(index: int, text: str, **more: object) -> dict[str, object]:
        return {"choices": [{"index": index, "text": text}], **more}

    timings = end(0)["timings"]
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 1}}
    ends = [event(index, "", usage=usage, timings=timings) for index in (0, 1)]
    body = sse(None, event(0, "A"), event(1, "B"), *ends) + b"data: [DONE]\n\n"
    call = decode(told(body, path="/v1/completions"))
    assert (call.status, call.decode_error, call.usage) == ("success", None, Usage(6, 2, 8))


@pytest.mark.parametrize("size", [64, 1 << 18])
def test_timings_of_every_token_are_not_added_up(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(events, "_SLICE", size)
    event = {"choices": [{"index": 0, "delta": {"content": "a"}}], "timings": {"cache_n": 0, "prompt_n": 3}}
    body = sse(*[event] * 5, {"choices": [], "timings": end(0)["timings"]}) + b"data: [DONE]\n\n"
    assert decode(told(body, path="/v1/chat/completions")).usage == Usage(3, 1, 4)


def test_before_the_cache_was_told_the_input_is_unknown() -> None:
    event = {"choices": [{"delta": {"content": "a"}}], "timings": {"prompt_n": 3, "predicted_n": 1}}
    call = decode(told(sse(event) + b"data: [DONE]\n\n", path="/v1/chat/completions"))
    assert call.usage == Usage(None, None, 1)


def test_infill_shows_both_sides_of_the_gap() -> None:
    assert decode(exchange("llama-cpp/infill_unsupported")).prompt == "def f(\nreturn x"


def test_openai_s_form_on_unversioned_paths() -> None:
    body = sse({"choices": [{"text": "A"}], "model": "m"}) + b"data: [DONE]\n\n"
    for path in ("/completions", "/api/v0/completions", "/openai/deployments/d/completions?api-version=1"):
        call: Call = decode(told(body, path=path))
        assert (call.status, call.response, call.operation) == ("success", "A", "text_completion"), path
