"""The file under the SQLite store: schema, view, plans, locks, damage, kills, a full disk."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sereno.calls import Position, Timing
from sereno.errors import StoreError, StoreNewerError
from sereno.metrics.account import account_all
from sereno.store.base import CallQuery, Store
from sereno.store.sqlite import SqliteStore, connection, failures, search
from sereno.store.sqlite import plan as planning
from sereno.store.sqlite.migrate import APPLICATION_ID, migrations, statements
from store.made import T0, a_batch, a_call, label, some_calls


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sereno.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def shell(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as other:
        rows = other.execute(sql, values).fetchall()
    other.close()
    return rows


def test_it_is_the_store_of_the_protocol(store: SqliteStore) -> None:
    assert isinstance(store, Store)


def test_the_file_says_what_it_is_and_is_for_its_owner_alone(store: SqliteStore, path: Path) -> None:
    assert shell(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert shell(path, "PRAGMA user_version") == [(migrations()[-1][0],)]
    assert shell(path, "PRAGMA journal_mode") == [("wal",)]
    assert shell(path, "PRAGMA auto_vacuum") == [(2,)]
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_migrations_are_numbered_without_gaps_and_strict() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
    for _, script in migrations():
        for statement in statements(script):
            if "CREATE TABLE" in statement:
                assert "STRICT" in statement


@pytest.mark.parametrize("version", range(len(migrations())))
def test_a_file_of_every_older_version_is_brought_up(path: Path, version: int) -> None:
    old = sqlite3.connect(path, isolation_level=None)
    for number, script in migrations()[:version]:
        for statement in statements(script):
            old.execute(statement)
        old.execute(f"PRAGMA user_version = {number}")
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    old.close()
    store = SqliteStore(path)
    assert store.add(a_batch([a_call()])) == 1
    store.close()


def test_two_processes_may_open_a_new_file_at_once(path: Path) -> None:
    stores: list[SqliteStore] = []
    threads = [threading.Thread(target=lambda: stores.append(SqliteStore(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4
    for store in stores:
        store.check()
        store.close()


def test_a_newer_schema_is_refused(store: SqliteStore, path: Path) -> None:
    store.close()
    shell(path, "PRAGMA user_version = 99")
    with pytest.raises(StoreNewerError, match=r"schema 99.*upgrade"):
        SqliteStore(path)


def test_another_program_s_database_is_left_alone(path: Path) -> None:
    shell(path, "CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(path)
    assert shell(path, "SELECT name FROM sqlite_schema") == [("theirs",)]


def test_no_database_at_all_is_said(path: Path) -> None:
    path.write_bytes(b"this is a letter to my aunt " * 100)
    with pytest.raises(StoreError, match="no SQLite database"):
        SqliteStore(path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        SqliteStore(tmp_path / "nowhere" / "sereno.db")


def test_a_damaged_file_is_said(store: SqliteStore, path: Path) -> None:
    for number in range(20):
        store.add(a_batch([a_call(number * 100 + n, prompt=f"{n} " * 200) for n in range(100)], f"b{number}"))
    store.close()
    data = bytearray(path.read_bytes())
    for offset in range(8192 * 3, len(data), 8192):  # the first pages hold the schema
        data[offset : offset + 200] = b"\xff" * 200
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"damaged.*restore"):
        damaged(path)


def damaged(path: Path) -> None:
    store = SqliteStore(path)
    try:
        store.check()
        list(store.export(CallQuery()))
    finally:
        store.close()


def test_a_locked_file_is_said_and_nothing_is_half_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    store = SqliteStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        store.add(a_batch(some_calls(10)))
    assert store.count(CallQuery(internal=None)) == 0  # readers go on
    other.execute("ROLLBACK")
    assert store.add(a_batch(some_calls(10))) == 10
    other.close()
    store.close()


def test_a_full_disk_is_said_and_nothing_is_half_written(store: SqliteStore) -> None:
    calls = some_calls(400)
    store.add(a_batch(calls[:10], "b0"))
    before = (store.counters(), store.positions(), store.sizes().calls)
    writer = store._database._writer
    assert writer is not None
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 5}")  # SQLite answers SQLITE_FULL, as for ENOSPC
    with pytest.raises(StoreError, match="full: free some space"):
        store.add(a_batch(calls[10:], "b1", [Position("i", 0, 1, 1)]))
    assert (store.counters(), store.positions(), store.sizes().calls) == before
    writer.execute("PRAGMA max_page_count = 1073741823")
    assert store.add(a_batch(calls[10:], "b1", [Position("i", 0, 1, 1)])) == 390
    assert store.counters() == cleared(account_all(calls, label))


def cleared(increments: object) -> object:
    """Without cells: what `counters()` gives back."""
    for cells in increments.cells.values():  # type: ignore[attr-defined]
        cells.clear()
    return increments


def test_a_failure_in_the_middle_leaves_nothing(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = some_calls(50)

    def fail(*_: object) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr(search, "index", fail)
        with pytest.raises(RuntimeError, match="middle"):
            store.add(a_batch(calls))
    assert (store.last_sequence(), store.models()) == (-1, [])
    assert store.add(a_batch(calls)) == 50
    assert {call.id for call in store.export(CallQuery(internal=None))} == {call.id for call in calls}


KILLED = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from store.made import a_batch, some_calls
from sereno.calls import Position
from sereno.store.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
calls = some_calls(4000)
for number in range(0, 4000, 40):
    store.add(a_batch(calls[number : number + 40], f"b{number}", [Position("i", 0, 1, number + 40)]))
    print(number + 40, flush=True)
"""


