"""More unchanged clients: each call is recorded once, with the figures that the client itself was given."""

from __future__ import annotations

import base64
import concurrent.futures
import hashlib
import json
import os
import shutil
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import httpx
import ollama
import openai
import pytest

SECONDS = 120


def claude(stack: Any) -> anthropic.Anthropic:
    transport = anthropic.DefaultHttpxClient(trust_env=False)
    return anthropic.Anthropic(base_url=stack.url, api_key="ollama", http_client=transport, max_retries=0)


def gpt(stack: Any) -> openai.OpenAI:
    transport = openai.DefaultHttpxClient(trust_env=False)
    return openai.OpenAI(base_url=f"{stack.url}/v1", api_key="ollama", http_client=transport, max_retries=0)


def only(stack: Any, text: str) -> dict[str, Any]:
    """The one record of a prompt, once it is there; a second one would be a fault."""
    found = stack.calls(text)
    assert len(found) == 1, found
    call: dict[str, Any] = found[0]
    return call


def of_user(stack: Any, user: str, wanted: int) -> list[dict[str, Any]]:
    """The calls of a user, oldest first, once there are so many."""
    deadline = time.monotonic() + 20
    query = {"user": user, "order": "oldest"}
    while True:
        found: list[dict[str, Any]] = httpx.get(f"{stack.url}/analytics/messages", params=query, timeout=10).json()
        if len(found) >= wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def picture() -> bytes:
    """A PNG of one red pixel (PNG, W3C, §5 and §11)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


@pytest.mark.real_ollama
def test_anthropic_message(ollama_stack: Any, word: Callable[[], str]) -> None:
    text = word()
    answer = claude(ollama_stack).messages.create(
        model=ollama_stack.model, max_tokens=6, messages=[{"role": "user", "content": f"Say {text}."}]
    )
    call = only(ollama_stack, text)
    assert (call["input_tokens"], call["output_tokens"]) == (answer.usage.input_tokens, answer.usage.output_tokens)
    assert (call["operation"], call["status"], call["stream"]) == ("chat", "success", False)
    assert call["model"] == ollama_stack.model
    assert call["response"] == "".join(part.text for part in answer.content if part.type == "text")[:200]


@pytest.mark.real_ollama
def test_anthropic_stream(ollama_stack: Any, word: Callable[[], str]) -> None:
    text = word()
    with claude(ollama_stack).messages.stream(
        model=ollama_stack.model, max_tokens=6, messages=[{"role": "user", "content": f"Say {text}."}]
    ) as stream:
        heard = "".join(stream.text_stream)
        usage = stream.get_final_message().usage
    call = only(ollama_stack, text)
    assert (call["input_tokens"], call["output_tokens"]) == (usage.input_tokens, usage.output_tokens)
    assert (call["operation"], call["status"], call["stream"]) == ("chat", "success", True)
    assert call["response"] == heard[:200]
    assert 0 <= call["ttft"] <= call["latency"]


@pytest.mark.real_ollama
def test_anthropic_tools(ollama_stack: Any, word: Callable[[], str]) -> None:
    text = word()
    answer = claude(ollama_stack).messages.create(
        model=ollama_stack.model,
        max_tokens=24,
        messages=[{"role": "user", "content": f"What is the weather in {text}?"}],
        tools=[{
            "name": "get_weather",
            "description": "Get the weather of a city",
            "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        }],
    )  # fmt: skip
    call = only(ollama_stack, text)
    assert (call["status"], call["output_tokens"]) == ("success", answer.usage.output_tokens)


@pytest.mark.real_ollama
def test_anthropic_error(ollama_stack: Any, word: Callable[[], str]) -> None:
    text = word()
    with pytest.raises(anthropic.NotFoundError):
        claude(ollama_stack).messages.create(
            model="no-such-model", max_tokens=6, messages=[{"role": "user", "content": text}]
        )
    call = only(ollama_stack, text)
    assert (call["status"], call["error_type"], call["operation"]) == ("error", "http_4xx", "chat")


@pytest.mark.real_ollama
def test_openai_response(ollama_stack: Any, word: Callable[[], str]) -> None:
    text = word()
    answer = gpt(ollama_stack).responses.create(model=ollama_stack.model, input=f"Say {text}.", max_output_tokens=6)
    assert answer.usage is not None
    call = only(ollama_stack, text)
    assert (call["input_tokens"], call["output_tokens"]) == (answer.usage.input_tokens, answer.usage.output_tokens)
    assert (call["operation"], call["status"], call["stream"]) == ("chat", "success", False)
    assert call["response"] == answer.output_text[:200]


@pytest.mark.real_ollama
def test_openai_response_stream(ollama_stack: Any, word: Callable[[], str]) -> None:
    text = word()
    events = list(
        gpt(ollama_stack).responses.create(
            model=ollama_stack.model, input=f"Say {text}.", max_output_tokens=6, stream=True
        )
    )
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.usage is not None
    call = only(ollama_stack, text)
    usage = last.response.usage
    assert (call["input_tokens"], call["output_tokens"]) == (usage.input_tokens, usage.output_tokens)
    assert (call["operation"], call["status"], call["stream"]) == ("chat", "success", True)
    assert call["response"] == "".join(e.delta for e in events if e.type == "response.output_text.delta")[:200]


@pytest.mark.real_ollama
def test_embeddings_as_base64(ollama_stack: Any, word: Callable[[], str]) -> None:
    text = word()
    answer = gpt(ollama_stack).embeddings.create(model=ollama_stack.model, input=text, encoding_format="base64")
    raw = base64.b64decode(str(answer.data[0].embedding), validate=True)
    assert len(raw) == 4 * 576  # SmolLM2-135M's hidden size, in float32
    call = only(ollama_stack, text)
    assert (call["operation"], call["status"]) == ("embeddings", "success")
    assert call["input_tokens"] == answer.usage.prompt_tokens


@pytest.mark.real_ollama
def test_images(ollama_stack: Any, word: Callable[[], str]) -> None:
    """The small model has no eyes; what Ollama says to that is what the client gets, and the image is not stored."""
    text, image = word(), picture()
    client = ollama.Client(host=ollama_stack.url, trust_env=False)
    messages = [ollama.Message(role="user", content=text, images=[ollama.Image(value=image)])]
    try:
        given = client.chat(ollama_stack.model, messages, options={"num_predict": 4}).eval_count
        status = "success"
    except ollama.ResponseError:
        given, status = None, "error"
    call = only(ollama_stack, text)
    assert (call["operation"], call["status"], call["output_tokens"]) == ("chat", status, given)
    whole = httpx.get(f"{ollama_stack.url}/analytics/messages/{call['id']}", timeout=10)
    assert whole.json()["images"] == 1
    assert base64.b64encode(image).decode() not in whole.text


@pytest.mark.real_ollama
def test_create_copy_and_delete(ollama_stack: Any, word: Callable[[], str]) -> None:
    user, name = word(), "sereno-test-made:latest"
    client = ollama.Client(host=ollama_stack.url, trust_env=False, headers={"X-Sereno-User": user})
    steps = list(client.create(model=name, from_=ollama_stack.model, system="Be terse.", stream=True))
    assert steps[-1].status == "success"
    client.copy(name, "sereno-test-copy")
    assert "sereno-test-copy:latest" in [model.model for model in client.list().models]
    client.delete("sereno-test-copy")
    client.delete(name)
    with pytest.raises(ollama.ResponseError, match="not found"):
        client.delete(name)
    calls = of_user(ollama_stack, user, 6)
    assert [call["status"] for call in calls] == ["success"] * 5 + ["error"]
    assert {call["operation"] for call in calls} == {"other"}
    assert calls[0]["model"] == name


def test_a_client_that_leaves_stops_the_model(stack: Any, word: Callable[[], str]) -> None:
    """Were the answer not stopped, 100 000 tokens at Ollama's one place would hold up the next request for minutes."""
    text, after = word(), word()
    body = {"model": stack.model, "prompt": f"Count from 1 and never stop. {text}", "stream": True,
            "options": {"num_predict": 100_000, "num_ctx": 2048}}  # fmt: skip
    with httpx.stream("POST", f"{stack.url}/api/generate", json=body, timeout=SECONDS) as answer:
        lines = answer.iter_lines()
        for _ in range(3):
            assert json.loads(next(lines))["done"] is False
    client = ollama.Client(host=stack.url, trust_env=False, timeout=SECONDS)
    client.generate(model=stack.model, prompt=after, options={"num_predict": 2})
    assert only(stack, after)["status"] == "success"
    call = only(stack, text)
    assert (call["status"], call["error_type"], call["stream"]) == ("aborted", "client_closed", True)
    assert call["response"]


