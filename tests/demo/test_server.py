"""The demo server answers recorded requests as the real Ollama did: status, type, keys in order, kinds of values."""

from __future__ import annotations

import base64
import json
import socket
import time
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CAPTURES = Path(__file__).parents[1] / "captures" / "ollama-0.24.0"

SAME_SHAPE = (
    "chat_stream", "chat_stream_true", "chat_nostream", "chat_load", "chat_unload",
    "chat_length_stream", "chat_length_nostream", "generate_malformed_json", "chat_stop_option", "chat_system",
    "chat_unknown_option", "chat_no_content_type", "chat_format_json", "chat_format_schema", "chat_name_case",
    "chat_truncated_prompt", "chat_keep_alive", "chat_prompt_cache_1", "chat_prompt_cache_2",
    "generate_stream", "generate_nostream", "generate_load", "generate_unload", "generate_raw", "generate_length",
    "generate_system", "generate_context", "generate_utf8", "generate_format_json",
    "embed_single", "embed_array", "embed_empty", "embed_missing_input", "embeddings_legacy",
    "v1_chat_stream", "v1_chat_stream_usage", "v1_chat_nostream", "v1_chat_nostream_stop", "v1_chat_content_parts",
    "v1_chat_json", "v1_completions_stream", "v1_completions_stream_usage", "v1_completions_nostream",
    "v1_embeddings", "v1_embeddings_base64", "v1_models", "v1_models_one",
    "version_get", "version_head", "tags_get", "tags_head", "root_get", "root_head",
    "req_chunked_body", "req_expect_continue", "req_http10_stream", "req_accept_encoding", "conn_close_stream",
)  # fmt: skip

SAME_BYTES = (
    "chat_unknown_model", "chat_no_model", "chat_bad_option_type", "chat_malformed_json", "chat_empty_body",
    "chat_think_unsupported", "chat_bad_format", "chat_wrong_type", "chat_latest_missing", "chat_path_traversal_name",
    "chat_truncate_false", "generate_unknown_model", "generate_raw_and_template",
    "embed_bad_type", "embed_unknown_model", "embed_truncate_false", "show_missing",
    "v1_chat_unknown_model", "v1_chat_unknown_model_stream", "v1_chat_malformed_json", "v1_chat_empty_messages",
    "v1_completions_unknown_model", "v1_embeddings_unknown_model", "v1_models_missing",
    "route_missing", "method_not_allowed", "host_forbidden",
)  # fmt: skip


class Answer(NamedTuple):
    status: int
    content_type: str | None
    body: bytes


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CAPTURES / f"{name}.json").read_text("utf-8"))
    return found


def raw_request(capture: dict[str, Any], port: int) -> bytes:
    request = capture["request"]
    fields = [
        (key, f"127.0.0.1:{port}" if key.lower() == "host" and capture["name"] != "host_forbidden" else value)
        for key, value in request["headers"]
    ]
    head = f"{request['method']} {request['path']} {request['version']}\r\n"
    head += "".join(f"{key}: {value}\r\n" for key, value in fields) + "\r\n"
    return head.encode("latin-1") + base64.b64decode(request["body_base64"])


def parse(stream: socket.socket, method: str) -> Answer:
    response = HTTPResponse(stream, method=method)
    response.begin()
    return Answer(response.status, response.getheader("content-type"), response.read())


def old_answer(capture: dict[str, Any]) -> Answer:
    near, far = socket.socketpair()
    with near, far:
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        near.sendall(b"".join(base64.b64decode(data) for _, data in capture["response"]))
        near.shutdown(socket.SHUT_WR)
        return parse(far, capture["request"]["method"])


def new_answer(capture: dict[str, Any], port: int) -> Answer:
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(raw_request(capture, port))
        return parse(connection, capture["request"]["method"])


def values(answer: Answer) -> list[Any]:
    """The JSON values of a body, whatever its framing; what is no JSON as text."""
    kind = answer.content_type or ""
    if "event-stream" in kind:
        events = [line[6:] for line in answer.body.splitlines() if line.startswith(b"data: ")]
        return [item.decode() if item == b"[DONE]" else json.loads(item) for item in events]
    if "ndjson" in kind:
        return [json.loads(line) for line in answer.body.splitlines()]
    if "json" in kind and answer.body:
        return [json.loads(answer.body)]
    return [answer.body.decode()]


