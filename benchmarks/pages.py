"""Every page's question at a million calls: on the store, then over HTTP against a keeper of its own process.

    python -m benchmarks.pages --make DIR [--calls N]   builds the store in a data folder
    python -m benchmarks.pages --data DIR [--no-http]   measures on it and prints the table
    python -m benchmarks pages                          builds one, measures, writes the report

The store is always the same (`benchmarks/million.py`). *cold* is the first time on a fresh connection (the file may be
in the system's page cache), *p95* that of twenty more. A question may take 60 ms in the store, a route 100 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, perf_counter, sleep, thread_time
from typing import Any

import httpx

from benchmarks import machine, million, rig
from sereno.journal.instance import prepare_data
from sereno.query.aggregations import aggregations
from sereno.query.rows import model_list
from sereno.store.base import CallQuery, Cursor, Store
from sereno.store.sqlite import SqliteStore

END = million.END
RANGES = {"1h": (3600.0, "1m"), "6h": (21600.0, "5m"), "24h": (86400.0, "15m"), "7d": (604800.0, "1h"),
          "30d": (2592000.0, "6h")}  # fmt: skip
"""Seconds, and the interval in which the range is drawn."""
STORE_MS, HTTP_MS = 60.0, 100.0
HEAVY, USUAL, MODEL = "ana.000", "iris.048", "qwen2.5-coder:14b"
Ask = Callable[[], Any]


def make(folder: Path, calls: int) -> dict[str, float]:
    """Build DIR/sereno.db; refuses a folder that has one."""
    path = folder / "sereno.db"
    if path.exists():
        raise SystemExit(f"{path} is there already: name another folder, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    prepare_data(folder)
    return million.make(folder, calls, SqliteStore(path))


def q(seconds: float = 2592000.0, **fields: Any) -> CallQuery:
    """A question over the time up to the end of the traffic, that begins at no round moment."""
    return CallQuery(start=END - seconds - 17.3, end=END - 3.7, **fields)


def questions(store: Store) -> dict[str, Ask]:
    """The questions a–h, by name."""
    out: dict[str, Ask] = {}
    for name, (seconds, interval) in RANGES.items():
        for narrowed, more in (("", {}), (" of a model", {"model": MODEL})):
            at = q(seconds, **more)
            out[f"a overview {name}{narrowed}: figures and series"] = lambda at=at, i=interval: aggregations(
                store, at, i, "UTC", END
            )
            out[f"a overview {name}{narrowed}: slowest, errors, users"] = lambda at=at: (
                store.calls(CallQuery(start=at.start, end=at.end, model=at.model, sort="latency", limit=10)),
                store.calls(CallQuery(start=at.start, end=at.end, model=at.model, status="error", limit=10)),
                store.users(CallQuery(start=at.start, end=at.end, model=at.model, limit=10)),
            )
    narrow: dict[str, dict[str, Any]] = {
        "all": {}, "model": {"model": MODEL}, "heavy user": {"user": HEAVY}, "usual user": {"user": USUAL},
        "errors": {"status": "error"}, "category": {"category": "mathematics"},
        "operation": {"operation": "embeddings"},
        "error type": {"error_type": "truncated_stream"}, "rare latency": {"min_latency": 17.0},
        "usual latency": {"min_latency": 2.0}, "rare tokens": {"min_input_tokens": 900},
        "few tokens": {"max_output_tokens": 1},
        "user, model, error": {"user": HEAVY, "model": MODEL, "status": "error"},
        "user, category": {"user": HEAVY, "category": "translation"},
        "model, slow": {"model": MODEL, "min_latency": 12.0},
        "never together": {"model": "gpt-4o", "category": "embeddings"}, "rare word": {"search": "#004711"},
        "usual words": {"search": "invoices kotlin"}, "words and user": {"search": "facturas", "user": USUAL},
        "a day": {"start": END - 9 * 86400, "end": END - 8 * 86400},
        "a day of a model": {"start": END - 9 * 86400, "end": END - 8 * 86400, "model": MODEL},
        "key": {"key": million.Session(0, million.random.Random(5)).key}, "client": {"client": "10.0.3.7"},
    }  # fmt: skip
    for name, fields in narrow.items():
        for sort in ("started", "latency", "tokens", "cost"):
            at = CallQuery(**fields, sort=sort)  # type: ignore[arg-type]  # a name of Sort
            out[f"b list by {sort}: {name}"] = lambda at=at: store.calls(at)
        counted = CallQuery(**fields)
        out[f"b count to 10,000: {name}"] = lambda at=counted: store.count(at, 10_000)
    for sort in ("started", "latency", "tokens", "cost"):
        page = store.calls(CallQuery(sort=sort, limit=100))  # type: ignore[arg-type]  # same
        after = CallQuery(sort=sort, cursor=page.next)  # type: ignore[arg-type]  # same
        out[f"b next page by {sort}"] = lambda at=after: store.calls(at)
    call = store.calls(q(86400.0, user=HEAVY, limit=1)).calls[0]
    session, cursor = call.identity.session, Cursor(call.started_at, call.id)
    out["c one call and its neighbours"] = lambda: (
        store.call(call.id),
        store.calls(CallQuery(session=session, cursor=cursor, limit=1)),
        store.calls(CallQuery(session=session, cursor=cursor, limit=1, newest_first=False)),
    )
    for sort in ("last", "calls", "tokens", "cost"):
        for name, fields in (("all", {}), ("usual user", {"user": USUAL}), ("heavy user", {"user": HEAVY}),
                             ("model", {"model": "gpt-4o"}), ("word", {"search": "facturas"})):  # fmt: skip
            at = CallQuery(**fields, limit=50)  # type: ignore[arg-type]  # fields of a query
            out[f"d conversations by {sort}: {name}"] = lambda at=at, s=sort: store.sessions(at, s)
        for name, seconds in (("24h", 86400.0), ("7d", 604800.0)):
            at = q(seconds, limit=50)
            out[f"d conversations by {sort}: {name}"] = lambda at=at, s=sort: store.sessions(at, s)
    out["d one conversation"] = lambda: (
        store.sessions(CallQuery(session=session, limit=1)),
        store.calls(CallQuery(session=session, newest_first=False)),
    )  # fmt: skip
    for sort in ("calls", "cost", "sessions", "last"):
        for name, (seconds, _) in RANGES.items():
            at = q(seconds, limit=50)
            out[f"e users by {sort}: {name}"] = lambda at=at, s=sort: store.users(at, s)
        out[f"e users by {sort}: all time"] = lambda s=sort: store.users(CallQuery(limit=50), s)
    for user in (HEAVY, USUAL):
        for name, (seconds, interval) in RANGES.items():
            at = q(seconds, user=user)
            out[f"e {'heavy' if user == HEAVY else 'usual'} user {name}"] = lambda at=at, i=interval: aggregations(
                store, at, i, "Europe/Madrid", END
            )
    for name, (seconds, _) in RANGES.items():
        at = q(seconds)
        out[f"f models {name}"] = lambda at=at: (
            model_list(store, at), store.aggregate(at, ("model",), 86400.0, histograms=False)
        )  # fmt: skip
        out[f"g cost {name}"] = lambda at=at: [  # one by one as the page shows them
            store.aggregate(at, by, interval, "Europe/Madrid" if interval else "UTC", histograms=False)
            for by, interval in ((("model",), 86400.0), (("user",), None), (("category",), None),
                                 (("cost_source",), None), (("upstream",), None), (("key",), None))
        ]  # fmt: skip
    out["h sizes and calls by day"] = lambda: (
        store.sizes(),
        store.aggregate(CallQuery(), (), 86400.0, histograms=False),
    )
    return out


ROUTES = {
    "messages": "/analytics/messages", "min_latency": "/analytics/messages?min_latency=17",
    "by cost": "/analytics/messages?sort=cost&limit=50",
    "errors of a model": f"/analytics/messages?status=error&model={MODEL}",
    "aggregations 30d": "/analytics/aggregations?start_time=30d&interval=6h",
    "aggregations of errors": "/analytics/aggregations?start_time=30d&interval=6h&status=error",
    "aggregations of a user": f"/analytics/aggregations?start_time=30d&interval=6h&user={HEAVY}",
    "aggregations, all time": "/analytics/aggregations", "models": "/analytics/models?start_time=30d",
    "sessions": "/analytics/sessions?limit=50&sort=cost", "users": "/analytics/users?limit=50&start_time=30d",
    "users, all time": "/analytics/users", "store": "/sereno/api/store",
    "page: overview 24h": "/sereno?start_time=24h", "page: overview 30d": "/sereno?start_time=30d",
    "page: overview 30d of a model": f"/sereno?start_time=30d&model={MODEL}", "page: calls": "/sereno/calls",
    "page: calls by latency": "/sereno/calls?sort=latency&start_time=7d", "page: sessions": "/sereno/sessions",
    "page: users": "/sereno/users?start_time=30d", "page: models": "/sereno/models?start_time=30d",
    "page: cost": "/sereno/cost?start_time=30d", "page: health": "/sereno/health",
}  # fmt: skip
"""Addresses that are asked over HTTP; ages are replaced by moments before the end of the traffic."""


def timed(ask: Ask, times: int) -> dict[str, float]:
    """Milliseconds of the first time, median and p95 of the others, and the median of this thread's processor time."""
    taken, busy = [], []
    for _ in range(times + 1):
        begun, worked = perf_counter(), thread_time()
        ask()
        taken.append((perf_counter() - begun) * 1e3)
        busy.append((thread_time() - worked) * 1e3)
    rest = sorted(taken[1:])
    p95 = rest[max(0, -(-95 * len(rest) // 100) - 1)]
    return {"cold": taken[0], "p50": statistics.median(rest), "p95": p95, "cpu": statistics.median(busy[1:])}


class Fresh:
    """A store that can be opened anew under those who hold it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store = SqliteStore(path, read_only=True)

    def reopen(self) -> None:
        self._store.close()
        self._store = SqliteStore(self._path, read_only=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def on_store(path: Path, times: int) -> dict[str, dict[str, float]]:
    """Every question over connections of its own."""
    store: Any = Fresh(path)
    out = {}
    for name, ask in questions(store).items():
        store.reopen()
        out[name] = timed(ask, times)
        ms = out[name]
        print(f"{ms['p95']:8.1f} ms {ms['cold']:8.1f} cold {ms['cpu']:8.1f} cpu  {name}", file=sys.stderr, flush=True)
    store.close()
    return out


@contextlib.contextmanager
def keeper(folder: Path) -> Iterator[str]:
    """A keeper on the folder; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sereno", "keeper", "--data", str(folder), "--keeper", f"127.0.0.1:{port}",
               "--log-level", "error"]  # fmt: skip
    with rig.process(command):
        base, until = f"http://127.0.0.1:{port}", monotonic() + 60
        while monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{base}/readyz").status_code == 200:
                    break
            sleep(0.1)
        yield base


def over_http(folder: Path, times: int) -> dict[str, dict[str, float]]:
    """Every route; one that does not answer 200 is left out with its status."""
    out: dict[str, dict[str, float]] = {}
    with keeper(folder) as base, httpx.Client(timeout=60, headers={"Accept": "text/html,*/*"}) as client:
        for name, path in ROUTES.items():
            for age, (seconds, _) in RANGES.items():
                times_of = f"start_time={END - seconds:.0f}&end_time={END:.0f}"
                path = path.replace(f"start_time={age}", times_of)  # noqa: PLW2901  # built up
            count = [0]

            def ask(path: str = path, count: list[int] = count) -> None:
                count[0] += 1  # another end each time, so that no answer is a remembered one
                fresh = path.replace(f"end_time={END:.0f}", f"end_time={END - count[0]:.0f}")
                client.get(base + fresh).raise_for_status()

            status = client.get(base + path).status_code
            if status == 200:
                out[name] = timed(ask, times)
            else:
                out[name] = {"status": float(status)}
            print(f"{out[name].get('p95', -1):8.1f} ms  {name}  {path}", file=sys.stderr, flush=True)
    return out


def measured(folder: Path, times: int, *, http: bool = True) -> dict[str, Any]:
    """All figures, and the lines they add to the report."""
    found: dict[str, Any] = {"store_ms": on_store(folder / "sereno.db", times)}
    letters = sorted({name[0] for name in found["store_ms"]})
    worst = {letter: max((r["p95"], n) for n, r in found["store_ms"].items() if n[0] == letter) for letter in letters}
    found["table"] = [
        [f"1 M calls, store: slowest question of “{name[2:]}”, p95", f"≤ {STORE_MS:g} ms", f"{ms:.1f} ms",
         "reached" if ms <= STORE_MS else "**not reached**", ""]
        for ms, name in worst.values()
    ]  # fmt: skip
    if http:
        found["http_ms"] = over_http(folder, times)
        ms, name = max((r["p95"], n) for n, r in found["http_ms"].items() if "p95" in r)
        verdict = "reached" if ms <= HTTP_MS else "**not reached**"
        what = f"1 M calls, over HTTP: slowest route “{name}”, p95"
        found["table"].append([what, f"≤ {HTTP_MS:g} ms", f"{ms:.1f} ms", verdict, ""])
    return found


def run(quick: bool) -> dict[str, Any]:
    """Build a store and measure on it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        built = make(folder, 20_000 if quick else 1_000_000)
        return {"built": built, **measured(folder, 3 if quick else 20)}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--make", type=Path, metavar="DIR", help="build the store in this data folder")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, metavar="DIR", help="measure on the store in this data folder")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--no-http", action="store_true", help="the store alone")
    asked = parser.parse_args()
    if asked.make:
        print(json.dumps({"calls": asked.calls, **make(asked.make, asked.calls)}))
    if asked.data:
        found = measured(asked.data, asked.times, http=not asked.no_http)
        print(json.dumps({"machine": machine.describe(), **found}, indent=1))
    if not asked.make and not asked.data:
        parser.error("name a folder: --make DIR, --data DIR or both")


if __name__ == "__main__":
    main()
