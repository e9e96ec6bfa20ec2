"""The record of a keeper elsewhere, over its API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, cast

import httpx
import msgspec

from sereno import __version__
from sereno.assembly.record import Export, Pairs
from sereno.errors import QueryError, SerenoError, StoreError
from sereno.query.fields import LIMIT
from sereno.query.message import CallMessage
from sereno.query.rows import ModelList

_MESSAGES = msgspec.json.Decoder(list[CallMessage])
_MESSAGE = msgspec.json.Decoder(CallMessage)
_MODELS = msgspec.json.Decoder(ModelList)
RECONNECT_SECONDS = 1.0


class RemoteRecord:
    """See `assembly.record.Record`.

    Args:
        url: the keeper's address, or a gateway's.
        key: Sereno key with scope `read`, "" for none.
        transport: stands in for the network (tests).
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        url: str,
        key: str,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"user-agent": f"sereno/{__version__}"} | ({"x-sereno-key": key} if key else {})
        self._url = url
        self._sleep = sleep
        # No redirects: they would carry the key to wherever they point.
        self._client = httpx.Client(
            base_url=url, headers=headers, timeout=60.0, follow_redirects=False, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def page(self, pairs: Pairs) -> tuple[Sequence[CallMessage], bool]:
        """See `Record`."""
        response = self._get("/analytics/messages", pairs)
        return self._decoded(_MESSAGES, response.content), "next" in response.links

    def detail(self, call_id: str) -> dict[str, Any]:
        """See `Record`."""
        return cast("dict[str, Any]", self._get(f"/analytics/messages/{call_id}", ()).json())

    def latest_ids(self, limit: int) -> Iterator[str]:
        """See `Record`."""
        pairs: Pairs = [("limit", str(min(limit, int(LIMIT.maximum))))]
        seen = 0
        while seen < limit:
            response = self._get("/analytics/messages", pairs)
            calls = self._decoded(_MESSAGES, response.content)
            yield from (call.id for call in calls)
            seen += len(calls)
            if not calls or "next" not in response.links:
                return
            pairs = list(httpx.URL(response.links["next"]["url"]).params.multi_items())

    def follow(self, pairs: Pairs, first: int) -> Iterator[CallMessage]:
        """See `Record`. A connection that breaks is made again, going on after the last call seen."""
        after: str | None = None
        while True:
            try:
                with self._stream("/analytics/live", [*pairs, *([("after", after)] if after else [])]) as response:
                    # The list is asked for once the stream is open, so that no call falls between the two.
                    latest = self.page([*pairs, ("limit", str(first))])[0] if first else ()
                    yield from reversed(latest)
                    known = {call.id for call in latest}
                    first = 0
                    for name, data in _events(response.iter_lines()):
                        after = name or after
                        message = self._decoded(_MESSAGE, data.encode())
                        if message.id not in known:
                            yield message
            except httpx.TransportError:
                if after is None:
                    raise
            self._sleep(RECONNECT_SECONDS)

    def export(self, pairs: Pairs) -> Export:
        """See `Record`. Counts bytes: how many calls there are is not known on the way."""
        done = 0

        def pieces() -> Iterator[bytes]:
            nonlocal done
            with self._stream("/analytics/export", pairs) as response:
                for piece in response.iter_bytes():
                    done += len(piece)
                    yield piece

        return Export(pieces(), None, lambda: done, "bytes")

    def models(self, pairs: Pairs) -> ModelList:
        """See `Record`."""
        return cast("ModelList", self._decoded(_MODELS, self._get("/analytics/models", pairs).content))

    def _get(self, path: str, pairs: Pairs) -> httpx.Response:
        try:
            response = self._client.get(path, params=list(pairs))
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        self._check(response)
        return response

    @contextmanager
    def _stream(self, path: str, pairs: Pairs) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(
                "GET", path, params=list(pairs), timeout=httpx.Timeout(60.0, read=None)
            ) as response:
                if response.status_code != 200:
                    response.read()
                self._check(response)
                yield response
        except httpx.ConnectError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> SerenoError:
        return StoreError(f"{self._url} does not answer ({error}); is a keeper running there? --url names another")

    def _check(self, response: httpx.Response) -> None:
        """An error answer as the error that the same question would raise here."""
        if response.status_code == 200:
            return
        try:
            problem = json.loads(response.content)
            detail = str(problem["detail"])
        except (ValueError, KeyError, TypeError):
            raise StoreError(
                f"{self._url} answered {response.status_code}, not as a keeper does; correct --url"
            ) from None
        if response.status_code in {400, 404}:
            raise QueryError(str(problem.get("parameter") or ""), detail, str(problem.get("expected") or ""))
        raise StoreError(f"{self._url} answered {response.status_code}: {detail}")

    def _decoded(self, decoder: msgspec.json.Decoder[Any], data: bytes) -> Any:
        try:
            return decoder.decode(data)
        except msgspec.DecodeError as error:
            raise StoreError(f"{self._url} does not answer as a keeper does ({error}); correct --url") from error


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Id and data of the server-sent events in lines (WHATWG HTML §9.2.6); those without data are skipped."""
    name, data = "", list[str]()
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield name, "\n".join(data)
            data = []
        elif field == "id":
            name = value
        elif field == "data":
            data.append(value)
