"""What only a server can do to a store: vanish in the middle of a batch, be shared by keepers, say no."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from parts.postgres import Server, postgres
from sereno.calls import Call, Position
from sereno.errors import ConfigError, StoreError, StoreNewerError, StoreTimeoutError
from sereno.metrics.account import account_all
from sereno.store.base import CallQuery
from sereno.store.deadline import deadline
from sereno.store.postgres import PostgresStore, cells
from sereno.store.postgres.address import address
from sereno.store.postgres.link import Link
from sereno.store.postgres.migrate import migrate
from store.conftest import Databases
from store.made import T0, a_batch, a_call, label, some_calls

EVERYTHING = CallQuery(internal=None, newest_first=False, limit=1000)


@pytest.fixture
def url(databases: Databases, tmp_path: Path) -> str:
    return databases.url(tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    store = PostgresStore(address(url))
    yield store
    store.close()


@pytest.fixture
def own() -> Iterator[Server]:
    """A server of its own, that syncs to the disk, for tests that kill it."""
    with postgres(durable=True) as server:
        yield server


def assert_counted_once(store: PostgresStore, calls: list[Call]) -> None:
    """Every call is there once, in lists, sums and counters."""
    assert sorted(call.id for call in store.calls(EVERYTHING).calls) == sorted(call.id for call in calls)
    expected = account_all(calls, label)
    assert store.counters().counters == expected.counters
    assert store.counters().histograms == expected.histograms
    assert store.aggregate(CallQuery())[0].totals.calls == sum(call.is_llm for call in calls)


@pytest.mark.parametrize("moment", ["before", "within", "after"])
def test_a_server_that_crashes_around_a_batch_loses_and_doubles_nothing(
    own: Server, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = some_calls(120, seed=6)
    store = PostgresStore(address(own.url()))
    store.add(a_batch(calls[:60], "b1", [Position("i", 0, 1, 5)]))
    batch = a_batch(calls[60:], "b2", [Position("i", 0, 2, 5)])

    def crash() -> None:
        own.stop(signal.SIGQUIT)  # what a power cut leaves

    if moment == "before":
        crash()
    elif moment == "within":
        add = cells.add

        def add_and_crash(*given: Any) -> None:
            add(*given)
            crash()

        monkeypatch.setattr(cells, "add", add_and_crash)
    else:
        assert store.add(batch) == 60
        crash()

    if moment != "after":
        with pytest.raises(StoreError, match=r"does not answer|was shut down|failed"):
            store.add(batch)
    with pytest.raises(StoreError, match=r"does not answer|was shut down"):
        store.calls(EVERYTHING)
    monkeypatch.undo()
    own.start()

    assert store.add(batch) == (0 if moment == "after" else 60)  # the same store recovers by itself
    assert_counted_once(store, calls)
    assert store.positions() == [Position("i", 0, 2, 5)]
    store.close()


def test_two_keepers_write_into_one_database(url: str) -> None:
    calls = some_calls(400, seed=9)
    halves = [calls[0::2], calls[1::2]]
    failures: list[BaseException] = []

    def keep(number: int) -> None:
        try:
            store = PostgresStore(address(url))
            for first in range(0, 200, 10):
                batch = a_batch(halves[number][first : first + 10], f"k{number}-{first}",
                                [Position(f"keeper {number}", 0, 1, first + 10)])  # fmt: skip
                assert store.add(batch) == 10
                assert store.add(batch) == 0
            store.close()
        except BaseException as error:  # noqa: BLE001  shown by the test
            failures.append(error)

    threads = [threading.Thread(target=keep, args=(number,)) for number in (0, 1)]
    seen: list[int] = []
    with_tail = PostgresStore(address(url))
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen += [sequence for sequence, _ in with_tail.calls_after(seen[-1] if seen else -1, 1000)]
    for thread in threads:
        thread.join()
    seen += [sequence for sequence, _ in with_tail.calls_after(seen[-1] if seen else -1, 1000)]

    assert failures == []
    assert seen == list(range(400)), "a tail meets every call, in the order of their sequence"
    assert_counted_once(with_tail, calls)
    assert with_tail.positions() == [Position(f"keeper {n}", 0, 1, 200) for n in (0, 1)]
    with_tail.close()


def test_a_conversation_that_another_keeper_removed_gets_a_new_number(url: str) -> None:
    one, two = PostgresStore(address(url)), PostgresStore(address(url))
    talk = msgspec.structs.replace(a_call().identity, session="talk", user="ana")
    one.add(a_batch([a_call(0, identity=talk)], "b1"))
    assert two.delete_calls(T0 + 1, 10) == 1
    one.add(a_batch([a_call(5, identity=talk)], "b2"))
    for store in (one, two):
        assert [(row.session, row.calls) for row in store.sessions(CallQuery())] == [("talk", 1)]
        assert store.calls(CallQuery(session="talk")).calls[0].id == a_call(5).id
        store.close()


def test_months_are_made_as_calls_come_and_dropped_whole(store: PostgresStore, databases: Databases, url: str) -> None:
    august, october = T0 - 20 * 86400, T0 + 40 * 86400
    calls = [a_call(n, started_at=at + n) for n, at in enumerate([august, T0, T0, october, 0.0, 4.2e9])]
    store.add(a_batch(calls))
    before = store.counters()

    def parts() -> set[str]:
        sql = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'calls\\_%'"
        return {name for (name,) in databases.server.execute(sql, url.rpartition("/")[2])}

    assert parts() == {"calls_before", "calls_after", "calls_2026_08", "calls_2026_09", "calls_2026_10"}
    # All of August and September at once, and the call of 1970, whatever the limit.
    assert store.delete_calls(october - 86400, 1) >= 1
    while store.delete_calls(october - 86400, 10):
        pass
    assert parts() == {"calls_before", "calls_after", "calls_2026_10"}
    assert [call.id for call in store.calls(EVERYTHING).calls] == [calls[3].id, calls[5].id]
    assert (store.sizes().calls, store.sizes().bodies) == (2, 2)
    assert store.counters() == before
    store.add(a_batch([a_call(77, started_at=august)], "late"))
    assert "calls_2026_08" in parts()


def test_a_query_past_its_deadline_ends(store: PostgresStore) -> None:
    store.add(a_batch(some_calls(20)))
    with deadline(0.2), pytest.raises(StoreTimeoutError), store._database.read() as link:
        link.execute("SELECT pg_sleep(60)")
    with deadline(0.0), pytest.raises(StoreTimeoutError, match="no time"):
        store.count(CallQuery(user="ana"))
    assert store.count(CallQuery(internal=None)) == 20


def test_a_commit_survives_though_the_server_forgets_by_default(databases: Databases, url: str) -> None:
    databases.server.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
    link = Link(address(url), limited=False)
    assert link.execute("SHOW synchronous_commit").fetchone() == ("on",)
    link.close()


def test_a_newer_or_foreign_schema_is_refused(databases: Databases, tmp_path: Path) -> None:
    url = databases.url(tmp_path / "newer")
    databases.server.execute("UPDATE sereno.schema_version SET version = 999", url.rpartition("/")[2])
    for read_only in (False, True):
        with pytest.raises(StoreNewerError, match=r"schema 999.*upgrade Sereno"):
            PostgresStore(address(url), read_only=read_only)
    databases.server.execute("CREATE DATABASE foreign_one")
    databases.server.execute("CREATE SCHEMA sereno CREATE TABLE calls (n int)", "foreign_one")
    with pytest.raises(StoreError, match="another program's"):
        PostgresStore(address(databases.server.url("foreign_one")))


def test_looking_makes_and_changes_nothing(databases: Databases) -> None:
    databases.server.execute("CREATE DATABASE empty_one")
    empty = address(databases.server.url("empty_one"))
    with pytest.raises(StoreError, match=r"no record at postgresql://.*empty_one yet"):
        PostgresStore(empty, read_only=True)
    assert databases.server.execute("SELECT to_regnamespace('sereno')", "empty_one") == [(None,)]
    PostgresStore(empty).close()
    looking = PostgresStore(empty, read_only=True)
    writes: list[Callable[[], object]] = [
        lambda: looking.add(a_batch([a_call()])),
        lambda: looking.delete_calls(T0, 1),
    ]
    for write in writes:
        with pytest.raises(StoreError, match="reading only"):
            write()
    looking.close()


def test_keepers_that_start_together_make_the_schema_once(databases: Databases) -> None:
    databases.server.execute("CREATE DATABASE together")
    script = (
        "import sys; from sereno.store.postgres import PostgresStore as Store;"
        " from sereno.store.postgres.address import address;"
        " Store(address(sys.argv[1])).close()"
    )
    url = databases.server.url("together")
    keepers = [subprocess.Popen([sys.executable, "-c", script, url]) for _ in range(3)]
    assert [keeper.wait(60) for keeper in keepers] == [0, 0, 0]
    assert databases.server.execute("SELECT count(*) FROM sereno.schema_version", "together") == [(1,)]


def test_a_keeper_that_looks_while_another_makes_the_schema_knows_its_own(databases: Databases) -> None:
    databases.server.execute("CREATE DATABASE between")
    where = address(databases.server.url("between"))

    class Late(Link):
        """Asks its first question before the other keeper has begun, its second when that one is done."""

        asked = 0

        def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
            found = super().execute(sql, parameters)
            self.asked += 1
            if self.asked == 1:
                PostgresStore(where).close()
            return found

    link = Late(where, limited=False)
    migrate(link, "between")
    link.close()
    assert databases.server.execute("SELECT count(*) FROM sereno.schema_version", "between") == [(1,)]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("postgresql://ana:hunter2@h/db", "holds a password.*password_file"),
        ("postgresql://h:x/", "names no database"),
        ("postgresql://[h/db", "no address of PostgreSQL; expected postgresql://USER"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(wrong: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as raised:
        address(wrong)
    assert "hunter2" not in str(raised.value)


def test_a_password_is_in_no_message(databases: Databases) -> None:
    given = address(databases.server.url("not_there"), "hunter2")
    assert "hunter2" in given.conninfo
    with pytest.raises(StoreError, match=r"does not exist|does not answer") as raised:
        PostgresStore(given)
    assert "hunter2" not in f"{raised.value} {given} {given!r}"


def test_the_view_for_sql_by_hand_has_the_seeds_columns(store: PostgresStore, databases: Databases, url: str) -> None:
    store.add(a_batch([a_call(0, cost_usd=0.5), a_call(1, operation="other"), a_call(2, internal="judge")]))
    sql = (
        'SELECT extract(epoch FROM timestamp)::float8, model, prompt, response, "user", status, input_tokens,'
        " output_tokens, latency, cost FROM sereno.analytics"
    )
    rows = databases.server.execute(sql, url.rpartition("/")[2])
    assert rows == [
        (T0, "a:latest", "what does the night watch", "the model", None, "success", 10, 20, 1.5, 0.5),
    ]


def test_many_readers_share_few_connections(store: PostgresStore, databases: Databases) -> None:
    store.add(a_batch(some_calls(50)))
    answers: list[int] = []

    def ask() -> None:
        answers.append(store.count(CallQuery(internal=None)))

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [50] * 40
    name = store._database.name.rpartition("/")[2]
    ((connections,),) = databases.server.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")
    assert connections <= 9
