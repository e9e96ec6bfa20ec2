"""Calls → PostgreSQL 18: calls a second with bodies, search and roll-ups, and questions afterwards.

A server of its own on this machine (`fsync` on, 128 MB of shared buffers), beside the program that writes. 60-word
prompts, answers streamed in 40 chunks, 20 users, 5 models, four calls a second of the record's time, batches of 2,000
as the keeper makes them when calls wait; counting is included, and so is sorting the last words into their index,
making the calls is not. Five rounds, each on a server of its own: the median counts, every round is shown. Processor
time of the server is that of all its processes.
*cold* is the first time of a question, *warm* the median of six more.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from itertools import islice
from typing import Any

from benchmarks import rig
from benchmarks.store import START, Generator, measure
from sereno.calls import Position
from sereno.metrics.account import account_all
from sereno.store.base import Batch, CallQuery, Record
from sereno.store.postgres import PostgresStore
from sereno.store.postgres.address import address
from sereno.store.postgres.word_index import SORT_IN

sys.path.insert(0, str(rig.ROOT / "tests"))
from parts.postgres import postgres  # the server of the tests

CALLS, QUICK_CALLS, BATCH = 30_000, 4_000, 2000
ROUNDS = 5
SPREAD = 10_000_000
"""The calls come as densely as so many would lie over thirty days."""


def run(quick: bool) -> dict[str, Any]:
    """Store, then ask, a few times."""
    total = QUICK_CALLS if quick else CALLS
    batches = list(islice(Generator(SPREAD).batches(BATCH), total // BATCH))
    rounds = [_round(batches, last=number == 0) for number in reversed(range(1 if quick else ROUNDS))]
    figures = ("calls_per_second", "client_cpu_us_per_call", "server_cpu_us_per_call")
    return rounds[-1] | {
        **{figure: statistics.median(one[figure] for one in rounds) for figure in figures},
        "rounds": [{figure: round(one[figure], 1) for figure in figures} for one in rounds],
    }


def _round(batches: Sequence[Sequence[Record]], *, last: bool) -> dict[str, Any]:
    total = sum(map(len, batches))
    with postgres(durable=True) as server:
        store = PostgresStore(address(server.url()))
        before = server.processor_seconds()
        began, busy = time.perf_counter(), time.process_time()
        for number, records in enumerate(batches):
            increments = account_all([record.call for record in records], lambda model: model or "other")
            position = Position("00000000-0000-0000-0000-000000000000", 0, 1, number + 1)
            store.add(Batch(id=f"b{number}", records=records, increments=increments, positions=[position]))
        server.execute(SORT_IN)
        wall, used = time.perf_counter() - began, time.process_time() - busy
        served = server.processor_seconds() - before
        found: dict[str, Any] = {
            "calls": total, "calls_per_second": total / wall, "client_cpu_us_per_call": used / total * 1e6,
            "server_cpu_us_per_call": served / total * 1e6,
        }  # fmt: skip
        if last:
            found |= _asked(store, batches[0][0].call.prompt.split()[0])
        store.close()
    return found


def _asked(store: PostgresStore, word: str) -> dict[str, Any]:
    odd = CallQuery(start=START + 1234.5, end=START + 5432.1)
    questions = {
        "list, newest 100": lambda: store.calls(CallQuery(limit=100)),
        "filter user + status error": lambda: store.calls(CallQuery(limit=100, user="user-07", status="error")),
        "search frequent word": lambda: store.calls(CallQuery(limit=100, search=word)),
        "search absent word": lambda: store.calls(CallQuery(limit=100, search="qqqqqqq")),
        "aggregate all time by model": lambda: store.aggregate(CallQuery(), ["model"]),
        "aggregate by hour, sums": lambda: store.aggregate(CallQuery(), (), 3600.0, histograms=False),
        "aggregate odd range by model": lambda: store.aggregate(odd, ["model"]),
        "users": lambda: store.users(CallQuery(limit=50)),
        "sessions, latest 50": lambda: store.sessions(CallQuery(limit=50)),
    }
    rows = {name: measure(ask, 7) for name, ask in questions.items()}
    sizes = store.sizes()
    return {
        "calls": sizes.calls,
        "bytes_per_call": sum(sizes.parts.values()) / sizes.calls,
        "queries_ms": {name: {"cold": cold, "warm": warm} for name, (cold, warm) in rows.items()},
    }
