"""How the SQLite store does at a size: `python benchmarks/store.py 1000000`.

Generates calls of 20 users and 5 models over 30 days (sessions of ten turns, 3 % errors, 1 % aborted; 60-word
prompts, answers streamed in 40 chunks), stores them in batches of 1,000 with bodies, search, roll-ups and counters,
then asks each question several times. *first* is the first time over fresh connections (the file may be in the
system's page cache), *median* that of the others. Writes one JSON object and a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from sereno.calls import Call, Exchange, Identity, Position, Timing, Usage, id_text, new_id
from sereno.metrics.account import account_all
from sereno.store.base import Batch, CallQuery, Record
from sereno.store.sqlite import SqliteStore

START = 1_788_220_800  # 2026-09-01T00:00:00Z
DAYS = 30
VOCABULARY = 30_000
RARE = "xylophonist"


def words_of(r: random.Random) -> list[str]:
    """A vocabulary with word lengths like a natural language's."""
    letters = "eeeeeetttttaaaaooooiiiinnnnsssshhhhrrrrdddllluuucccmmmwwfffggyyppbbvk"
    return ["".join(r.choices(letters, k=r.choice((2, 3, 3, 4, 4, 5, 6, 7, 8, 9)))) for _ in range(VOCABULARY)]


class Generator:
    """Makes records quickly: exchanges are prepared once, only ids, times and texts change."""

    def __init__(self, total: int, words: int = 60, chunks: int = 40) -> None:
        self.total = total
        self.random = random.Random(7)
        vocabulary = words_of(self.random)
        weights = [1 / (rank + 3) for rank in range(VOCABULARY)]  # Zipf
        draw = self.random.choices(vocabulary, weights, k=400_000)
        both = words + chunks
        self.texts = [
            (" ".join(draw[i : i + words]), draw[i + words : i + both]) for i in range(0, len(draw) - both, both)
        ]
        self.bodies = [self._bodies(prompt, answer) for prompt, answer in self.texts]

    def _bodies(self, prompt: str, answer: list[str]) -> tuple[bytes, bytes, tuple[int, ...]]:
        request = json.dumps({"model": "llama3.2", "messages": [{"role": "user", "content": prompt}], "stream": True})
        response, ends = b"", []
        for i, word in enumerate(answer):
            line = {
                "model": "llama3.2",
                "created_at": f"2026-09-01T10:00:{i:02}.{self.random.randrange(10**9):09}Z",
                "message": {"role": "assistant", "content": f" {word}"},
                "done": False,
            }
            response += json.dumps(line, separators=(",", ":")).encode() + b"\n"
            ends.append(len(response))
        return request.encode(), response, tuple(ends)

    def record(self, i: int) -> Record:
        r = self.random
        prompt, answer = self.texts[i % len(self.texts)]
        request, response, ends = self.bodies[i % len(self.bodies)]
        started = START + i * DAYS * 86400 / self.total
        total = min(r.lognormvariate(0.6, 0.7), 300.0)
        first = total * 0.2
        status = "success" if (dice := r.random()) < 0.96 else "error" if dice < 0.99 else "aborted"
        tokens = r.randrange(20, 300)
        identifier = new_id(int(started * 1e9), r.randbytes(10))
        session = i // 200 * 20 + i % 20  # twenty conversations at a time, ten turns each
        if i % 100_000 == 50_000:
            prompt += f" {RARE}"
        times = tuple(first + k * 0.02 for k in range(len(ends)))
        exchange = Exchange(
            id=identifier, started_ns=int(started * 1e9), upstream="default", peer="127.0.0.1", key="", user=None,
            session=None, method="POST", target="/api/chat",
            request_headers=(
                (b"Host", b"127.0.0.1:11434"), (b"User-Agent", b"ollama-python/0.6.1 (x86_64 linux) Python/3.12"),
                (b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(request)),
            ),
            request_body=request, request_size=len(request), request_at=0.001, status=200,
            response_headers=((b"Content-Type", b"application/x-ndjson"), (b"Date", b"Tue, 01 Sep 2026 10:00:00 GMT")),
            response_body=response, response_size=len(response), head_at=first, chunk_times=times, chunk_ends=ends,
            chunks=len(ends), ended_at=total, outcome="complete",
        )  # fmt: skip
        call = Call(
            id=id_text(identifier), started_at=started, protocol="ollama", operation="chat", route="/api/chat",
            path="/api/chat", method="POST", upstream="default", request_model="llama3.2",
            model=f"model-{r.choices('abcde', (50, 25, 15, 8, 2))[0]}:latest", status=status, http_status=200,
            error_type="http_500" if status == "error" else None, error_message=None,
            finish_reason="stop" if status == "success" else None, stream=True,
            usage=Usage(80, None, tokens),
            timing=Timing(total, first, (total - first) / tokens, 0.02, 0.1, total * 0.7),
            identity=Identity(f"user-{i % 20:02}", f"session-{session}", None, f"10.0.0.{i % 20}", "ollama-python/0.6"),
            chunks=len(ends), tool_calls=0, images=0, request_bytes=len(request), response_bytes=len(response),
            truncated=False, decode_error=None, prompt=prompt, response=" ".join(answer),
            conversation=r.randbytes(16), cost_usd=tokens * 1e-6, cost_source="table",
            category=("code", "writing", "translation", "question")[i % 4],
        )  # fmt: skip
        return Record(call, exchange)

    def batches(self, size: int) -> Iterator[list[Record]]:
        for first in range(0, self.total, size):
            yield [self.record(i) for i in range(first, min(first + size, self.total))]


