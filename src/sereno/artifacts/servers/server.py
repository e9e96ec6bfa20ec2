"""`Server`: a model server that is told to serve an adapter, and how it is asked over HTTP."""

from __future__ import annotations

import json
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from sereno.errors import ConfigError, UpstreamError
from sereno.lora.adapter import Adapter

MOST_BYTES = 4 << 20
"""Of an answer; a longer one is cut and then no JSON."""


class Server(Protocol):
    """A model server."""

    def serve(self, adapter: Adapter, model: str) -> str:
        """Have it answer calls to this model name with this adapter.

        Returns:
            One sentence that says what stands now.

        Raises:
            UpstreamError: it cannot be reached, or refuses; says what to do.
            AdapterError: it cannot serve such an adapter.
        """

    def withdraw(self, adapter: Adapter, model: str) -> str:
        """Have it serve the adapter no longer; as `serve`."""


class Http:
    """Questions to a model server.

    Args:
        url: its address.
        seconds: for a whole answer; loading an adapter reads its weights.
        transport: in place of the network, in tests.

    Raises:
        ConfigError: the address is none.
    """

    def __init__(self, url: str, seconds: float = 120.0, transport: httpx.BaseTransport | None = None) -> None:
        if not _is_address(url):
            raise ConfigError(
                f"{url[:200]!a} is no address of a model server; expected for instance http://127.0.0.1:8000"
            )
        self.url = url.rstrip("/").removesuffix("/v1")
        self._client = httpx.Client(
            timeout=httpx.Timeout(seconds, connect=5.0),
            transport=transport,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # nothing stays open between two questions
        )

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status and the JSON (or text) of an answer.

        Raises:
            UpstreamError: nobody answers.
        """
        try:
            with self._client.stream(method, self.url + path, json=body) as response:
                raw = b""
                for block in response.iter_bytes():
                    raw += block
                    if len(raw) > MOST_BYTES:
                        break
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise UpstreamError(f"{self.url} does not answer: {reason}; is the model server running there?") from None
        try:
            return response.status_code, json.loads(raw)
        except (ValueError, RecursionError):
            return response.status_code, raw[:500].decode("utf-8", "replace").strip()


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0 and plain


def said(answer: object) -> str:
    """What a server said of an error, short: OpenAI's, vLLM's, llama.cpp's and Ollama's shapes.

    >>> said({"error": {"message": "no"}}), said({"error": "no"}), said({"message": "no"}), said("no")
    ('no', 'no', 'no', 'no')
    """
    if isinstance(answer, dict):
        error = answer.get("error", answer.get("message", answer.get("detail", "")))
        answer = error.get("message", "") if isinstance(error, dict) else error
    return " ".join(str(answer).split())[:300] or "nothing"
