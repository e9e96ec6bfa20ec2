"""How each API is asked to narrate, and how its stream is read: Ollama, OpenAI-compatible, Anthropic. No I/O.

Ollama: docs/api.md of its repository. OpenAI: the Chat Completions reference. Anthropic: the Messages reference.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sereno.errors import ModelError
from sereno.explain.narrate.chat import Usage
from sereno.explain.narrate.prompt import Prompt

Api = Literal["ollama", "openai", "anthropic"]
Read = tuple[str, Usage | None, bool]
"""What a line of the stream says: more text, the usage (None where it says none), whether the answer ended."""
TEMPERATURE = 0.2
"""Facts are retold, not invented."""
PATHS: Mapping[Api, str] = {"ollama": "/api/chat", "openai": "/v1/chat/completions", "anthropic": "/v1/messages"}


def headers(api: Api, key: str) -> dict[str, str]:
    """The headers of an API, its key among them."""
    if api == "anthropic":
        return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})
    return {"authorization": f"Bearer {key}"} if key else {}


def request(api: Api, prompt: Prompt, model: str, max_tokens: int, temperature: float = TEMPERATURE) -> dict[str, Any]:
    """The body that asks for a streamed answer; without instructions there is no system message."""
    system = [{"role": "system", "content": prompt.system}] if prompt.system else []
    match api:
        case "ollama":
            user: dict[str, Any] = {"role": "user", "content": prompt.user}
            if prompt.image is not None:
                user["images"] = [b64encode(prompt.image.data).decode()]
            options = {"num_predict": max_tokens, "temperature": temperature}
            messages = [*system, user]
            return {"model": model, "messages": messages, "stream": True, "options": options}
        case "openai":
            messages = [*system, {"role": "user", "content": _openai_parts(prompt)}]
            usage = {"include_usage": True}
            return {
                "model": model, "messages": messages, "stream": True, "stream_options": usage,
                "max_tokens": max_tokens, "temperature": temperature,
            }  # fmt: skip
        case "anthropic":
            messages = [{"role": "user", "content": _anthropic_parts(prompt)}]
            return {
                "model": model, **({"system": prompt.system} if prompt.system else {}), "messages": messages,
                "stream": True, "max_tokens": max_tokens, "temperature": temperature,
            }  # fmt: skip


def read_line(api: Api, line: bytes) -> Read:
    """What a line of a stream says.

    Args:
        api: whose stream.
        line: a line of NDJSON (Ollama), the data of a server-sent event (the others).

    Raises:
        ModelError: the server says that it failed, or the line is no JSON object.
    """
    if line == b"[DONE]":
        return "", None, True
    try:
        said = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ModelError("invalid", f"the model server sent a line that is no JSON object: {_shown(line)}")
    if said.get("error"):
        raise ModelError("failed", f"the model server failed: {_error(said['error'])}")
    match api:
        case "ollama":
            return _ollama(said)
        case "openai":
            return _openai(said)
        case "anthropic":
            return _anthropic(said)


def _ollama(said: Mapping[str, Any]) -> Read:
    done = said.get("done") is True
    usage = Usage(_whole(said.get("prompt_eval_count")), _whole(said.get("eval_count"))) if done else None
    return _text(_of(said, "message", "content")), usage, done


def _openai(said: Mapping[str, Any]) -> Read:
    choices = said.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    given = said.get("usage")
    usage = None
    if isinstance(given, dict):
        usage = Usage(_whole(given.get("prompt_tokens")), _whole(given.get("completion_tokens")))
    return _text(_of(choice, "delta", "content")), usage, False


def _anthropic(said: Mapping[str, Any]) -> Read:
    match said.get("type"):
        case "content_block_delta":
            return _text(_of(said, "delta", "text")), None, False
        case "message_delta":
            return "", Usage(None, _whole(_of(said, "usage", "output_tokens"))), False
        case "message_stop":
            return "", None, True
        case _:
            return "", None, False


def _openai_parts(prompt: Prompt) -> Any:
    if prompt.image is None:
        return prompt.user
    url = f"data:{prompt.image.media};base64,{b64encode(prompt.image.data).decode()}"
    return [{"type": "text", "text": prompt.user}, {"type": "image_url", "image_url": {"url": url}}]


def _anthropic_parts(prompt: Prompt) -> Any:
    if prompt.image is None:
        return prompt.user
    data = b64encode(prompt.image.data).decode()
    source = {"type": "base64", "media_type": prompt.image.media, "data": data}
    return [{"type": "image", "source": source}, {"type": "text", "text": prompt.user}]


def error_text(body: bytes) -> str:
    """The sentence in the body of a refusal, as far as one is to be found."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _shown(body)
    return _error(said.get("error", said)) if isinstance(said, dict) else _shown(body)


def _error(error: Any) -> str:
    message = error.get("message", error) if isinstance(error, dict) else error
    return " ".join(str(message).split())[:300]


def _shown(data: bytes) -> str:
    text = " ".join(data[:300].decode("utf-8", "replace").split())
    return repr(text[:120])


def _of(value: Mapping[str, Any], *path: str) -> Any:
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
