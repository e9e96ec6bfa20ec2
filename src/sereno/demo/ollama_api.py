"""Ollama's own API: /api/…, in the shapes of a real Ollama 0.24 (tests compare with recorded traffic)."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sereno.demo import options
from sereno.demo.answers import NDJSON, ApiError, line, reply, rfc3339
from sereno.demo.catalogue import CONTEXT, MODELS, Catalogue, Model
from sereno.demo.completion import Wish
from sereno.demo.embedding import embedded, unit
from sereno.demo.ollama_lines import (
    as_lines,
    chat_lines,
    collected,
    generate_lines,
    join_chat,
    join_generate,
    turns,
)
from sereno.demo.prompts import Turn, chatml
from sereno.demo.requests import Stream, begun, body, mistyped, unless_gone, wanted
from sereno.demo.residence import Residence, keep_alive

VERSION = "0.24.0"
"""The Ollama whose shapes are spoken."""
_TRY_PULLING = 'model "{}" not found, try pulling it first'


class OllamaApi:
    """The routes below /api.

    Args:
        catalogue: the offered models.
        residence: the loaded ones.
    """

    def __init__(self, catalogue: Catalogue, residence: Residence) -> None:
        self._catalogue = catalogue
        self._residence = residence

    async def version(self, _request: Request) -> Response:
        """GET /api/version."""
        return reply({"version": VERSION}, "ollama")

    async def tags(self, _request: Request) -> Response:
        """GET /api/tags: the offered models."""
        return reply({"models": [self._catalogue.tag(model) for model in MODELS]}, "ollama")

    async def show(self, request: Request) -> Response:
        """POST /api/show: what the model's file says."""
        asked = await body(request)
        return reply(self._catalogue.show(wanted(self._catalogue, asked.get("model") or asked.get("name"))), "ollama")

    async def ps(self, _request: Request) -> Response:
        """GET /api/ps: the loaded model."""
        home, loaded = self._residence, []
        if home.model is not None and home.expires_ns is not None:
            tag = self._catalogue.tag(home.model)
            del tag["modified_at"]
            tag["size"] = home.weight_bytes + self._cache_bytes()
            details = tag.pop("details")
            digest = tag.pop("digest")
            loaded.append({
                **tag, "digest": digest, "details": details, "expires_at": rfc3339(home.expires_ns),
                "size_vram": 0, "context_length": CONTEXT,
            })  # fmt: skip
        return reply({"models": loaded}, "ollama")

    async def pull(self, request: Request) -> Response:
        """POST /api/pull: what is here is up to date, anything else cannot be had."""
        asked = await body(request)
        name = asked.get("model") or asked.get("name")
        if not isinstance(name, str) or not name:
            raise ApiError(400, "model is required")
        names = ", ".join(model.name for model in MODELS)
        error = f"pull model manifest: this demo server has no registry; it carries {names}"
        known = self._catalogue.find(name) is not None
        if asked.get("stream") is False:
            return reply({"status": "success"}, "ollama") if known else reply({"error": error}, "ollama", 500)
        last = {"status": "success"} if known else {"error": error}

        async def lines() -> AsyncGenerator[bytes, None]:
            yield line({"status": "pulling manifest"})
            yield line(last)

        return Stream(lines(), NDJSON)

    async def chat(self, request: Request) -> Response:
        """POST /api/chat."""
        started = time.monotonic_ns()
        asked = await body(request)
        messages = asked.get("messages") or []
        if not isinstance(messages, list):
            raise mistyped(messages, "ChatRequest.messages", "[]api.Message")
        model = wanted(self._catalogue, asked.get("model"))
        if asked.get("think"):
            raise ApiError(400, f'"{asked["model"]}" does not support thinking')
        if not messages:
            return await self._load(request, model, asked, {"message": {"role": "assistant", "content": ""}})
        tools = asked.get("tools") or []
        wish = Wish(
            model,
            turns(messages),
            tuple(tools) if isinstance(tools, list) else (),
            **self._common(asked),
        )
        source = chat_lines(self._residence, asked["model"], wish, started)
        return await self._send(request, source, asked, join_chat)

    async def generate(self, request: Request) -> Response:
        """POST /api/generate."""
        started = time.monotonic_ns()
        asked = await body(request)
        model = wanted(self._catalogue, asked.get("model"))
        prompt, system = asked.get("prompt") or "", asked.get("system")
        if not isinstance(prompt, str):
            raise mistyped(prompt, "GenerateRequest.prompt", "string")
        if asked.get("suffix"):
            raise ApiError(400, f"{asked['model']} does not support insert")
        if asked.get("think"):
            raise ApiError(400, f'"{asked["model"]}" does not support thinking')
        raw, before = bool(asked.get("raw")), asked.get("context") or []
        if raw and (system or asked.get("template") or before):
            raise ApiError(400, "raw mode does not support template, system, or context")
        if asked.get("template"):
            raise ApiError(400, "this demo server has one template, ChatML; leave `template` out")
        if not prompt:
            return await self._load(request, model, asked, {"response": ""})
        if not isinstance(before, list) or not all(isinstance(token, int) for token in before):
            raise mistyped(before, "GenerateRequest.context", "[]int")
        text = prompt if raw else chatml([Turn("user", prompt)], system or ("" if before else model.system))
        wish = Wish(model, text=text, before=tuple(before), **self._common(asked))
        source = generate_lines(self._residence, asked["model"], wish, started, with_context=not raw)
        return await self._send(request, source, asked, join_generate)

    async def embed(self, request: Request) -> Response:
        """POST /api/embed: normalised vectors, single precision."""
        started = time.monotonic_ns()
        asked = await body(request)
        texts = asked.get("input")
        texts = [texts] if isinstance(texts, str) else texts
        if texts is not None and not (isinstance(texts, list) and all(isinstance(text, str) for text in texts)):
            raise ApiError(400, "invalid input type")
        model = wanted(self._catalogue, asked.get("model"), _TRY_PULLING)
        if not texts:
            return reply({"model": asked["model"], "embeddings": []}, "ollama")
        keep, refuse = keep_alive(asked.get("keep_alive")), asked.get("truncate") is False
        vectors, count, load = await unless_gone(
            request, embedded(self._residence, model, texts, keep, refuse=refuse, started=started)
        )
        return reply(
            {
                "model": asked["model"],
                "embeddings": unit(vectors, asked.get("dimensions")),
                "total_duration": time.monotonic_ns() - started,
                "load_duration": load,
                "prompt_eval_count": count,
            },
            "ollama",
        )

    async def embeddings(self, request: Request) -> Response:
        """POST /api/embeddings, the older form: one vector as the model made it, no counts."""
        started = time.monotonic_ns()
        asked = await body(request)
        model = wanted(self._catalogue, asked.get("model"), _TRY_PULLING)
        prompt = asked.get("prompt") or ""
        if not isinstance(prompt, str):
            raise ApiError(400, "invalid input type")
        if not prompt:
            return reply({"embedding": []}, "ollama")
        keep = keep_alive(asked.get("keep_alive"))
        vectors, _, _ = await unless_gone(
            request, embedded(self._residence, model, [prompt], keep, refuse=False, started=started)
        )
        return reply({"embedding": vectors[0]}, "ollama")

    def _cache_bytes(self) -> int:
        # Keys and values in half precision: 2 numbers × 2 bytes × layers × KV width × context.
        info = self._catalogue.header.metadata
        width = (
            info["llama.embedding_length"] // info["llama.attention.head_count"] * info["llama.attention.head_count_kv"]
        )
        return int(4 * info["llama.block_count"] * width * CONTEXT)

    def _common(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "options": options.checked(asked.get("options")),
            "schema": options.schema(asked.get("format")),
            "keep": keep_alive(asked.get("keep_alive")),
            "truncate": asked.get("truncate") is not False,
        }

    async def _load(self, request: Request, model: Model, asked: dict[str, Any], empty: dict[str, Any]) -> Response:
        keep = keep_alive(asked.get("keep_alive"))
        if keep == 0:
            await self._residence.unload()
        else:
            await unless_gone(request, self._loaded(model, keep))
        reason = "load" if keep else "unload"
        head = {"model": asked["model"], "created_at": rfc3339(time.time_ns())}
        return reply({**head, **empty, "done": True, "done_reason": reason}, "ollama")

    async def _loaded(self, model: Model, keep: float) -> None:
        async with self._residence.use(model, keep):
            pass

    async def _send(
        self, request: Request, source: AsyncGenerator[dict[str, Any], None], asked: dict[str, Any], join: Any
    ) -> Response:
        if asked.get("stream") is False:
            return reply(join(await unless_gone(request, collected(source))), "ollama")
        return Stream(await begun(request, as_lines(source)), NDJSON)
