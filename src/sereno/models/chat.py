"""`ChatClient`: a model server that narrates, whichever of the three APIs it speaks.

Redirects are not followed and proxies of the environment are not used: a prompt goes to the configured address or
nowhere. Closing a stream closes its connection, so that the model stops at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from ssl import SSLContext, create_default_context
from typing import TYPE_CHECKING

import msgspec

from sereno.errors import ModelError
from sereno.explain.narrate.chat import ChatModel, Usage
from sereno.explain.narrate.prompt import Prompt
from sereno.metrics.ollama import read_openai_models, read_tags
from sereno.models.dialects import PATHS, TEMPERATURE, Api, error_text, headers, read_line, request
from sereno.models.lines import event_data, lines
from sereno.models.logprobs import Answer, read_answer, whole_request
from sereno.models.vision import multimodal, sees

if TYPE_CHECKING:
    import httpx

LIST_MOST = 8 * 1024 * 1024
_REFUSAL_MOST = 64 * 1024
_CONNECT_SECONDS = 5.0


class ChatOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how.

    Attributes:
        url: the server's address; a path such as `/v1` at its end is left out.
        api: what it speaks, None to find out.
        key: its credential, "" for none.
        idle_seconds: longest pause before and between pieces of an answer; a model may have to be loaded first.
        tls: certificates that its own must chain to; None for those of this machine.
        marks: further headers of every request, such as the mark of Sereno's own calls.
        temperature: of answers.
        vision: whether its models take pictures, None to find out.
    """

    url: str
    api: Api | None = None
    key: str = ""
    idle_seconds: float = 120.0
    tls: SSLContext | None = None
    marks: tuple[tuple[str, str], ...] = ()
    temperature: float = TEMPERATURE
    vision: bool | None = None


