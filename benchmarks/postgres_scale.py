"""PostgreSQL 18 with ten million calls over thirty days: how long the questions of pages and API take.

Two hours of calls (27,778) are stored as a keeper stores them; the server then repeats their rows 360 times, each two
hours later, and the roll-ups take each repetition as they take a batch. Bodies are kept for the first two hours only.
Same machine, 128 MB of shared buffers. *cold* is the first time of a question, *warm* the median of six more.
"""

from __future__ import annotations

import sys
import time
from itertools import islice
from typing import Any

from benchmarks import rig
from benchmarks.store import DAYS, START, Generator, measure
from sereno.calls import Position
from sereno.metrics.account import account_all
from sereno.metrics.rollups import ROLLUPS, Cells, merge_cells
from sereno.store.base import Batch, CallQuery
from sereno.store.postgres import PostgresStore, cells
from sereno.store.postgres.address import address
from sereno.store.postgres.months import make_months
from sereno.store.sql.columns import COLUMNS

sys.path.insert(0, str(rig.ROOT / "tests"))
from parts.postgres import postgres  # the server of the tests

HOURS = 2
REPEATS = DAYS * 24 // HOURS
IN_TWO_HOURS = 27_778


def run(quick: bool) -> dict[str, Any]:
    """Store, repeat, ask."""
    base, repeats = (300, 24) if quick else (IN_TWO_HOURS, REPEATS)
    made = Generator(base * REPEATS)
    with postgres(durable=True) as server:
        store = PostgresStore(address(server.url()))
        began = time.perf_counter()
        fill(store, made, base, repeats)
        filled = time.perf_counter() - began
        server.execute("VACUUM ANALYZE")
        end = START + repeats * HOURS * 3600
        day = CallQuery(start=end - 86400, end=end)
        one = CallQuery(start=end - 86400, user="user-07")
        month = CallQuery(start=START + 1234.5, end=end - 4321.0)
        questions = {
            "all time by model": lambda: store.aggregate(CallQuery(), ["model"]),
            "all time by user": lambda: store.aggregate(CallQuery(), ["user"]),
            "all time by category": lambda: store.aggregate(CallQuery(), ["category"]),
            "thirty days by hour": lambda: store.aggregate(CallQuery(), (), 3600.0, histograms=False),
            "thirty days by day and model": lambda: store.aggregate(CallQuery(), ["model"], 86400.0),
            "days in another zone": lambda: store.aggregate(CallQuery(), (), 86400.0, "Asia/Kolkata"),
            "last day by minute": lambda: store.aggregate(day, (), 60.0, histograms=False),
            "last day, one user by model": lambda: store.aggregate(one, ["model"]),
            "odd range by model": lambda: store.aggregate(month, ["model"]),
            "users": lambda: store.users(CallQuery(limit=50)),
            "unique users": lambda: store.unique_users(CallQuery()),
            "list, newest 100": lambda: store.calls(CallQuery(limit=100)),
            "list, slowest 100": lambda: store.calls(CallQuery(limit=100, sort="latency")),
        }
        rows = {name: measure(ask, 7) for name, ask in questions.items()}
        sizes = store.sizes()
        store.close()
    found = {
        "calls": base * repeats, "filled_seconds": filled, "bytes": sum(sizes.parts.values()),
        "queries_ms": {name: {"cold": cold, "warm": warm} for name, (cold, warm) in rows.items()},
    }  # fmt: skip
    return {**found, "table": table(found)}


def table(found: dict[str, Any]) -> list[list[str]]:
    """Lines of docs/benchmarks.md: what, target, measured, verdict, beside it in the same run."""
    warm = {name: figures["warm"] for name, figures in found["queries_ms"].items() if not name.startswith("list")}
    odd = warm.pop("days in another zone")
    name = max(warm, key=lambda name: warm[name])
    million = found["calls"] / 1e6
    return [
        [f"PostgreSQL, {million:.0f} M calls: the slowest of {len(warm)} aggregations ({name})", "≤ 200 ms",
         f"{warm[name]:.0f} ms", "reached" if warm[name] <= 200 else "**not reached**", ""],
        [f"PostgreSQL, {million:.0f} M calls: thirty days begun at half past, from minutes", "≤ 200 ms",
         f"{odd:.0f} ms", "reached" if odd <= 200 else "**not reached**", ""],
    ]  # fmt: skip


def fill(store: PostgresStore, made: Generator, base: int, repeats: int) -> None:
    """Store two hours, then repeat them."""
    total: dict[str, Cells] = {rollup.name: {} for rollup in ROLLUPS}
    for number, batch in enumerate(islice(made.batches(1000), -(-base // 1000))):
        records = batch[: base - number * 1000]
        increments = account_all([record.call for record in records], lambda model: model or "other")
        position = Position("00000000-0000-0000-0000-000000000000", 0, 1, number + 1)
        store.add(Batch(id=f"b{number}", records=records, increments=increments, positions=[position]))
        for name, found in increments.cells.items():
            merge_cells(total[name], found)
    shift = {"seq": f"seq + n * {base}", "id": "substring(sha256(id || n::text::bytea) FOR 16)"}
    for name in ("started_at", "ended_at"):
        shift[name] = f"{name} + n * {HOURS * 3600}"
    shift["part"] = f"floor((started_at + n * {HOURS * 3600}) / 21600)::bigint"
    quoted = ", ".join(f'"{name}"' for name in COLUMNS)
    chosen = ", ".join(shift.get(name, f'"{name}"') for name in COLUMNS)
    database = store._database  # noqa: SLF001  what a batch does, without making ten million of them
    for first in range(1, repeats, 12):
        last = min(first + 11, repeats - 1)
        with database.write() as link:
            names = store._names.numbers(link, _texts(total))  # noqa: SLF001  same
            make_months(link, (START + n * HOURS * 3600.0 for n in range(first, last + 2)))
            link.execute(
                f"INSERT INTO calls ({quoted}) SELECT {chosen} FROM calls, generate_series({first}, {last}) n"
                f" WHERE seq < {base}"
            )
            for rollup in ROLLUPS:
                later: Cells = {}
                for n in range(first, last + 1):
                    moved = n * HOURS * 3600
                    step = rollup.levels[0]
                    merge_cells(later, {((key[0] + moved) // step * step, *key[1:]): cell
                                        for key, cell in total[rollup.name].items()})  # fmt: skip
                cells.add_cells(link, names, rollup, later)
            n = (last - first + 1) * base
            link.execute("UPDATE state SET last_sequence = last_sequence + ?, calls = calls + ?", (n, n))
        print(f"{(last + 1) * base:,} calls", file=sys.stderr, flush=True)


def _texts(total: dict[str, Cells]) -> set[str | None]:
    return {text for found in total.values() for key in found for text in key[1:] if isinstance(text, str)}