@pytest.mark.parametrize("after", [3, 11, 20])
def test_a_killed_writer_leaves_whole_batches(path: Path, after: int) -> None:
    tests = str(Path(__file__).parents[2])
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(path), tests], stdout=subprocess.PIPE)
    assert child.stdout is not None
    for _ in range(after):
        told = int(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    store = SqliteStore(path)
    (position,) = store.positions()
    assert position.offset >= told
    expected = some_calls(4000)[: position.offset]
    assert [call for _, call in store.calls_after(-1, 5000)] == [
        call for _, call in store.calls_after(-1, len(expected))
    ]
    assert {call.id for call in store.export(CallQuery(internal=None))} == {call.id for call in expected}
    assert store.counters() == cleared(account_all(expected, label))
    assert shell(path, "PRAGMA integrity_check") == [("ok",)]
    store.close()


def test_readers_see_whole_batches_while_a_writer_commits(store: SqliteStore) -> None:
    stop = threading.Event()
    seen: list[int] = []
    wrong: list[object] = []

    def watch() -> None:
        while not stop.is_set():
            try:
                total = store.aggregate(CallQuery())[0].totals.calls
                counted = sum(v for (name, _), v in store.counters().counters.items() if name == "llm_requests_total")
            except StoreError as error:
                wrong.append(error)
                return
            seen.append(total)
            if total % 25 or counted % 25:
                wrong.append((total, counted))

    threads = [threading.Thread(target=watch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(40):
        store.add(a_batch([a_call(number * 25 + n) for n in range(25)], f"b{number}"))
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert seen
    assert store.count(CallQuery()) == 1000


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_BUSY, "locked"), (sqlite3.SQLITE_READONLY, "writable"), (sqlite3.SQLITE_CORRUPT, "damaged"),
        (sqlite3.SQLITE_FULL, "free some space"), (sqlite3.SQLITE_IOERR, "disk"), (sqlite3.SQLITE_NOTADB, "no SQLite"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened"), (sqlite3.SQLITE_READONLY | (4 << 8), "writable"),
    ],
)  # fmt: skip
def test_every_failure_says_what_to_do(code: int, words: str) -> None:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = code
    assert words in failures.sentence("/data/sereno.db", error)
    assert "/data/sereno.db" in failures.sentence("/data/sereno.db", error)


def plans(store: SqliteStore, ask: Callable[[], object]) -> str:
    """The plans of every SELECT that a question runs, by tracing a reader."""
    said: list[str] = []
    with store._database.read() as reader:
        pass
    reader.set_trace_callback(said.append)
    ask()
    reader.set_trace_callback(None)
    selects = [sql for sql in said if re.match(r"\s*(SELECT|WITH)", sql)]
    assert selects
    return "\n".join(str(row[3]) for sql in selects for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())


LISTS = {
    "all": CallQuery(),
    "model": CallQuery(model="a:latest"),
    "user": CallQuery(user="ana"),
    "session": CallQuery(session="s1"),
    "errors": CallQuery(status="error"),
    "aborted": CallQuery(status="aborted"),
    "error type": CallQuery(error_type="http_5xx"),
    "time": CallQuery(start=T0, end=T0 + 2.5 * 86400),
    "model and time": CallQuery(model="a:latest", start=T0, end=T0 + 2.5 * 86400),
    "rare word": CallQuery(search="night"),
}


@pytest.mark.parametrize("few", [10_000, 2])
@pytest.mark.parametrize("sort", ["started", "latency", "tokens", "cost"])
@pytest.mark.parametrize("query", LISTS.values(), ids=LISTS)
def test_no_list_reads_the_whole_table(
    store: SqliteStore, query: CallQuery, sort: Any, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "FEW", few)
    monkeypatch.setattr(planning, "PLENTY_FEWER", 0)
    store.add(a_batch(some_calls(100)))
    plan = plans(store, lambda: store.calls(msgspec.structs.replace(query, sort=sort)))
    assert not re.search(r"SCAN c($| (?!USING (COVERING )?INDEX))", plan, re.MULTILINE), plan
    assert not re.search(r"SCAN (calls|bodies)($| (?!USING))", plan, re.MULTILINE), plan
    if query.search is None and few == 2:  # the order comes from an index: only equal figures are sorted
        assert "USING INDEX calls_" in plan, plan
        assert "TEMP B-TREE FOR ORDER BY" not in plan, plan


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.call(a_call().id), lambda s: s.models(), lambda s: s.sizes(), lambda s: s.check(),
        lambda s: s.count(CallQuery()), lambda s: s.calls_after(5, 10), lambda s: s.positions(),
        lambda s: s.aggregate(CallQuery(), ["model"]), lambda s: s.aggregate(CallQuery(model="a:latest"), (), 3600.0),
        lambda s: s.aggregate(CallQuery(), ["user"], histograms=False), lambda s: s.unique_users(CallQuery()),
    ],
)  # fmt: skip
def test_what_is_asked_often_reads_no_whole_table(store: SqliteStore, ask: Callable[[SqliteStore], object]) -> None:
    store.add(a_batch(some_calls(100)))
    plan = plans(store, lambda: ask(store))
    assert not re.search(r"SCAN (c|calls|bodies)($| (?!USING))", plan, re.MULTILINE), plan


