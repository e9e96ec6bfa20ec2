"""OpenAI's API as a real Ollama 0.24 speaks it: /v1/… (tests compare with recorded traffic)."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec
import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from sereno.demo import options
from sereno.demo.answers import DONE, SSE, ApiError, encode, event, reply
from sereno.demo.catalogue import MODELS, Catalogue
from sereno.demo.completion import Ready, Wish, answer
from sereno.demo.embedding import embedded, unit
from sereno.demo.engine import Finish, Piece
from sereno.demo.prompts import Turn, chatml, tool_calls
from sereno.demo.requests import Stream, begun, body, unless_gone, wanted
from sereno.demo.residence import DEFAULT_KEEP_ALIVE, Residence
from sereno.errors import UpstreamError

FINGERPRINT = "fp_ollama"
_OPTIONS = {
    "temperature": "temperature", "top_p": "top_p", "seed": "seed", "stop": "stop", "max_tokens": "num_predict",
    "max_completion_tokens": "num_predict", "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}  # fmt: skip


class OpenAIApi:
    """The routes below /v1.

    Args:
        catalogue: the offered models.
        residence: the loaded ones.
    """

    def __init__(self, catalogue: Catalogue, residence: Residence) -> None:
        self._catalogue = catalogue
        self._residence = residence

    async def models(self, _request: Request) -> Response:
        """GET /v1/models."""
        return reply({"object": "list", "data": [self._model(model.name) for model in MODELS]}, "openai")

    async def model(self, request: Request) -> Response:
        """GET /v1/models/NAME."""
        name = request.path_params["name"]
        return reply(self._model(wanted(self._catalogue, name).name), "openai")

    async def chat(self, request: Request) -> Response:
        """POST /v1/chat/completions."""
        started = time.monotonic_ns()
        asked = await body(request)
        messages = asked.get("messages")
        if not isinstance(messages, list) or not messages:
            raise ApiError(400, "[] is too short - 'messages'")
        model = wanted(self._catalogue, asked.get("model"))
        tools = asked.get("tools") or []
        wish = Wish(
            model,
            tuple(_turn(message) for message in messages),
            tuple(tools) if isinstance(tools, list) else (),
            options=_options(asked),
            schema=_schema(asked.get("response_format")),
        )
        identity = f"chatcmpl-{secrets.randbelow(1000)}"
        if asked.get("stream") is True:
            return Stream(await begun(request, self._chat_events(identity, asked, wish, started)), SSE)
        text, finish = await unless_gone(request, self._whole(wish, started))
        taken = tool_calls(text) if wish.tools else None
        message: dict[str, Any] = {"role": "assistant", "content": taken.text if taken else text}
        reason: str = finish.reason
        if taken and taken.calls:
            message["tool_calls"] = _calls(taken.calls)
            reason = "tool_calls"
        head = _head(identity, "chat.completion", asked["model"])
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return reply({**head, "choices": [choice], "usage": _usage(finish)}, "openai")

    async def completions(self, request: Request) -> Response:
        """POST /v1/completions; as in Ollama the prompt goes through the model's template."""
        started = time.monotonic_ns()
        asked = await body(request)
        model = wanted(self._catalogue, asked.get("model"))
        prompt = asked.get("prompt")
        if not isinstance(prompt, str):
            raise ApiError(400, "prompt must be a string")
        text = chatml([Turn("user", prompt)], model.system)
        wish = Wish(model, text=text, options=_options(asked))
        identity = f"cmpl-{secrets.randbelow(1000)}"
        if asked.get("stream") is True:
            return Stream(await begun(request, self._completion_events(identity, asked, wish, started)), SSE)
        answered, finish = await unless_gone(request, self._whole(wish, started))
        head = _head(identity, "text_completion", asked["model"])
        choice = {"text": answered, "index": 0, "finish_reason": finish.reason}
        return reply({**head, "choices": [choice], "usage": _usage(finish)}, "openai")

    async def embeddings(self, request: Request) -> Response:
        """POST /v1/embeddings, as floats or base64 of little-endian single precision."""
        started = time.monotonic_ns()
        asked = await body(request)
        texts = asked.get("input")
        texts = [texts] if isinstance(texts, str) else texts
        if not (isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)):
            raise ApiError(400, "invalid input")
        model = wanted(self._catalogue, asked.get("model"), 'model "{}" not found, try pulling it first')
        work = embedded(self._residence, model, texts, DEFAULT_KEEP_ALIVE, refuse=False, started=started)
        vectors, count, _ = await unless_gone(request, work)
        rows: Sequence[Any] = unit(vectors, asked.get("dimensions"))
        if asked.get("encoding_format") == "base64":
            rows = [base64.b64encode(np.asarray(row, "<f4").tobytes()).decode() for row in rows]
        data = [{"object": "embedding", "embedding": row, "index": index} for index, row in enumerate(rows)]
        usage = {"prompt_tokens": count, "total_tokens": count}
        return reply({"object": "list", "data": data, "model": asked["model"], "usage": usage}, "openai")

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._catalogue.created(), "owned_by": "library"}

    async def _whole(self, wish: Wish, started: int) -> tuple[str, Finish]:
        text: list[str] = []
        async with aclosing(answer(self._residence, wish, started)) as parts:
            async for part in parts:
                if isinstance(part, Piece):
                    text.append(part.text)
                elif isinstance(part, Finish):
                    return "".join(text), part
        raise UpstreamError("the model's engine ended without finishing")

    async def _chat_events(
        self, identity: str, asked: dict[str, Any], wish: Wish, started: int
    ) -> AsyncGenerator[bytes, None]:
        name, held = asked["model"], list[str]()

        def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
            choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": reason}
            return event({**_head(identity, "chat.completion.chunk", name), "choices": [choice]})

        async with aclosing(answer(self._residence, wish, started)) as parts:
            async for part in parts:
                if isinstance(part, Ready):
                    continue
                if isinstance(part, Piece):
                    if wish.tools:
                        held.append(part.text)
                    else:
                        yield chunk({"content": part.text})
                    continue
                taken = tool_calls("".join(held))
                if taken.text:
                    yield chunk({"content": taken.text})
                if taken.calls:
                    yield chunk({"content": "", "tool_calls": _calls(taken.calls)})
                last = chunk({"content": ""}, "tool_calls" if taken.calls else part.reason)
                if _wants_usage(asked):
                    usage = {**_head(identity, "chat.completion.chunk", name), "choices": [], "usage": _usage(part)}
                    last += event(usage)
                yield last + DONE

    async def _completion_events(
        self, identity: str, asked: dict[str, Any], wish: Wish, started: int
    ) -> AsyncGenerator[bytes, None]:
        counted = _wants_usage(asked)

        def chunk(choices: list[dict[str, Any]], finish: Finish | None = None) -> bytes:
            head = _head(identity, "text_completion", asked["model"])
            value = {key: head[key] for key in ("id", "object", "created")}
            value |= {"choices": choices, "model": head["model"], "system_fingerprint": FINGERPRINT}
            if counted:
                value["usage"] = _usage(finish)
            return event(value)

        async with aclosing(answer(self._residence, wish, started)) as parts:
            async for part in parts:
                if isinstance(part, Piece):
                    yield chunk([{"text": part.text, "index": 0, "finish_reason": None}])
                elif isinstance(part, Finish):
                    last = chunk([{"text": "", "index": 0, "finish_reason": part.reason}])
                    if counted:
                        last += chunk([], part)
                    yield last + DONE


