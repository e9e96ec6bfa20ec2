"""A whole path on a clock of its own: clients, the real gateway, a model server's double, journal, ingest, the monitor.

The gateway is the one that `sereno gateway` runs (`serve` with its worker and journal), over real sockets; only its
clocks are those of the loop (`virtual_time`).
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType

from sqlalchemy import URL

from drift.planted import Ask, asks
from drift.planted import Plan as Planted
from drift.virtual_time import VirtualLoop, clocked
from sereno.assembly.embedder import installed
from sereno.categories.builtin import BUILTIN
from sereno.categories.calls import categorised
from sereno.categories.categorise import Categoriser
from sereno.conventions import JOURNAL_DIR, RUN_DIR, STATUS_FILE
from sereno.drift.vectors import Embedder
from sereno.gateway import ending, relay, server, upstream, worker
from sereno.gateway.options import GatewayOptions, UpstreamOptions
from sereno.gateway.serve import serve
from sereno.gateway.worker import Worker
from sereno.journal.instance import prepare_data
from sereno.journal.reader import JournalReader
from sereno.journal.status import StatusFile
from sereno.journal.writer import JournalWriter
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan
from sereno.keeper.ingest import Ingest
from sereno.keeper.labels import ModelLabels
from sereno.keeper.options import KeeperOptions
from sereno.store.ledger import Ledger, drift_events
from sereno.store.sqlite import SqliteStore

START = 20_000 * 86_400.0
APART = 1.0
"""Seconds between two calls."""
CLOCKS: list[ModuleType] = [ending, relay, server, upstream, worker]


@cache
def embedder() -> Embedder | None:
    """That of this installation, read once."""
    return installed()


class Street:
    """Clients to store, and a monitor at its end.

    Args:
        folder: for DATA.
        plan: of the monitor.

    Attributes:
        now: epoch seconds: where the traffic stands, and what the monitor takes for now.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.data, self.now = folder, START
        self._instance = prepare_data(folder)
        self.store = SqliteStore(folder / "sereno.db")
        self.ledger = Ledger(URL.create("sqlite", database=str(folder / "sereno.db")))
        self.monitor = DriftMonitor(self.ledger, self.store, plan, embedder=embedder, clock=lambda: self.now)
        writes = Lock()
        options = KeeperOptions(data=folder, enrichers={"category": categorised(Categoriser(BUILTIN))})
        self._ingest = Ingest(
            JournalReader(folder / JOURNAL_DIR), self.store, ModelLabels(self.store, writes), writes, options,
            lambda name, seconds: None,
        )  # fmt: skip

    def close(self) -> None:
        """End with ledger and store."""
        self.ledger.close()
        self.store.close()

    def pass_by(self, plan: Planted, n: int, seed: int) -> None:
        """So many calls through the gateway, one a second, into the store."""
        found = list(asks(plan, n, seed))
        loop = VirtualLoop(self.now)
        status = StatusFile(self.data / RUN_DIR / STATUS_FILE.format(worker=0), 0)
        journal = JournalWriter(
            self.data / JOURNAL_DIR, self._instance, 0, budget_bytes=1 << 30, segment_bytes=1 << 26,
            queue_bytes=1 << 26, status=status,
        )  # fmt: skip
        try:
            with clocked(loop, CLOCKS):
                loop.run_until_complete(_traffic(self.data, found, journal, status))
            self.now += n * APART
        finally:
            loop.close()
            journal.close(30.0)
            status.close()
        while self._ingest.step():
            pass

    def events(self) -> list[tuple[str, str, str | None]]:
        """Kind, model and feature of each event, the oldest first."""
        with self.ledger.read() as connection:
            found = drift_events.events(connection)
        return [(one.kind, one.model, one.feature) for one in reversed(found) if one.kind != "reference"]


async def _traffic(data: Path, found: Sequence[Ask], journal: JournalWriter, status: StatusFile) -> None:
    loop = asyncio.get_running_loop()
    double = await asyncio.start_server(_answering(found), "127.0.0.1", 0)
    port = double.sockets[0].getsockname()[1]
    options = GatewayOptions(data=data, upstreams=(UpstreamOptions(name="default", url=f"http://127.0.0.1:{port}"),))
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    listening.setblocking(False)
    stop = asyncio.Event()
    running = loop.create_task(serve(Worker(options, journal, status), listening, None, stop))
    begin = loop.time()
    await asyncio.gather(
        *(_call(listening.getsockname()[1], ask, at, begin + (at + 0.5) * APART) for at, ask in enumerate(found))
    )
    stop.set()
    await running
    double.close()
    await double.wait_closed()
    await asyncio.sleep(APART)  # until the last connections have closed


async def _call(port: int, ask: Ask, number: int, moment: float) -> None:
    """One client: a chat in Ollama's protocol, its answer read to the end."""
    await asyncio.sleep(moment - asyncio.get_running_loop().time())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"model": ask.model, "messages": [{"role": "user", "content": ask.prompt}]}).encode()
    writer.write(
        b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"X-Number: %d\r\nContent-Length: %d\r\n\r\n%b" % (number, len(body), body)
    )
    answer = await reader.read()
    assert answer.endswith(b"0\r\n\r\n"), answer[-200:]
    writer.close()
    await writer.wait_closed()


def _answering(found: Sequence[Ask]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """A model server that streams what each ask says, in Ollama's chunks, at its pace."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
                await reader.readexactly(int(fields[b"content-length"]))
                await _stream(writer, found[int(fields[b"x-number"])])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return answer


async def _stream(writer: asyncio.StreamWriter, ask: Ask) -> None:
    await asyncio.sleep(ask.seconds)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
    words = ask.answer.split(" ")
    common = {"model": ask.model, "created_at": "2026-11-21T00:00:00Z"}
    for at, word in enumerate(words):
        text = word if at == 0 else " " + word
        _chunk(writer, {**common, "message": {"role": "assistant", "content": text}, "done": False})
        await asyncio.sleep(ask.pace)
    done = {"done": True, "done_reason": "stop"}
    counts = {
        "prompt_eval_count": len(ask.prompt.split()) + 20, "eval_count": len(words),
        "prompt_eval_duration": int(ask.seconds * 1e9), "eval_duration": int(ask.pace * len(words) * 1e9),
    }  # fmt: skip
    _chunk(writer, {**common, "message": {"role": "assistant", "content": ""}, **done, **counts})
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _chunk(writer: asyncio.StreamWriter, item: dict[str, object]) -> None:
    line = json.dumps(item).encode() + b"\n"
    writer.write(b"%x\r\n%b\r\n" % (len(line), line))
