"""The clients of the demo: they talk to the gateway's address and know nothing of Sereno but their own name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Literal, NamedTuple

import httpx
import msgspec

from sereno.demo.script import (
    ANSWER_TOKENS,
    LEAVE_AFTER,
    LEAVER,
    LEAVER_QUESTION,
    SCENES,
    WRONG_MODEL,
    WRONG_QUESTION,
    Scene,
)

Operation = Literal["chat", "text_completion", "embeddings"]
Status = Literal["success", "error", "aborted"]
_OPERATIONS: dict[str, Operation] = {
    "ollama_chat": "chat", "openai_chat": "chat", "ollama_generate": "text_completion",
    "ollama_embed": "embeddings", "openai_embeddings": "embeddings",
}  # fmt: skip
_PATHS = {
    "ollama_chat": "/api/chat", "openai_chat": "/v1/chat/completions", "ollama_generate": "/api/generate",
    "ollama_embed": "/api/embed", "openai_embeddings": "/v1/embeddings",
}  # fmt: skip


class Sent(NamedTuple):
    """What one visitor knows of one call; token counts are those in the answer, None where it had none."""

    user: str
    operation: Operation
    status: Status
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Answer(NamedTuple):
    text: str
    sent: Sent


async def models(client: httpx.AsyncClient) -> tuple[str, str]:
    """Two models to talk to, the same one twice where only one is installed; embedding models are passed over.

    Raises:
        ValueError: None is installed.
    """
    answer = (await client.get("/api/tags")).raise_for_status().json()
    names = [str(item["name"]) for item in answer.get("models") or ()]
    writing = [name for name in names if "embed" not in name and "minilm" not in name]
    if not writing:
        raise ValueError("no model is installed; `ollama pull smollm2:135m` gets a small one")
    return writing[0], writing[min(1, len(writing) - 1)]


def planned(calls: int) -> list[Scene]:
    """The scenes for so many calls: two of them are the wrong model and the visitor who leaves, which come extra."""
    scenes: list[Scene] = []
    left = max(0, calls - 2)
    while left > 0:
        for scene in SCENES:
            turns = 1 if _OPERATIONS[scene.api] == "embeddings" else len(scene.questions)
            if left <= 0:
                break
            if turns > left:
                scene = scene._replace(questions=scene.questions[:left])  # noqa: PLW2901 - the rest of a scene is cut
                turns = left
            scenes.append(scene)
            left -= turns
    return scenes


async def play(
    client: httpx.AsyncClient, names: tuple[str, str], calls: int, made: Callable[[Sent], None]
) -> list[Sent]:
    """Make the calls, two visitors at a time.

    Args:
        client: for the gateway's address.
        names: the models.
        calls: how many; at least 2.
        made: told of each call when it is over.
    """
    sent: list[Sent] = []

    def note(one: Sent) -> None:
        sent.append(one)
        made(one)

    waiting = asyncio.Queue[Scene]()
    for scene in planned(calls):
        waiting.put_nowait(scene)

    async def visitor() -> None:
        while not waiting.empty():
            async for one in _scene(client, names, waiting.get_nowait()):
                note(one)

    note(await wrong_model(client))
    note(await leaver(client, names[0]))
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(visitor())
    return sent


async def wrong_model(client: httpx.AsyncClient) -> Sent:
    """Ask for a model that is not installed."""
    body = {"model": WRONG_MODEL, "messages": [{"role": "user", "content": WRONG_QUESTION}]}
    response = await client.post("/api/chat", json=body, headers=_who("luis"))
    return Sent("luis", "chat", "success" if response.is_success else "error")


async def leaver(client: httpx.AsyncClient, model: str) -> Sent:
    """Ask for a long story and close the connection after a few chunks."""
    body = {"model": model, "messages": [{"role": "user", "content": LEAVER_QUESTION}]}
    async with client.stream("POST", "/api/chat", json=body, headers=_who(LEAVER)) as response:
        lines = 0
        async for _ in response.aiter_lines():
            lines += 1
            if lines >= LEAVE_AFTER:
                break
    return Sent(LEAVER, "chat", "aborted")


async def _scene(client: httpx.AsyncClient, names: tuple[str, str], scene: Scene) -> AsyncIterator[Sent]:
    if _OPERATIONS[scene.api] == "embeddings":
        body = {"model": names[scene.model], "input": list(scene.questions)}
        yield (await _ask(client, scene, {**body})).sent
        return
    messages: list[dict[str, str]] = []
    for question in scene.questions:
        messages.append({"role": "user", "content": question})
        answer = await _ask(client, scene, _body(scene, names[scene.model], messages))
        messages.append({"role": "assistant", "content": answer.text})
        yield answer.sent


def _body(scene: Scene, model: str, messages: Sequence[dict[str, str]]) -> dict[str, Any]:
    if scene.api == "openai_chat":
        extra = {"stream_options": {"include_usage": True}} if scene.stream else {}
        return {"model": model, "messages": messages, "stream": scene.stream, "max_tokens": ANSWER_TOKENS, **extra}
    options = {"num_predict": ANSWER_TOKENS}
    if scene.api == "ollama_generate":
        return {"model": model, "prompt": messages[-1]["content"], "stream": scene.stream, "options": options}
    return {"model": model, "messages": messages, "stream": scene.stream, "options": options}


def _who(user: str) -> dict[str, str]:
    return {"X-Sereno-User": user, "User-Agent": "sereno-demo"}


async def _ask(client: httpx.AsyncClient, scene: Scene, body: dict[str, Any]) -> _Answer:
    operation = _OPERATIONS[scene.api]
    async with client.stream("POST", _PATHS[scene.api], json=body, headers=_who(scene.user)) as response:
        raw = await response.aread()
    if not response.is_success:
        return _Answer("", Sent(scene.user, operation, "error"))
    text, given, made = _read(scene, raw)
    return _Answer(text, Sent(scene.user, operation, "success", given, made))


def _read(scene: Scene, raw: bytes) -> tuple[str, int | None, int | None]:
    """Text, prompt tokens and answer tokens of an answer, as its own fields give them."""
    if scene.api in {"ollama_embed", "openai_embeddings"}:
        value = msgspec.json.decode(raw)
        count = value["usage"]["prompt_tokens"] if "usage" in value else value.get("prompt_eval_count")
        return "", count, None
    if scene.api == "openai_chat":
        items = [msgspec.json.decode(item) for item in _events(raw)] if scene.stream else [msgspec.json.decode(raw)]
        choices = [choice for item in items for choice in item.get("choices", ())]
        text = "".join((c.get("delta") or c.get("message") or {}).get("content") or "" for c in choices)
        usage: dict[str, int] = next((item["usage"] for item in reversed(items) if item.get("usage")), {})
        return text, usage.get("prompt_tokens"), usage.get("completion_tokens")
    lines = [msgspec.json.decode(item) for item in raw.splitlines() if item.strip()]
    text = "".join(item.get("response") or (item.get("message") or {}).get("content") or "" for item in lines)
    return text, lines[-1].get("prompt_eval_count"), lines[-1].get("eval_count")


def _events(raw: bytes) -> list[bytes]:
    return [item[6:] for item in raw.splitlines() if item.startswith(b"data: ") and item != b"data: [DONE]"]