def test_frequent_words_are_found_by_walking(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from sereno.store.sqlite import choosing, dialect

    monkeypatch.setattr(dialect, "FEW_HITS", 3)
    monkeypatch.setattr(choosing, "FIRST_WALK", 7)
    monkeypatch.setattr(choosing, "LAST_WALK", 20)
    calls = [a_call(n, started_at=T0 + n * 86400 / 2, prompt="night" if n % 3 else "day") for n in range(100)]
    store.add(a_batch(calls))
    expected = [call for call in reversed(calls) if call.prompt == "night"]
    page = store.calls(CallQuery(search="night", limit=10, offset=5))
    assert list(page.calls) == expected[5:15]
    after = store.calls(CallQuery(search="night", limit=100, cursor=page.next))
    assert list(after.calls) == expected[15:]
    assert list(store.export(CallQuery(search="night"))) == expected
    assert store.count(CallQuery(search="night")) == len(expected)
    assert store.aggregate(CallQuery(search="night"))[0].totals.calls == len(expected)
    assert [s for s, _ in store.calls_after(90, 100, CallQuery(search="night"))] == [91, 92, 94, 95, 97, 98]
    assert store.delete_bodies(T0 + 40 * 86400, 1000) == 80
    assert store.count(CallQuery(search="night")) == sum(call.prompt == "night" for call in calls[80:])


def test_weeks_of_search_are_dropped_whole(store: SqliteStore, path: Path) -> None:
    store.add(a_batch([a_call(n, started_at=T0 + n * 7 * 86400) for n in range(5)]))
    names = "SELECT count(*) FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'"
    assert shell(path, names) == [(5,)]
    assert store.delete_bodies(T0 + 14 * 86400, 100) == 2
    assert shell(path, names) == [(3,)]
    assert store.delete_calls(T0 + 99 * 86400, 100) == 5
    assert shell(path, names) == [(0,)]


@pytest.mark.parametrize(
    ("at", "week"), [(345600, 345600), (345599, -259200), (T0, T0 - 86400), (T0 + 5 * 86400, T0 - 86400)]
)
def test_weeks_begin_on_monday(at: float, week: float) -> None:
    assert search.week_of(at) == week


def test_sessions_go_with_their_last_call(store: SqliteStore, path: Path) -> None:
    from sereno.calls import Identity

    calls = [a_call(n, identity=Identity(session=f"s{n // 5}")) for n in range(20)]
    store.add(a_batch(calls))
    store.delete_calls(T0 + 7, 100)
    assert shell(path, "SELECT name FROM sessions ORDER BY name") == [("s1",), ("s2",), ("s3",)]
    store.add(a_batch([a_call(50, identity=Identity(session="s0"))], "again"))
    assert [row.session for row in store.sessions(CallQuery())] == ["s0", "s3", "s2", "s1"]


def test_deleting_gives_pages_back_and_sizes_tell(store: SqliteStore) -> None:
    for number in range(5):
        store.add(a_batch([a_call(number * 100 + n, prompt=os.urandom(2000).hex()) for n in range(100)], f"b{number}"))
    before = store.sizes()
    store.delete_calls(T0 + 1000, 10_000)
    after = store.sizes()
    assert sum(before.parts[p] for p in ("database", "free")) > 2 * sum(after.parts[p] for p in ("database", "free"))
    assert (before.calls, after.calls, after.oldest_at) == (500, 0, None)


def test_the_view_of_seed_003_answers_in_the_shell(store: SqliteStore, path: Path) -> None:
    from sereno.calls import Identity

    store.add(a_batch([
        a_call(1, identity=Identity(user="ana"), prompt="x" * 300, cost_usd=0.5, timing=Timing(2.0)),
        a_call(2, operation="other"), a_call(3, internal="judge"), a_call(4, status="error", error_type="http_5xx"),
    ]))  # fmt: skip
    rows = shell(path, "SELECT * FROM analytics ORDER BY timestamp")
    assert rows[0] == (T0 + 1, "a:latest", "x" * 200, "the model", "ana", "success", 10, 20, 2.0, 0.5)
    assert [row[5] for row in rows] == ["success", "error"]
    if shutil.which("sqlite3"):
        asked = subprocess.run(["sqlite3", path, "SELECT COUNT(*) FROM analytics;"], capture_output=True, check=True)
        assert asked.stdout == b"2\n"
    other = sqlite3.connect(path)
    columns = [column[0] for column in other.execute("SELECT * FROM analytics").description]
    other.close()
    assert columns == [
        "timestamp",
        "model",
        "prompt",
        "response",
        "user",
        "status",
        "input_tokens",
        "output_tokens",
        "latency",
        "cost",
    ]
