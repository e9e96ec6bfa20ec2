"""Asks the model: one call over OpenAI's API, which every server that Sereno stands before speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Literal

import httpx
import msgspec

from sereno.agent.memory import Turn
from sereno.agent.streamed import BrokenStreamError, Streamed
from sereno.wire.errors import message_of

COMPLETIONS = "/v1/chat/completions"
FEEDBACK = "/sereno/api/feedback"
MOST_ANSWER = 16 * 1024 * 1024
Trouble = Literal["unreachable", "timeout", "unknown_model", "refused", "failed", "invalid"]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a model answered. `seconds` from asking to the last byte; tokens None where the server did not tell."""

    text: str
    model: str
    finish_reason: str | None
    input_tokens: int | None
    output_tokens: int | None
    seconds: float


class ModelError(Exception):
    """The model gave no answer.

    Attributes:
        trouble: which kind, bounded. model: the model asked. seconds: until it was known.
    """

    def __init__(self, trouble: Trouble, sentence: str, model: str = "", seconds: float = 0.0) -> None:
        super().__init__(sentence)
        self.trouble: Trouble = trouble
        self.model = model
        self.seconds = seconds


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


class Model:
    """A client of one gateway or model server. Redirects are not followed, proxies of the environment not used.

    Args:
        url: its address, without `/v1`.
        key: Sereno key, "" for none.
        timeout: seconds that a whole answer may take.
    """

    def __init__(self, url: str, key: str, timeout: float) -> None:
        self.url = url.rstrip("/").removesuffix("/v1")
        self._timeout = timeout
        self._first = ""
        headers = {"user-agent": "sereno-agent"} | ({"x-sereno-key": key} if key else {})
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=32)
        self._client = httpx.AsyncClient(
            headers=headers, timeout=timeout, trust_env=False, follow_redirects=False, limits=limits
        )

    async def ask(
        self,
        model: str,
        turns: Sequence[Turn],
        headers: Mapping[str, str],
        *,
        max_tokens: int | None = None,
        say: Callable[[str], None] | None = None,
    ) -> Reply:
        """One answer.

        Args:
            model: its name, "" for the first that the server lists.
            turns: the conversation, the question last.
            headers: trace, user and session.
            max_tokens: longest answer, None for any.
            say: gets each piece of the answer when it arrives; without it the answer is asked for as a whole.

        Raises:
            ModelError: there is none, with a sentence that says why.
        """
        began = perf_counter()
        name = model or self._first
        try:
            if not name:
                name = self._first = await self._first_listed(headers)
            body: dict[str, object] = {"model": name, "messages": turns, "stream": say is not None}
            if max_tokens is not None:
                body["max_tokens"] = max_tokens
            if say is not None:
                return await self._stream(name, body, headers, say)
            status, raw = await self._send("POST", COMPLETIONS, headers, msgspec.json.encode(body))
            if status != 200:
                raise _refusal(status, raw, name, self.url)
            try:
                done = msgspec.json.decode(raw, type=_Completion)
                choice = done.choices[0]
            except (ValueError, RecursionError, IndexError):
                raise ModelError("invalid", f"the model server at {self.url} answered what is no completion") from None
        except ModelError as error:
            error.model, error.seconds = name, perf_counter() - began
            raise
        usage = done.usage or _Usage()
        return Reply(
            text=choice.message.content or "", model=name, finish_reason=choice.finish_reason,
            input_tokens=usage.prompt_tokens, output_tokens=usage.completion_tokens, seconds=perf_counter() - began,
        )  # fmt: skip

    async def _stream(
        self, model: str, body: dict[str, object], headers: Mapping[str, str], say: Callable[[str], None]
    ) -> Reply:
        began, answer = perf_counter(), Streamed()

        def take(piece: bytes) -> None:
            try:
                for said in answer.feed(piece):
                    say(said)
            except BrokenStreamError as error:
                raise ModelError("failed", f"the model server at {self.url} {error}") from None

        content = msgspec.json.encode({**body, "stream_options": {"include_usage": True}})
        status, raw = await self._send("POST", COMPLETIONS, headers, content, take)
        if status != 200:
            raise _refusal(status, raw, model, self.url)
        if not answer.complete:
            raise ModelError("failed", f"the model server at {self.url} stopped in the middle of its answer")
        return Reply(
            text=answer.text, model=model, finish_reason=answer.finish_reason, input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens, seconds=perf_counter() - began,
        )  # fmt: skip

    async def note(self, word: bytes) -> tuple[int, str]:
        """Tell the Sereno at the address what somebody thinks of an answer; the status, and what it says.

        Args:
            word: JSON as `POST /sereno/api/feedback` takes it.

        Raises:
            ModelError: it cannot be reached.
        """
        status, raw = await self._send("POST", FEEDBACK, {}, word)
        return status, (message_of(raw) or raw[:200].decode("utf-8", "replace"))

    async def behind_sereno(self) -> bool | None:
        """Whether a Sereno gateway answers at the address; None while nothing does."""
        try:
            status, raw = await self._send("GET", "/healthz", {}, b"")
        except ModelError:
            return None
        try:
            told = msgspec.json.decode(raw, type=dict[str, object])
        except (ValueError, RecursionError):
            return False
        return status in {200, 503} and {"keeper", "policy", "worker"} <= told.keys()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _first_listed(self, headers: Mapping[str, str]) -> str:
        status, raw = await self._send("GET", "/v1/models", headers, b"")
        if status != 200:
            raise _refusal(status, raw, "", self.url)
        try:
            return msgspec.json.decode(raw, type=_Models).data[0].id
        except (ValueError, RecursionError, IndexError):
            told = f"the model server at {self.url} lists no model: install one there, or name one with agent.model"
            raise ModelError("unknown_model", told) from None

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        take: Callable[[bytes], None] | None = None,
    ) -> tuple[int, bytes]:
        """Status and body; where it succeeds `take` gets the body instead, piece by piece."""
        kind = {"content-type": "application/json"} if body else {}
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream(method, self.url + path, headers={**headers, **kind}, content=body) as response,
            ):
                raw, size = bytearray(), 0
                async for piece in response.aiter_bytes():
                    if take is not None and response.status_code == 200:
                        take(piece)
                    else:
                        raw += piece
                    size += len(piece)
                    if size > MOST_ANSWER:
                        raise ModelError("invalid", f"the model server at {self.url} answered more than 16 MiB")
                return response.status_code, bytes(raw)
        except (TimeoutError, httpx.TimeoutException):
            told = f"the model server at {self.url} did not answer within {self._timeout:g} s (agent.timeout)"
            raise ModelError("timeout", told) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            why = (str(error) or type(error).__name__)[:200]
            raise ModelError("unreachable", f"the model server at {self.url} cannot be reached: {why}") from None


def _refusal(status: int, raw: bytes, model: str, url: str) -> ModelError:
    said = message_of(raw) or "without a word"
    if status in {502, 503, 504}:
        return ModelError("unreachable", f"the model server behind {url} gives no answer ({status}): {said}")
    if status == 404:
        return ModelError("unknown_model", f"the model server knows no model {model!r}: {said}")
    if status < 500:
        return ModelError("refused", f"the model server at {url} refused the call ({status}): {said}")
    return ModelError("failed", f"the model server at {url} failed ({status}): {said}")
