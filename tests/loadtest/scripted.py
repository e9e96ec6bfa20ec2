"""A model server whose every answer is scripted: how long it takes, in how many pieces, whether it fails."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sereno.loadtest.address import Address, read_address

T = TypeVar("T")


class Asked:
    """One request as the server saw it."""

    def __init__(self, line: str, headers: dict[str, str], body: bytes) -> None:
        self.method, self.target, _ = line.split(" ")
        self.headers, self.body = headers, body


Behaviour = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]
LINE = b'{"model":"m:latest","message":{"role":"assistant","content":"%s"},"done":false}\n'
DONE = (
    b'{"model":"m:latest","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",'
    b'"prompt_eval_count":7,"eval_count":%d}\n'
)


async def piece(writer: asyncio.StreamWriter, data: bytes) -> None:
    """One HTTP chunk (RFC 9112 §7.1)."""
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
    await writer.drain()


async def stream_head(writer: asyncio.StreamWriter, kind: bytes = b"application/x-ndjson") -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % kind)
    await writer.drain()


async def plain(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    head = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    writer.write(head % (status, len(body)) + body)
    await writer.drain()


def chat(first: float = 0.0, gaps: tuple[float, ...] = ()) -> Behaviour:
    """Ollama's chat: the first text after `first` seconds, another one after each gap, then the end."""

    async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await stream_head(writer)
        await asyncio.sleep(first)
        await piece(writer, LINE % b"a")
        for gap in gaps:
            await asyncio.sleep(gap)
            await piece(writer, LINE % b"b")
        await piece(writer, DONE % (1 + len(gaps)))
        writer.write(b"0\r\n\r\n")

    return answer


class Server:
    """Runs in a thread with a loop of its own. `behaviour` may be changed at any time."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = chat()
        self.asked: list[Asked] = []
        self.accepted = 0
        self.most_at_once = self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self.port = self._server.sockets[0].getsockname()[1]

    def die(self) -> None:
        """Listen no more, and cut every connection."""
        self._do(self._close())

    def end(self) -> None:
        self.die()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def address(self) -> Address:
        return read_address(f"http://127.0.0.1:{self.port}")

    def _do(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.accepted += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, *fields = head[:-4].split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                asked = Asked(line, headers, body)
                self.asked.append(asked)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    await self.behaviour(asked, writer)
                finally:
                    self._at_once -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
