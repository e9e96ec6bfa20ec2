"""Polls a model server for what it is and has. Blocking: run it in a thread.

An answer may take no longer than `timeout` and be no larger than `MAX_BYTES`; redirects are not followed and proxies
of the environment are not used, so a poll reaches the configured address or nothing.
"""

from __future__ import annotations

from pathlib import Path
from ssl import SSLContext, create_default_context
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import msgspec

from sereno.metrics.ollama import (
    Api,
    ServerState,
    read_openai_models,
    read_ps,
    read_tags,
    read_version,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

T = TypeVar("T")
MAX_BYTES = 8 * 1024 * 1024


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A model server to poll.

    Attributes:
        name: its configured name.
        url: its address without a path.
        ca_file: certificates (PEM) that its own must chain to.
        verify: whether its certificate is checked.
    """

    name: str
    url: str
    ca_file: Path | None = None
    verify: bool = True


class Poller:
    """Polls one server; keeps its connection and what it turned out to speak.

    Args:
        target: the server.
        timeout: seconds that connecting and each read may take; a whole answer gets twice that.
    """

    def __init__(self, target: Target, timeout: float = 5.0) -> None:
        self.target = target
        self.api: Api | None = None
        self._timeout = timeout
        self._client: httpx.Client | None = None

    def poll(self) -> ServerState:
        """What the server says now; never raises for what the server does."""
        import httpx  # noqa: PLC0415  a fifth of a second, which no start should wait for

        began = monotonic()
        try:
            if self._client is None:
                self._client = httpx.Client(
                    base_url=self.target.url,
                    verify=self._tls(),
                    timeout=self._timeout,
                    follow_redirects=False,
                    trust_env=False,
                    headers={"user-agent": "sereno"},
                )
            state = self._ollama() or self._openai()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            state = ServerState(up=False, api=self.api, error=f"{self.target.url}: {_sentence(error)}")
        self.api = state.api
        return msgspec.structs.replace(state, seconds=monotonic() - began)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _tls(self) -> SSLContext | bool:
        if not self.target.verify:
            return False
        return create_default_context(cafile=self.target.ca_file) if self.target.ca_file else True

    def _ollama(self) -> ServerState | None:
        """What an Ollama says; None if this is none."""
        status, body = self._get("/api/version")
        if status != 200:
            if 400 <= status < 500:
                return None
            raise ValueError(f"/api/version answered {status}, expected 200")
        try:
            version = read_version(body)
        except ValueError:
            return None
        return ServerState(
            up=True,
            api="ollama",
            version=version,
            installed=self._list("/api/tags", read_tags),
            loaded=self._list("/api/ps", read_ps),
        )

    def _openai(self) -> ServerState:
        status, body = self._get("/v1/models")
        if status != 200:
            raise ValueError(f"neither /api/version nor /v1/models answered 200 (the latter {status})")
        return ServerState(up=True, api="openai", installed=read_openai_models(body))

    def _list(self, path: str, read: Callable[[bytes], T]) -> T | None:
        """One of Ollama's lists, None if the server does not give it."""
        status, body = self._get(path)
        if status != 200:
            return None
        try:
            return read(body)
        except ValueError:
            return None

    def _get(self, path: str) -> tuple[int, bytes]:
        assert self._client is not None
        deadline = monotonic() + 2 * self._timeout
        body = bytearray()
        with self._client.stream("GET", path) as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_BYTES:
                    raise ValueError(f"{path} answered more than {MAX_BYTES} bytes")
                if monotonic() > deadline:
                    raise ValueError(f"{path} took longer than {2 * self._timeout:g} s")
            return response.status_code, bytes(body)


def _sentence(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:300]