def fill(store: SqliteStore, made: Generator, total: int, size: int) -> dict[str, float]:
    """Store the calls; the time of making them is not counted."""
    spent = accounting = busy = 0.0
    stored = 0
    for number, records in enumerate(made.batches(size)):
        begun = time.perf_counter()
        increments = account_all([record.call for record in records], lambda model: model or "other")
        counted, busy_before = time.perf_counter(), time.process_time()
        position = Position("00000000-0000-0000-0000-000000000000", 0, 1, number + 1)
        stored += store.add(Batch(id=f"b{number}", records=records, increments=increments, positions=[position]))
        accounting += counted - begun
        spent += time.perf_counter() - counted
        busy += time.process_time() - busy_before
    assert stored == total
    return {
        "add_us_per_call": spent / total * 1e6,
        "add_cpu_us_per_call": busy / total * 1e6,
        "account_us_per_call": accounting / total * 1e6,
    }


def questions(store: SqliteStore, total: int) -> dict[str, Callable[[], Any]]:
    """The questions of the table, each the way a page asks it."""
    middle = START + 12 * 86400
    page = store.calls(CallQuery(limit=100))
    model = "model-c:latest"
    odd = CallQuery(start=START + 1234.5, end=middle + 7.7)
    return {
        "list, newest 100": lambda: store.calls(CallQuery(limit=100)),
        "list, page by cursor": lambda: store.calls(CallQuery(limit=100, cursor=page.next)),
        "list, offset 10,000": lambda: store.calls(CallQuery(limit=100, offset=min(10_000, total // 2))),
        "filter model": lambda: store.calls(CallQuery(limit=100, model=model)),
        "filter user + status error": lambda: store.calls(CallQuery(limit=100, user="user-07", status="error")),
        "filter model + time": lambda: store.calls(CallQuery(limit=100, model=model, start=middle, end=middle + 86400)),
        "filter latency > 5 s": lambda: store.calls(CallQuery(limit=100, min_latency=5.0)),
        "one call with bodies": lambda: store.call(page.calls[50].id),
        "search rare word": lambda: store.calls(CallQuery(limit=100, search=RARE)),
        "search frequent word": lambda: store.calls(CallQuery(limit=100, search=page.calls[0].prompt.split()[0])),
        "search absent word": lambda: store.calls(CallQuery(limit=100, search="qqqqqqq")),
        "aggregate all time": lambda: store.aggregate(CallQuery()),
        "aggregate all time by model": lambda: store.aggregate(CallQuery(), ["model"]),
        "aggregate by hour, sums": lambda: store.aggregate(CallQuery(), (), 3600.0, histograms=False),
        "aggregate by day, percentiles": lambda: store.aggregate(CallQuery(), (), 86400.0),
        "aggregate odd range by model": lambda: store.aggregate(odd, ["model"]),
        "aggregate by category, sums": lambda: store.aggregate(CallQuery(), ["category"], histograms=False),
        "aggregate one user, sums": lambda: store.aggregate(CallQuery(user="user-07"), histograms=False),
        "unique users": lambda: store.unique_users(CallQuery()),
        "sessions, latest 50": lambda: store.sessions(CallQuery(limit=50)),
        "users": lambda: store.users(CallQuery(limit=50)),
        "models": store.models,
        "count all": lambda: store.count(CallQuery()),
        "counters": store.counters,
        "sizes": store.sizes,
        "check": store.check,
    }  # fmt: skip


def measure(ask: Callable[[], Any], times: int) -> tuple[float, float]:
    """(first, median of the rest) in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1e3)
    return taken[0], statistics.median(taken[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--words", type=int, default=60, help="words of a prompt")
    parser.add_argument("--chunks", type=int, default=40, help="chunks of an answer; fewer make a smaller file")
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--export", type=int, default=100_000, help="export at most so many calls")
    parser.add_argument("--folder", type=Path, help="where the file goes (and stays); a temporary folder without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = (options.folder or Path(temporary)) / "sereno.db"
        fresh = not path.exists()
        store = SqliteStore(path)
        result: dict[str, Any] = {"calls": options.calls, "words": options.words, "chunks": options.chunks}
        if fresh:
            made = Generator(options.calls, options.words, options.chunks)
            result |= fill(store, made, options.calls, options.batch)
        store.close()
        store = SqliteStore(path)
        rows = {name: measure(ask, options.times) for name, ask in questions(store, options.calls).items()}
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun, exported = time.perf_counter(), 0
        for exported, _ in enumerate(store.export(CallQuery()), 1):
            if exported == options.export:
                break
        seconds = time.perf_counter() - begun
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        sizes = store.sizes()
        result |= {
            "queries_ms": {name: {"cold": cold, "warm": warm} for name, (cold, warm) in rows.items()},
            "export": {"calls": exported, "calls_per_second": exported / seconds, "memory_growth_kib": grown},
            "bytes_per_call": sum(sizes.parts.values()) / max(1, sizes.calls),
            "sizes": msgspec.to_builtins(sizes),
        }
        store.close()
    print(json.dumps(result))
    print(f"\n| question at {options.calls:,} calls | first, ms | median, ms |\n|---|---|---|")
    for name, (cold, warm) in rows.items():
        print(f"| {name} | {cold:.1f} | {warm:.1f} |")


if __name__ == "__main__":
    main()