def _head(identity: str, kind: str, model: str) -> dict[str, Any]:
    return {
        "id": identity,
        "object": kind,
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": FINGERPRINT,
    }


def _usage(finish: Finish | None) -> dict[str, int]:
    # With include_usage Ollama puts zeros on every event before the last one of /v1/completions.
    prompt, made = (finish.prompt_tokens, finish.tokens) if finish else (0, 0)
    return {"prompt_tokens": prompt, "completion_tokens": made, "total_tokens": prompt + made}


def _wants_usage(asked: dict[str, Any]) -> bool:
    stream_options = asked.get("stream_options")
    return isinstance(stream_options, dict) and stream_options.get("include_usage") is True


def _calls(calls: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"call_{secrets.token_hex(4)}",
            "index": index,
            "type": "function",
            "function": {"name": name, "arguments": encode(arguments).decode()},
        }
        for index, (name, arguments) in enumerate(calls)
    ]


def _options(asked: dict[str, Any]) -> dict[str, Any]:
    given = {ours: asked[theirs] for theirs, ours in _OPTIONS.items() if asked.get(theirs) is not None}
    # OpenAI's defaults, which Ollama applies on /v1.
    return options.checked({"temperature": 1.0, "top_p": 1.0, **given})


def _schema(form: Any) -> Any:
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_object":
        return {"type": "object"}
    if kind == "json_schema":
        given = form.get("json_schema")
        return given.get("schema") if isinstance(given, dict) else None
    return None


def _turn(message: Any) -> Turn:
    if not isinstance(message, dict):
        raise ApiError(400, "invalid message format")
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    if content is not None and not isinstance(content, str):
        raise ApiError(400, f"invalid message content type: {type(content).__name__}")
    calls = []
    for call in message.get("tool_calls") or ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            calls.append((str(function.get("name")), _arguments(function.get("arguments"))))
    return Turn(str(message.get("role") or "user"), content or "", tuple(calls))


def _arguments(text: Any) -> Any:
    try:
        return msgspec.json.decode(text) if isinstance(text, str) else text
    except msgspec.DecodeError:
        raise ApiError(400, "invalid tool call arguments") from None
