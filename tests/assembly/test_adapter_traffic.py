"""Live traffic of the name that serves an adapter becomes rows of `lora_performance` by itself.

The gateway, the journal, the keeper and its schedule are real; the figures are held against the calls as the store
lists them, counted here.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from sqlalchemy import URL

from assembly.supervised import DEADLINE, Up, eventually
from lora.made import folder
from sereno.artifacts.importing import import_adapter
from sereno.query.times import parse_time
from sereno.store.ledger import Ledger

WINDOW = 2.0
ROWS = "SELECT metric_name, metric_value, sample_count, timestamp FROM lora_performance WHERE adapter_version = ?"


def rows(up: Up, version: str) -> list[tuple[str, float, int, float]]:
    """What an outsider's SQL reads: metric, value, samples, end of the window as epoch seconds."""
    with closing(sqlite3.connect(f"file:{up.data / 'sereno.db'}?mode=ro", uri=True)) as connection:
        found = connection.execute(ROWS, (version,)).fetchall()
    return [(metric, value, samples, moment(at)) for metric, value, samples, at in found]


def moment(at: Any) -> float:
    return float(at) if isinstance(at, int | float) else parse_time(str(at).replace(" ", "T"), 0.0)


def ask(up: Up, model: str, count: int) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "Why?"}]}
    for _ in range(count):
        assert httpx.post(f"{up.gateway}/api/chat", json=body, timeout=DEADLINE).status_code == 200


def test_traffic_becomes_rows_by_itself(up: Callable[..., Up], tmp_path: Path) -> None:
    one = up("--set", f"lora.window={WINDOW:g}s").wait_ready()
    with closing(Ledger(URL.create("sqlite", database=str(one.data / "sereno.db")))) as ledger:
        for number in (1, 2):
            import_adapter(ledger, str(folder(tmp_path / f"v{number}", fill=number)), now=time.time())
    ask(one, "faq", 3)  # before a version serves: counts for none
    one.sereno("lora", "serve", "v1", "--model", "faq")
    others = Thread(target=ask, args=(one, "smollm2:135m", 4))
    others.start()
    ask(one, "faq", 9)
    one.sereno("lora", "serve", "v2", "--model", "faq")
    ask(one, "faq:latest", 5)  # the same model by its canonical name
    others.join()

    def counted(version: str) -> int:
        return sum(samples for metric, _, samples, _ in rows(one, version) if metric == "requests")

    eventually(lambda: (counted("v1"), counted("v2")) == (9, 5), "rows for all fourteen calls")
    listed = httpx.get(f"{one.gateway}/analytics/messages?limit=100", timeout=DEADLINE).json()
    calls = [call for call in listed if call["model"] == "faq:latest"]
    assert len(calls) == 17
    switched = served_since(one)
    for version, (start, end) in switched.items():
        mine = [call for call in calls if start <= ended(call) < end]
        check(mine, rows(one, version))
    assert [row for row in rows(one, "v1") if row[3] > switched["v1"][1] + WINDOW] == []


def served_since(up: Up) -> dict[str, tuple[float, float]]:
    with closing(sqlite3.connect(f"file:{up.data / 'sereno.db'}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT version, since, until FROM lora_serving").fetchall()
    return {
        version: (moment(since), float("inf") if until is None else moment(until)) for version, since, until in found
    }


def ended(call: dict[str, Any]) -> float:
    return parse_time(call["timestamp"], 0.0) + float(call["latency"])


def check(calls: list[dict[str, Any]], found: list[tuple[str, float, int, float]]) -> None:
    """Every window's figures are those of the calls that ended in it."""
    ends = [ended(call) // WINDOW * WINDOW + WINDOW for call in calls]
    by_end = {end: [call for call, its in zip(calls, ends, strict=True) if its == end] for end in ends}
    told = {(metric, at): (value, samples) for metric, value, samples, at in found}
    assert {at: samples for (metric, at), (_, samples) in told.items() if metric == "requests"} == Counter(ends)
    for end, here in by_end.items():
        assert told["error_rate", end] == (0.0, len(here))
        mean, samples = told["output_tokens_mean", end]
        assert (mean, samples) == (sum(call["output_tokens"] for call in here) / len(here), len(here))
        low, high = min(c["latency"] for c in here), max(c["latency"] for c in here)
        assert low * 0.9 <= told["latency_p50_seconds", end][0] <= told["latency_p95_seconds", end][0] <= high * 1.1
