"""Journal → SQLite: calls a second on one core, where the time goes, and memory.

    python benchmarks/ingest.py [CALLS]

60-word prompts, answers streamed in 40 chunks (Ollama's NDJSON), bodies, search and roll-ups on. The journal is written
first; ingest then runs in this process pinned to one core, without threads of the keeper beside it.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import random
import resource
import sys
import tempfile
from itertools import product
from pathlib import Path
from threading import Lock
from time import perf_counter

from sereno.calls import Exchange, new_id
from sereno.journal.instance import prepare_data
from sereno.journal.reader import JournalReader
from sereno.journal.writer import JournalWriter
from sereno.keeper.ingest import Ingest
from sereno.keeper.labels import ModelLabels
from sereno.keeper.options import KeeperOptions
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore

SYLLABLES = ("ta", "re", "li", "mo", "su"), ("na", "ke", "vi", "lo", "pu"), "abcdefghij"
WORDS = ["".join(parts) for parts in product(*SYLLABLES)]
CHUNKS = 40
START = 1_790_000_000_000_000_000


def exchange(number: int, chance: random.Random) -> Exchange:
    prompt = " ".join(chance.choices(WORDS, k=60))
    model = f"model-{number % 7}:latest"
    request = json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]}).encode()
    lines, times, ends, size = [], [], [], 0
    for i, word in enumerate(chance.choices(WORDS, k=CHUNKS)):
        line: dict = {"model": model, "created_at": "2026-09-21T13:46:40.123456789Z",
                      "message": {"role": "assistant", "content": f" {word}"}, "done": False}  # fmt: skip
        if i == CHUNKS - 1:
            line |= {"done": True, "done_reason": "stop", "total_duration": 1_400_000_000, "load_duration": 10_000_000,
                     "prompt_eval_count": 80, "prompt_eval_duration": 100_000_000, "eval_count": CHUNKS,
                     "eval_duration": 1_200_000_000}  # fmt: skip
        lines.append(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        size += len(lines[-1])
        times.append(0.1 + i * 0.033)
        ends.append(size)
    started = START + number * 20_000_000
    return Exchange(
        id=new_id(started, number.to_bytes(8, "big") + bytes(2)), started_ns=started,
        upstream="default", peer="127.0.0.1", key="",
        user=f"user-{number % 50}", session=None, method="POST", target="/api/chat",
        request_headers=((b"Content-Type", b"application/json"), (b"User-Agent", b"ollama-python/0.4.7")),
        request_body=request, request_size=len(request), request_at=0.001, status=200,
        response_headers=((b"Content-Type", b"application/x-ndjson"),), response_body=b"".join(lines),
        response_size=size, head_at=0.1, chunk_times=tuple(times), chunk_ends=tuple(ends), chunks=CHUNKS,
        ended_at=times[-1], outcome="complete",
    )  # fmt: skip


def memory() -> float:
    """Resident MiB now."""
    with Path("/proc/self/statm").open() as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


def main(calls: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        prepare_data(data)
        reader = JournalReader(data / "journal")
        writer = JournalWriter(data / "journal", reader.instance, 0, budget_bytes=1 << 34, segment_bytes=1 << 26,
                               queue_bytes=1 << 34)  # fmt: skip
        chance = random.Random(1)
        for number in range(calls):
            writer.append(exchange(number, chance))
        writer.close(600)
        store, writes = SqliteStore(data / "sereno.db"), Lock()
        times: dict[str, float] = {}

        def observe(name: str, seconds: float) -> None:
            times[name] = times.get(name, 0.0) + seconds

        ingest = Ingest(reader, store, ModelLabels(store, writes), writes, KeeperOptions(data=data), observe)
        profile = cProfile.Profile() if "--profile" in sys.argv else None
        began, cpu, marks = perf_counter(), os.times(), []
        if profile:
            profile.enable()
        while ingest.step():
            ingest.delete_stored()
            marks.append(memory())
        if profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        wall, used = perf_counter() - began, os.times()
        stored = store.count(CallQuery())
        seconds = used.user + used.system - cpu.user - cpu.system
        print(f"{stored} calls in {wall:.2f} s ({seconds:.2f} s of CPU): {stored / wall:,.0f} calls/s, "
              f"{stored / seconds:,.0f} a CPU second")  # fmt: skip
        for name, spent in sorted(times.items(), key=lambda item: -item[1]):
            print(f"  store.{name:<10} {spent:6.2f} s  {100 * spent / wall:4.1f} %")
        print(f"  read, decode, account {wall - sum(times.values()):6.2f} s")
        print(
            f"  memory: {marks[0]:.0f} MiB after the first batch, {marks[-1]:.0f} at the end, highest {max(marks):.0f}"
        )
        print(json.dumps({
            "calls": stored, "calls_per_second": stored / wall, "calls_per_cpu_second": stored / seconds,
            "seconds": {**times, "read, decode, account": wall - sum(times.values())},
            "memory_mib": {"first_batch": marks[0], "end": marks[-1], "highest": max(marks)},
        }))  # fmt: skip
        store.close()


if __name__ == "__main__":
    main(int(next((a for a in sys.argv[1:] if a.isdigit()), "30000")))
