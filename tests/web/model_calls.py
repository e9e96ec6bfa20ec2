"""Calls of a few models whose sums can be done by hand, and the servers that have them."""

from __future__ import annotations

from typing import Any

import msgspec

from api.double import NOW, chat
from sereno.query.view import InstalledModel, UpstreamState
from sereno.store.base import Record
from sereno.wire.decode import decode

LLAMA, QWEN, OLD = "llama3.2:latest", "qwen3:0.6b", "old:1b"
LOCAL, LISTED = "local:gpu", "genai-prices:0.0.47:openai/gpt-4o-mini"


def call(model: str, *, cost: float | None = None, source: str | None = None, category: str | None = None,
         **given: Any) -> Record:  # fmt: skip
    """One call of a model, with a price where one is given."""
    exchange = chat(given.pop("prompt", "Why?"), given.pop("response", "Because."), model=model, **given)
    known = {"cost_usd": cost, "cost_source": source, "category": category}
    return Record(msgspec.structs.replace(decode(exchange), **known), exchange)


def some() -> list[Record]:
    """Within the last day: llama 4 calls (one failed, two priced), qwen 2 (both free), one of old a week ago.

    llama's latencies are 1, 2, 4 and 0.5 s; priced are 100 + 300 tokens for 0.02 and 200 + 400 for 0.03.
    """
    return [
        call(LLAMA, serial=1, at=NOW - 3700, latency=1.0, tokens=(100, 300), cost=0.02, source=LOCAL, user="ada",
             category="code"),
        call(LLAMA, serial=2, at=NOW - 3600 * 5, latency=2.0, tokens=(200, 400), cost=0.03, source=LISTED, user="ada"),
        call(LLAMA, serial=3, at=NOW - 3600 * 5 + 9, latency=4.0, tokens=(1000, 2000), user="bob"),
        call(LLAMA, serial=4, at=NOW - 60, latency=0.5, error="out of memory", user="bob"),
        call(QWEN, serial=5, at=NOW - 3600 * 2, latency=0.25, tokens=(100, 100), cost=0.0, source=LOCAL),
        call(QWEN, serial=6, at=NOW - 3600 * 3, latency=0.25, tokens=(300, 300), cost=0.0, source=LOCAL, prompt="How?",
             response="So."),
        call(OLD, serial=7, at=NOW - 7 * 86400, latency=0.25, tokens=(10, 10)),
    ]  # fmt: skip


def servers() -> list[UpstreamState]:
    """Two servers: llama is loaded on one and installed on the other, old and idle are installed."""
    llama = InstalledModel(name="Llama3.2", size_bytes=2 << 30, parameter_size="3.2B", quantization="Q4_K_M")
    loaded = msgspec.structs.replace(llama, loaded=True, memory_bytes=4 << 30, vram_bytes=3 << 30)
    idle = InstalledModel(name="idle:70b", size_bytes=40 << 30)
    old = InstalledModel(name=OLD, size_bytes=1 << 30)
    return [
        UpstreamState(name="default", url="http://127.0.0.1:11435", up=True, models=[loaded, idle]),
        UpstreamState(name="spare", url="http://10.0.0.2:11434", up=True, models=[llama, old]),
    ]