def shape(value: Any) -> Any:
    """Keys in order and kinds of values; a list is as its first element."""
    if isinstance(value, dict):
        return tuple((key, shape(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return ["list", *(shape(inner) for inner in value[:1])]
    if value == "[DONE]":
        return value
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def shapes(answer: Answer) -> list[Any]:
    """The shapes of a stream in the order they first appear."""
    found: list[Any] = []
    for value in values(answer):
        if shape(value) not in found:
            found.append(shape(value))
    return found


@pytest.mark.parametrize("name", SAME_SHAPE)
def test_answers_have_the_shape_of_the_real_ones(name: str, model_port: int) -> None:
    capture = recorded(name)
    old, new = old_answer(capture), new_answer(capture, model_port)
    assert (new.status, new.content_type) == (old.status, old.content_type)
    assert shapes(new) == shapes(old)


@pytest.mark.parametrize("name", SAME_BYTES)
def test_refusals_are_the_real_ones_byte_by_byte(name: str, model_port: int) -> None:
    capture = recorded(name)
    old, new = old_answer(capture), new_answer(capture, model_port)
    # Ollama leaves the charset out on two of its error paths; readers of JSON do not see it.
    kind = (new.content_type or "").partition(";")[0]
    assert (new.status, kind, new.body.rstrip(b"\n")) == (
        old.status, (old.content_type or "").partition(";")[0], old.body.rstrip(b"\n"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["chat_stream", "chat_prompt_cache_1", "generate_raw", "v1_chat_nostream", "embed_array"]
)
def test_prompts_have_as_many_tokens_as_in_the_real_ollama(name: str, model_port: int) -> None:
    capture = recorded(name)

    def counted(answer: Answer) -> int:
        last = values(answer)[-1]
        return int(last["usage"]["prompt_tokens"] if "usage" in last else last["prompt_eval_count"])

    assert counted(new_answer(capture, model_port)) == counted(old_answer(capture))


def test_vectors_are_those_of_the_real_ollama(model_port: int) -> None:
    capture = recorded("embed_array")
    old, new = (values(answer)[0]["embeddings"] for answer in (old_answer(capture), new_answer(capture, model_port)))
    for ours, theirs in zip(new[:1], old[:1], strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)


def test_greedy_answers_begin_as_in_the_real_ollama(model_port: int) -> None:
    capture = recorded("chat_stream")
    texts = [
        "".join(line["message"]["content"] for line in values(answer))
        for answer in (old_answer(capture), new_answer(capture, model_port))
    ]
    assert texts[1][:11] == texts[0][:11] == "1. Bananas:"


def ask(port: int, method: str, path: str, body: Any = None) -> Answer:
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(head.encode() + data)
        return parse(connection, method)


def test_load_ps_unload_tell_the_truth(model_port: int) -> None:
    load = {"model": "smollm2:135m", "messages": []}
    assert values(ask(model_port, "POST", "/api/chat", {**load, "keep_alive": 0}))[0]["done_reason"] == "unload"
    assert values(ask(model_port, "GET", "/api/ps")) == [{"models": []}]
    assert values(ask(model_port, "POST", "/api/chat", {**load, "keep_alive": "10m"}))[0]["done_reason"] == "load"
    loaded = ask(model_port, "GET", "/api/ps")
    assert shapes(loaded) == shapes(old_answer(recorded("ps_loaded")))
    real = values(old_answer(recorded("ps_loaded")))[0]["models"][0]
    (entry,) = values(loaded)[0]["models"]
    assert (entry["name"], entry["details"]) == (real["name"], real["details"])
    assert entry["size"] == real["size"], "weights and context cache, as a real Ollama counts them"


def test_both_names_share_one_runner(model_port: int) -> None:
    ask(model_port, "POST", "/api/generate", {"model": "smollm2:135m", "keep_alive": 0})
    ask(model_port, "POST", "/api/generate", {"model": "smollm2:135m"})
    ask(model_port, "POST", "/api/generate", {"model": "smollm2:terse"})
    assert [entry["name"] for entry in values(ask(model_port, "GET", "/api/ps"))[0]["models"]] == ["smollm2:135m"]


def test_show_reads_the_model_file(model_port: int) -> None:
    old = values(old_answer(recorded("show")))[0]
    new = values(ask(model_port, "POST", "/api/show", {"model": "smollm2:135m"}))[0]
    assert list(new) == list(old)
    assert new["model_info"].keys() <= old["model_info"].keys() | {"general.source.url"}
    shared = {key: value for key, value in old["model_info"].items() if key in new["model_info"]}
    # 32-bit floats are printed with other digits
    assert new["model_info"] == {key: pytest.approx(v) if isinstance(v, float) else v for key, v in shared.items()}
    assert new["capabilities"] == old["capabilities"]
    assert sorted(tensor["name"] for tensor in new["tensors"]) == sorted(tensor["name"] for tensor in old["tensors"])


def test_a_pull_fails_as_ollama_fails(model_port: int) -> None:
    answer = ask(model_port, "POST", "/api/pull", {"model": "llama3"})
    old = old_answer(recorded("pull_manifest_missing"))
    assert (answer.status, answer.content_type, shapes(answer)) == (200, old.content_type, shapes(old))
    assert values(answer)[1]["error"].startswith("pull model manifest: ")
    assert ask(model_port, "POST", "/api/pull", {"model": "llama3", "stream": False}).status == 500


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_stops_the_model(model_port: int, *, stream: bool) -> None:
    """As in chat_after_disconnect: the slots are free at once, or these short questions would wait for long stories."""
    story = {"model": "smollm2:135m", "messages": [{"role": "user", "content": "Tell a long story."}], "stream": stream}
    story["options"] = {"num_predict": 1800, "temperature": 0, "stop": []}
    ask(model_port, "POST", "/api/chat", {"model": "smollm2:135m", "messages": []})
    data = json.dumps(story).encode()
    for _ in range(4):
        with socket.create_connection(("127.0.0.1", model_port), 60) as connection:
            head = f"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n\r\n"
            connection.sendall(head.encode() + data)
            if stream:
                assert connection.recv(4096)
    started = time.monotonic()
    short = {**story, "options": {"num_predict": 1}, "stream": False}
    assert ask(model_port, "POST", "/api/chat", short).status == 200
    alone = time.monotonic() - started
    # four stories of 1,800 tokens on two slots: more than half a minute if one of them went on
    assert alone < 15


def test_tools_are_offered_and_calls_come_back_parsed(model_port: int) -> None:
    capture = recorded("chat_tools_nostream")
    (new,) = values(new_answer(capture, model_port))
    assert list(new)[:4] == ["model", "created_at", "message", "done"]
    if "tool_calls" in new["message"]:  # the small model decides
        assert shape(new["message"]) == shape(values(old_answer(capture))[0]["message"])


def test_durations_fit_into_the_whole(model_port: int) -> None:
    (answer,) = values(new_answer(recorded("chat_nostream"), model_port))
    parts = answer["load_duration"] + answer["prompt_eval_duration"] + answer["eval_duration"]
    assert 0 < parts <= answer["total_duration"] * 1.05
    assert answer["eval_count"] == 40