class ChatClient:
    """A client of one server; every method belongs to one event loop.

    Args:
        options: where and how.
    """

    def __init__(self, options: ChatOptions) -> None:
        self._options = options
        self._api = options.api
        self._url = options.url.rstrip("/").removesuffix("/v1")
        self._open: httpx.AsyncClient | None = None
        self._seeing: dict[str, bool] = {}
        self._logprobs = True

    async def stream(self, prompt: Prompt, model: str, max_tokens: int) -> AsyncGenerator[str | Usage, None]:
        """The answer in pieces, its usage last: see `explain.narrate.chat.Chat`."""
        import httpx  # noqa: PLC0415  a fifth of a second, which no start should wait for

        api = self._api or await self._find_api()
        body = msgspec.json.encode(request(api, prompt, model, max_tokens, self._options.temperature))
        usage: Usage | None = None
        try:
            async with self._client().stream(
                "POST", PATHS[api], content=body, headers=self._headers(api) | {"content-type": "application/json"}
            ) as response:
                if response.status_code != 200:
                    raise await self._refused(response, model)
                _check_media(response, api)
                pieces = response.aiter_bytes()
                ended = False
                told = lines(pieces) if api == "ollama" else event_data(pieces)
                async with aclosing(told):
                    async for line in told:
                        text, said, done = read_line(api, line)
                        usage = said or usage
                        ended = ended or done
                        if text:
                            yield text
                if not ended:
                    raise ModelError("failed", f"the model server at {self._url} cut its answer off")
        except httpx.TimeoutException as error:
            raise self._late(error) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise self._lost(error) from None
        if usage is not None:
            yield usage

    async def answer(self, prompt: Prompt, model: str, max_tokens: int) -> Answer:
        """A short answer as a whole, with the probabilities of its tokens where the server tells them.

        Raises:
            ModelError: as `stream`.
        """
        api = self._api or await self._find_api()
        try:
            return await self._answer(api, prompt, model, max_tokens, logprobs=self._logprobs)
        except ModelError as error:
            if error.trouble != "refused" or not self._logprobs:
                raise
            answer = await self._answer(api, prompt, model, max_tokens, logprobs=False)
            self._logprobs = False  # this server minds the words
            return answer

    async def _answer(self, api: Api, prompt: Prompt, model: str, max_tokens: int, *, logprobs: bool) -> Answer:
        import httpx  # noqa: PLC0415  see `stream`

        asked = whole_request(api, prompt, model, max_tokens, self._options.temperature, logprobs=logprobs)
        try:
            async with self._client().stream(
                "POST",
                PATHS[api],
                content=msgspec.json.encode(asked),
                headers=self._headers(api) | {"content-type": "application/json"},
            ) as response:
                if response.status_code != 200:
                    raise await self._refused(response, model)
                return read_answer(api, await _bounded(response.aiter_bytes(), LIST_MOST))
        except httpx.TimeoutException as error:
            raise self._late(error) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise self._lost(error) from None

    async def models(self) -> Sequence[ChatModel]:
        """What the server has: see `explain.narrate.chat.Chat`."""
        api = self._api or await self._find_api()
        try:
            return await self._listed(api)
        except ValueError as error:
            raise ModelError("invalid", f"the model server at {self._url} lists no models: {error}") from None

    async def sees(self, model: str) -> bool:
        """Whether a model takes pictures: see `explain.narrate.chat.Chat`.

        The settings say so, else the server: Ollama's `/api/show` names the capability `vision`, llama.cpp's
        `/v1/models` `multimodal`. Where neither does, the model's name tells.
        """
        if self._options.vision is not None:
            return self._options.vision
        try:
            api = self._api or await self._find_api()
            if api == "ollama":
                return await self._sees(model)
            if model not in self._seeing:
                told = await self._get("/v1/models", api) if api == "openai" else b"{}"
                self._seeing[model] = multimodal(told, model) or sees(model)
        except ModelError:
            return sees(model)
        return self._seeing[model]

    async def digest(self, model: str) -> str | None:
        """What Ollama says of a model's bytes, None where the server does not say."""
        api = self._api or await self._find_api()
        if api != "ollama":
            return None
        try:
            installed = read_tags(await self._get("/api/tags", api))
        except (ModelError, ValueError):
            return None
        names = {model.lower(), f"{model.lower()}:latest"}
        return next((one.digest for one in installed if one.name.lower() in names), None)

    async def _listed(self, api: Api) -> Sequence[ChatModel]:
        if api == "ollama":
            names = [one.name for one in read_tags(await self._get("/api/tags", api))]
            seeing = await asyncio.gather(*(self.sees(name) for name in names))
            return [ChatModel(name, can) for name, can in zip(names, seeing, strict=True)]
        body = await self._get("/v1/models", api)
        known = self._options.vision
        return [
            ChatModel(one.name, (multimodal(body, one.name) or sees(one.name)) if known is None else known)
            for one in read_openai_models(body)
        ]

    async def close(self) -> None:
        """Close all connections."""
        if self._open is not None:
            await self._open.aclose()
            self._open = None

    def _client(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415  see `stream`

        if self._open is None:
            idle = self._options.idle_seconds
            self._open = httpx.AsyncClient(
                base_url=self._url,
                timeout=httpx.Timeout(idle, connect=min(_CONNECT_SECONDS, idle)),
                verify=self._options.tls or create_default_context(),
                # A kept connection may be closed just as a call is sent on it, and a call is not sent twice.
                limits=httpx.Limits(max_keepalive_connections=0),
                follow_redirects=False,
                trust_env=False,
                headers={"user-agent": "sereno", "accept-encoding": "identity"},
            )
        return self._open

    def _headers(self, api: Api) -> dict[str, str]:
        return headers(api, self._options.key) | dict(self._options.marks)

    async def _find_api(self) -> Api:
        """Ollama says its version; what does not is taken for OpenAI's."""
        if "anthropic" in self._url:
            self._api = "anthropic"
            return self._api
        try:
            found = msgspec.json.decode(await self._get("/api/version", "ollama"))
        except ModelError as error:
            if error.trouble in {"unreachable", "timeout"}:
                raise
            found = None
        except (msgspec.DecodeError, UnicodeDecodeError):
            found = None
        self._api = "ollama" if isinstance(found, dict) and "version" in found else "openai"
        return self._api

    async def _sees(self, model: str) -> bool:
        """Whether Ollama says that a model takes pictures; where it does not say, its name tells."""
        if model not in self._seeing:
            try:
                said = msgspec.json.decode(await self._get("/api/show", "ollama", {"model": model}))
                told = said.get("capabilities") if isinstance(said, dict) else None
            except (ModelError, msgspec.DecodeError, UnicodeDecodeError):
                told = None
            self._seeing[model] = "vision" in told if isinstance(told, list) else sees(model)
        return self._seeing[model]

    async def _get(self, path: str, api: Api, body: object = None) -> bytes:
        import httpx  # noqa: PLC0415  see `stream`

        try:
            async with (
                asyncio.timeout(2 * _CONNECT_SECONDS),
                self._client().stream(
                    "GET" if body is None else "POST",
                    path,
                    content=None if body is None else msgspec.json.encode(body),
                    headers=self._headers(api),
                ) as response,
            ):
                found = await _bounded(response.aiter_bytes(), LIST_MOST)
                if response.status_code != 200:
                    raise ModelError("refused", f"{self._url}{path} answered {response.status_code}")
                return found
        except (httpx.TimeoutException, TimeoutError) as error:
            raise self._late(error) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise self._lost(error) from None

    async def _refused(self, response: httpx.Response, model: str) -> ModelError:
        told = error_text(await _bounded(response.aiter_bytes(), _REFUSAL_MOST))
        status = response.status_code
        if status == 404:
            sentence = f"the model server at {self._url} has no model {model!r}: {told}"
            return ModelError("unknown-model", f"{sentence}. Install it there, or choose another.")
        if status in {401, 403}:
            return ModelError("refused", f"the model server at {self._url} refused its key ({status}): {told}")
        if status >= 500:
            return ModelError("failed", f"the model server at {self._url} failed ({status}): {told}")
        return ModelError("refused", f"the model server at {self._url} refused the call ({status}): {told}")

    def _late(self, error: Exception) -> ModelError:
        import httpx  # noqa: PLC0415  see `stream`

        if isinstance(error, httpx.ConnectTimeout):
            return ModelError(
                "unreachable", f"nothing answers at {self._url}; start the model server or set explain.url"
            )
        sentence = f"the model server at {self._url} was silent for {self._options.idle_seconds:g} s"
        return ModelError("timeout", f"{sentence}; a smaller model answers sooner, explain.timeout waits longer")

    def _lost(self, error: Exception) -> ModelError:
        import httpx  # noqa: PLC0415  see `stream`

        if isinstance(error, httpx.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            told = f"the certificate of {self._url} is not trusted: {_sentence(error)}; see explain.ca_file"
            return ModelError("unreachable", told)
        if isinstance(error, (httpx.ConnectError, httpx.InvalidURL)):
            told = f"nothing answers at {self._url}: {_sentence(error)}; start the model server or set explain.url"
            return ModelError("unreachable", told)
        return ModelError("failed", f"the connection to {self._url} broke: {_sentence(error)}")


def _check_media(response: httpx.Response, api: Api) -> None:
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "text/html":
        expected = "application/x-ndjson" if api == "ollama" else "text/event-stream"
        raise ModelError("invalid", f"the model server answered a web page (text/html); expected {expected}")


async def _bounded(pieces: AsyncIterator[bytes], most: int) -> bytes:
    found = bytearray()
    async for piece in pieces:
        found += piece
        if len(found) > most:
            raise ModelError("invalid", f"the model server answered more than {most} bytes")
    return bytes(found)


def _sentence(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:300]
