"""vLLM's own forms, after its documentation and source.

https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html; vllm/entrypoints/openai (protocol.py,
serving_chat.py, serving_completion.py). No vLLM was at hand to record.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from captures.loader import exchange
from sereno.calls import Call, Usage
from sereno.wire.decode import decode

CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1790000000, "model": "Qwen/Qwen3-8B"}
USAGE = {
    "prompt_tokens": 12,
    "total_tokens": 17,
    "completion_tokens": 5,
    "prompt_tokens_details": {"cached_tokens": 8},
}


def told(body: bytes, path: str, *, stream: bool) -> Call:
    source = exchange("v1_chat_stream" if stream else "v1_chat_nostream")
    return decode(
        msgspec.structs.replace(
            source, target=path, response_body=body, response_size=len(body), chunk_ends=(len(body),),
            chunk_times=(0.1,), chunks=1,
        )
    )  # fmt: skip


def sse(*events: object) -> bytes:
    return b"".join(b"data: " + msgspec.json.encode(event) + b"\n\n" for event in events) + b"data: [DONE]\n\n"


def chat(delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None, "stop_reason": None, **more}
    return {**CHUNK, "choices": [choice], "prompt_token_ids": None}


def test_a_chat_that_reasons_and_stops_at_a_word() -> None:
    body = sse(
        chat({"role": "assistant", "content": "", "reasoning_content": None}),
        chat({"reasoning_content": "Hm."}),
        chat({"content": "Yes"}),
        chat({"content": ""}, finish_reason="stop", stop_reason="END"),
        {**CHUNK, "choices": [], "usage": USAGE},
    )
    call = told(body, "/v1/chat/completions", stream=True)
    assert (call.status, call.response, call.finish_reason) == ("success", "Yes", "stop")
    assert call.usage == Usage(12, 8, 5)


def test_usage_that_grows_with_every_chunk_is_not_added_up() -> None:
    growing = [{**chat({"content": "a"}), "usage": {**USAGE, "completion_tokens": n}} for n in (1, 2, 3)]
    assert told(sse(*growing), "/v1/chat/completions", stream=True).usage.output_tokens == 3


def test_usage_null_and_prompt_logprobs_mean_nothing() -> None:
    event = {
        "id": "cmpl-1",
        "object": "text_completion",
        "choices": [{"index": 0, "text": "a", "logprobs": None, "finish_reason": None, "stop_reason": None}],
        "usage": None,
    }
    assert told(sse(event, event), "/v1/completions", stream=True).usage == Usage()
    document = {**event, "choices": [{"index": 0, "text": "b", "prompt_logprobs": [None, {"1": {"logprob": -1.0}}]}]}
    call = told(msgspec.json.encode({**document, "usage": USAGE}), "/v1/completions", stream=False)
    assert (call.response, call.usage, call.decode_error) == ("b", Usage(12, 8, 5), None)


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "EngineCore died", "type": "InternalServerError", "param": None, "code": 500}},
        {"object": "error", "message": "EngineCore died", "type": "InternalServerError", "param": None, "code": 500},
    ],
)
def test_errors_inside_a_stream_of_new_and_old_versions(error: dict[str, Any]) -> None:
    call = told(sse(chat({"content": "a"}), error), "/v1/chat/completions", stream=True)
    assert (call.status, call.error_type, call.error_message) == ("error", "mid_stream_error", "EngineCore died")
    assert call.response == "a"


@pytest.mark.parametrize(
    "path",
    ["/score", "/v1/score", "/rerank", "/v1/rerank", "/v2/rerank", "/pooling", "/classify", "/tokenize", "/detokenize"],
)
def test_what_writes_no_text_is_other(path: str) -> None:
    call = told(b'{"data":[{"score":0.5}],"usage":{"prompt_tokens":3}}', path, stream=False)
    assert (call.operation, call.status, call.route, call.protocol) == ("other", "success", path, "openai")
