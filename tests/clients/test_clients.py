"""Unchanged clients through the gateway: they get what the model server gives, and each call is recorded as seen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import ollama
import openai
import pytest

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def ollama_client(stack: Any) -> ollama.Client:
    return ollama.Client(host=stack.url, trust_env=False)


def openai_client(stack: Any) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{stack.url}/v1", api_key="ollama", http_client=openai.DefaultHttpxClient(trust_env=False)
    )


def test_ollama_chat(stack: Any, word: Callable[[], str]) -> None:
    text = word()
    answer = ollama_client(stack).chat(
        model=stack.model, messages=[{"role": "user", "content": f"Say {text}."}], options={"num_predict": 6}
    )
    (call,) = stack.calls(text)
    assert (call["input_tokens"], call["output_tokens"]) == (answer.prompt_eval_count, answer.eval_count)
    assert (call["operation"], call["status"], call["stream"]) == ("chat", "success", False)
    assert call["response"] == (answer.message.content or "")[:200]
    assert call["finish_reason"] == answer.done_reason


def test_ollama_chat_streamed_in_a_conversation(stack: Any, word: Callable[[], str]) -> None:
    client, text = ollama_client(stack), word()
    messages = [{"role": "user", "content": f"Remember {text}."}]
    first = list(client.chat(model=stack.model, messages=messages, stream=True, options={"num_predict": 6}))
    messages.append({"role": "assistant", "content": "".join(part.message.content or "" for part in first)})
    messages.append({"role": "user", "content": f"What was it? {text}"})
    second = list(client.chat(model=stack.model, messages=messages, stream=True, options={"num_predict": 6}))
    calls = sorted(stack.calls(text, 2), key=lambda call: str(call["timestamp"]))
    assert [call["output_tokens"] for call in calls] == [first[-1].eval_count, second[-1].eval_count]
    assert all(call["stream"] and call["ttft"] is not None and call["ttft"] <= call["latency"] for call in calls)
    assert calls[0]["session"] == calls[1]["session"] is not None


def test_ollama_generate_embed_and_lists(stack: Any, word: Callable[[], str]) -> None:
    client, text = ollama_client(stack), word()
    made = client.generate(model=stack.model, prompt=f"Say {text}.", options={"num_predict": 4})
    (call,) = stack.calls(text)
    assert (call["operation"], call["input_tokens"]) == ("text_completion", made.prompt_eval_count)
    other = word()
    embedded = client.embed(model=stack.model, input=[other, "second"])
    (call,) = stack.calls(other)
    assert (call["operation"], call["input_tokens"]) == ("embeddings", embedded.prompt_eval_count)
    assert len(embedded.embeddings) == 2
    assert stack.model in [model.model for model in client.list().models]
    assert client.show(stack.model).capabilities
    assert stack.model.split(":")[0] in str(client.ps().models[0].model)


def test_ollama_tools(stack: Any, word: Callable[[], str]) -> None:
    text = word()
    answer = ollama_client(stack).chat(
        model=stack.model,
        messages=[{"role": "user", "content": f"What is the weather in {text}?"}],
        tools=[TOOL],
        options={"num_predict": 40, "temperature": 0},
    )
    (call,) = stack.calls(text)
    assert (call["status"], call["output_tokens"]) == ("success", answer.eval_count)


def test_errors_reach_the_client_as_the_model_server_words_them(stack: Any, word: Callable[[], str]) -> None:
    text = word()
    with pytest.raises(ollama.ResponseError, match="not found") as refused:
        ollama_client(stack).chat(model="no-such-model", messages=[{"role": "user", "content": text}])
    assert refused.value.status_code == 404
    (call,) = stack.calls(text)
    assert (call["status"], call["error_type"]) == ("error", "http_4xx")
    other = word()
    with pytest.raises(openai.NotFoundError, match="no-such-model"):
        openai_client(stack).chat.completions.create(
            model="no-such-model", messages=[{"role": "user", "content": other}]
        )
    assert stack.calls(other)[0]["error_type"] == "http_4xx"


def test_a_failed_pull_reaches_the_client(demo_stack: Any) -> None:
    with pytest.raises(ollama.ResponseError, match="pull model manifest"):
        list(ollama_client(demo_stack).pull("no-such-model", stream=True))


def test_openai_chat(stack: Any, word: Callable[[], str]) -> None:
    text = word()
    answer = openai_client(stack).chat.completions.create(
        model=stack.model, messages=[{"role": "user", "content": f"Say {text}."}], max_tokens=6
    )
    (call,) = stack.calls(text)
    assert answer.usage is not None
    assert (call["input_tokens"], call["output_tokens"]) == (answer.usage.prompt_tokens, answer.usage.completion_tokens)
    assert call["response"] == (answer.choices[0].message.content or "")[:200]


def test_openai_stream_with_usage(stack: Any, word: Callable[[], str]) -> None:
    text = word()
    parts = list(
        openai_client(stack).chat.completions.create(
            model=stack.model,
            messages=[{"role": "user", "content": f"Say {text}."}],
            max_tokens=6,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    usage = parts[-1].usage
    assert usage is not None
    (call,) = stack.calls(text)
    assert (call["input_tokens"], call["output_tokens"], call["stream"]) == (
        usage.prompt_tokens, usage.completion_tokens, True,
    )  # fmt: skip
    assert call["response"] == "".join(p.choices[0].delta.content or "" for p in parts if p.choices)[:200]


def test_openai_embeddings_and_models(stack: Any, word: Callable[[], str]) -> None:
    client, text = openai_client(stack), word()
    answer = client.embeddings.create(model=stack.model, input=[text])
    (call,) = stack.calls(text)
    assert (call["operation"], call["input_tokens"]) == ("embeddings", answer.usage.prompt_tokens)
    assert stack.model in [model.id for model in client.models.list()]


def test_curl(stack: Any, word: Callable[[], str]) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not on PATH")
    text = word()
    body = {"model": stack.model, "messages": [{"role": "user", "content": text}], "options": {"num_predict": 3}}
    command = [curl, "-sN", "--noproxy", "*", f"{stack.url}/api/chat", "-d", json.dumps(body)]
    lines = [json.loads(line) for line in subprocess.check_output(command, timeout=60).splitlines()]
    assert lines[-1]["done"] is True
    (call,) = stack.calls(text)
    assert call["output_tokens"] == lines[-1]["eval_count"]


@pytest.mark.real_ollama
def test_ollama_command_line(ollama_stack: Any) -> None:
    program = shutil.which("ollama")
    if program is None:
        pytest.skip("ollama is not on PATH")
    environment = {**os.environ, "OLLAMA_HOST": ollama_stack.url}
    listed = subprocess.check_output([program, "list"], env=environment, timeout=60, text=True)
    assert ollama_stack.model in listed