def test_two_clients_at_once(stack: Any, word: Callable[[], str]) -> None:
    words = [word() for _ in range(4)]
    clients = [ollama.Client(host=stack.url, trust_env=False, timeout=SECONDS) for _ in range(2)]

    def ask(number: int) -> tuple[str | None, int | None, int | None]:
        made = clients[number % 2].generate(
            model=stack.model, prompt=f"{words[number]} " * (number + 1), options={"num_predict": number + 2}
        )
        return made.response, made.prompt_eval_count, made.eval_count

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, range(4)))
    for text, answer in zip(words, answers, strict=True):
        call = only(stack, text)
        assert (call["response"], call["input_tokens"], call["output_tokens"]) == ((answer[0] or "")[:200], *answer[1:])


def test_one_connection_for_several_calls(stack: Any, word: Callable[[], str]) -> None:
    opened: list[str] = []

    def trace(event: str, _details: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            opened.append(event)

    words = [word() for _ in range(3)]
    with httpx.Client(base_url=stack.url, trust_env=False, timeout=SECONDS) as client:
        for number, text in enumerate(words):
            body = {"model": stack.model, "prompt": text, "stream": number % 2 == 0, "options": {"num_predict": 2}}
            got = client.post("/api/generate", json=body, extensions={"trace": trace}).text.splitlines()
            call = only(stack, text)
            assert call["output_tokens"] == json.loads(got[-1])["eval_count"]
            assert call["stream"] is (number % 2 == 0)
    assert len(opened) == 1


def curl(*arguments: str) -> bytes:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not on PATH")
    return subprocess.check_output([program, "-sSN", "--noproxy", "*", *arguments], timeout=SECONDS)


@pytest.mark.parametrize(
    "extra",
    [("--compressed",), ("-0",), ("-H", "Transfer-Encoding: chunked"), ("-H", "Expect: 100-continue")],
    ids=["accept-encoding", "http-1.0", "chunked-upload", "expect"],
)
def test_curl_in_other_manners(stack: Any, word: Callable[[], str], extra: tuple[str, ...]) -> None:
    text = word()
    body = {"model": stack.model, "messages": [{"role": "user", "content": text}], "options": {"num_predict": 3}}
    lines = curl(*extra, f"{stack.url}/api/chat", "-d", json.dumps(body)).splitlines()
    last = json.loads(lines[-1])
    assert last["done"] is True
    call = only(stack, text)
    assert (call["input_tokens"], call["output_tokens"]) == (last["prompt_eval_count"], last["eval_count"])
    assert (call["operation"], call["status"], call["stream"]) == ("chat", "success", True)
    spoken = "".join(json.loads(line)["message"]["content"] for line in lines)
    assert call["response"] == spoken[:200]


@pytest.fixture
def blob(tmp_path: Path) -> tuple[Path, str]:
    """A file of 1 MiB that no model server has, and its digest."""
    data = os.urandom(2**20)  # new each time: a server that knows the blob answers 200 instead of 201
    path = tmp_path / "blob"
    path.write_bytes(data)
    return path, "sha256:" + hashlib.sha256(data).hexdigest()


@pytest.mark.real_ollama
@pytest.mark.parametrize(
    "extra", [("-H", "Expect: 100-continue"), ("-H", "Transfer-Encoding: chunked")], ids=["expect", "chunked"]
)
def test_curl_uploads_a_blob(
    ollama_stack: Any, word: Callable[[], str], blob: tuple[Path, str], extra: tuple[str, ...]
) -> None:
    path, digest = blob
    user, url = word(), f"{ollama_stack.url}/api/blobs/{digest}"
    shown = curl(*extra, "-H", f"X-Sereno-User: {user}", "-w", "%{http_code}", "-X", "POST", "-T", str(path), url)
    assert shown == b"201"
    assert httpx.head(url, timeout=10).status_code == 200  # Ollama itself found the digest to be that of what came
    (call,) = of_user(ollama_stack, user, 1)
    assert (call["operation"], call["status"]) == ("other", "success")
    whole = httpx.get(f"{ollama_stack.url}/analytics/messages/{call['id']}", timeout=10).json()
    assert whole["request_bytes"] == path.stat().st_size
