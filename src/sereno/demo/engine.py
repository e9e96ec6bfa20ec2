"""The engine: llama.cpp's own server inside this process, and what is asked of it.

`xllamacpp` opens llama-server on a free port of 127.0.0.1; text, counts and durations are read from its answers
(https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md, /completion, /tokenize, /embeddings).
A server that embeds is a second one over the same file: pooling is fixed when a model is loaded.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import httpx
import msgspec

from sereno.demo.catalogue import CONTEXT
from sereno.demo.library import library
from sereno.errors import UpstreamError

SLOTS = 2
"""Conversations answered at the same time; more wait."""


class Piece(NamedTuple):
    """Some text of the answer and the tokens it came from."""

    text: str
    tokens: tuple[int, ...] = ()


class Finish(NamedTuple):
    """The end of an answer.

    Attributes:
        reason: `stop` (end of turn or a stop text) or `length`.
        prompt_tokens: tokens of the prompt, cached ones included.
        prompt_ns: nanoseconds the engine took to read those that were not cached.
        tokens: tokens made, the stop token included.
        eval_ns: nanoseconds it took to make them.
    """

    reason: Literal["stop", "length"]
    prompt_tokens: int
    prompt_ns: int
    tokens: int
    eval_ns: int


class Engine:
    """One loaded model.

    Args:
        path: the GGUF file.
        embeds: whether it embeds texts; otherwise it writes them.
    """

    def __init__(self, path: Path, *, embeds: bool) -> None:
        self._server: Any = _open(path, embeds=embeds)
        self._client = httpx.AsyncClient(
            base_url=self._server.listening_address,
            timeout=httpx.Timeout(None),  # a long answer is no fault
            trust_env=False,
            limits=httpx.Limits(max_connections=None),
        )

    async def close(self) -> None:
        """Free the model's memory; what is still being written ends."""
        await self._client.aclose()
        last, self._server = [self._server], None
        # llama.cpp joins its threads where its last reference goes: not in the event loop's thread.
        await asyncio.to_thread(last.clear)

    async def weight_bytes(self) -> int:
        """Bytes the weights take in memory."""
        answer = await self._get("/v1/models")
        return int(answer["data"][0]["meta"]["size"])

    async def tokens(self, text: str) -> list[int]:
        """The tokens of a text; turn marks count as one."""
        answer = await self._post("/tokenize", {"content": text, "parse_special": True})
        return [int(token) for token in answer["tokens"]]

    async def embed(self, texts: Sequence[Sequence[int]]) -> list[list[float]]:
        """One mean-pooled vector of each text (given as tokens), not normalised."""
        answer = await self._post("/embeddings", {"content": [list(text) for text in texts], "embd_normalize": -1})
        return [item["embedding"][0] for item in sorted(answer, key=lambda item: item["index"])]

    async def generate(self, prompt: Sequence[int], body: Mapping[str, Any]) -> AsyncGenerator[Piece | Finish, None]:
        """Write on from a prompt. Leaving the iterator stops the model.

        Args:
            prompt: tokens.
            body: engine options, from `options.for_engine`.

        Raises:
            UpstreamError: The engine refused or broke off.
        """
        request = {**body, "prompt": list(prompt), "stream": True, "return_tokens": True, "cache_prompt": True}
        async with self._client.stream("POST", "/completion", json=request) as response:
            if response.status_code != 200:
                raise UpstreamError(_sentence(await response.aread()))
            async for text in response.aiter_lines():
                if not text.startswith("data: "):
                    if text.startswith("error: "):
                        raise UpstreamError(_sentence(text[7:].encode()))
                    continue
                part = msgspec.json.decode(text[6:])
                if "error" in part:
                    raise UpstreamError(_sentence(text[6:].encode()))
                if part["content"]:
                    yield Piece(part["content"], tuple(part.get("tokens") or ()))
                if part["stop"]:
                    yield _finish(part)
                    return
        raise UpstreamError("the model's engine ended without finishing")

    async def _get(self, path: str) -> Any:
        return self._read(await self._client.get(path))

    async def _post(self, path: str, body: Any) -> Any:
        return self._read(await self._client.post(path, json=body))

    @staticmethod
    def _read(response: httpx.Response) -> Any:
        if response.status_code != 200:
            raise UpstreamError(_sentence(response.content))
        return msgspec.json.decode(response.content)


def _open(path: Path, *, embeds: bool) -> Any:
    xllamacpp = library()
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.port = 0
    params.warmup = False
    params.verbosity = -1
    # llama.cpp's threads spin for each other: with as many as cores, anything else that runs makes all of them wait
    # (on two busy cores a call took 40 times as long as with one thread).
    threads = max(1, min((os.cpu_count() or 1) // 2, 4))
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    if embeds:
        params.embedding = True
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
        params.n_ctx = params.n_batch = params.n_ubatch = CONTEXT
        params.n_parallel = 1
    else:
        params.n_ctx = CONTEXT * SLOTS
        params.n_parallel = SLOTS
    return xllamacpp.Server(params)


def _finish(part: Mapping[str, Any]) -> Finish:
    timings = part["timings"]
    return Finish(
        "length" if part["stop_type"] == "limit" else "stop",
        int(part["tokens_evaluated"]),
        round(timings["prompt_ms"] * 1e6),
        int(part["tokens_predicted"]),
        round(timings["predicted_ms"] * 1e6),
    )


def _sentence(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body)["error"]["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return body.decode("utf-8", "replace")[:200]
