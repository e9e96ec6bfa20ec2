"""Ingest: exactly once, whatever fails when."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest

from keeper.harness import EVERYTHING, counted, drain, ids, make
from sereno.calls import Exchange, id_text
from sereno.errors import StoreError
from sereno.journal.reader import JournalReader
from sereno.store.base import Batch, CallQuery
from sereno.store.sqlite import SqliteStore


def test_what_gateways_wrote_is_stored_and_counted_once(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    sent = [exchange(i, at=i) for i in range(25)]
    write(sent[:10], worker=0)
    write(sent[10:], worker=1)

    assert drain(make(data, store, batch_calls=7)) == 25

    assert ids(store) == sorted(id_text(one.id) for one in sent)
    assert counted(store) == 25
    assert store.counters().counters["sereno_calls_ingested_total", ()] == 25
    (group,) = store.aggregate(CallQuery())
    assert group.totals.calls == 25
    assert drain(make(data, store)) == 0  # a new keeper finds nothing to do


class Faulty:
    """A store that fails at the n-th call of any method, before or after it did its work."""

    def __init__(self, store: SqliteStore, at: int, after: bool, error: Callable[[], BaseException]) -> None:
        self._store, self._left, self._after, self._error = store, at, after, error

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise self._error()
            result = method(*arguments)
            if self._left == 0:
                raise self._error()
            return result

        return call


class Killed(BaseException):
    """Stands for the process's end: nothing after it runs."""


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [lambda: StoreError("locked"), Killed], ids=["fails", "killed"])
def test_a_fault_at_any_store_call_neither_loses_nor_doubles(
    data: Path,
    store: SqliteStore,
    write: Callable[..., None],
    exchange: Callable[..., Exchange],
    after: bool,
    error: Callable[[], BaseException],
) -> None:
    sent = [exchange(i, at=i, messages=(("user", f"question {i}"),)) for i in range(12)]
    write(sent[:7], worker=0)
    write(sent[7:], worker=1)
    for at in range(1, 40):
        path = data / f"round-{at}.db"
        inner = SqliteStore(path)
        faulty = Faulty(inner, at, after, error)
        ingest = make(data, faulty, batch_calls=5)
        try:
            for _ in range(20):
                try:
                    ingest.step()
                except StoreError:
                    continue
        except Killed:
            ingest = make(data, inner, batch_calls=5)
        drain(ingest)
        assert ids(inner) == sorted(id_text(one.id) for one in sent), at
        assert counted(inner) == 12, at
        assert inner.counters().counters["sereno_calls_ingested_total", ()] == 12, at
        inner.close()
        if faulty._left > 0:
            assert at > 6
            return
    pytest.fail("the fault never came late enough to be past the end")


WORKER = """
import sys, threading
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from sereno.store.sqlite import SqliteStore
from harness import make
data = Path(sys.argv[1])
ingest = make(data, SqliteStore(data / "sereno.db"), batch_calls=20)
ingest._begin()
print("up", flush=True)
while ingest.step():
    pass
"""


def test_kill_9_at_random_moments_ends_in_equal_counts(
    data: Path, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    sent = [exchange(i, at=i / 10) for i in range(1500)]
    write(sent, segment_bytes=1 << 18)
    chance = random.Random(7)
    kills = 0
    for _ in range(30):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(data), str(Path(__file__).parent)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(chance.uniform(0.0, 0.08))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
        process.stdout.close()
        if kills >= 4:
            break
    assert kills >= 1
    store = SqliteStore(data / "sereno.db")
    drain(make(data, store))
    assert len(ids(store)) == len(sent)
    assert counted(store) == len(sent)
    assert store.counters().counters["sereno_calls_ingested_total", ()] == len(sent)
    store.close()


def test_a_poisoned_frame_is_counted_and_passed_over(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    sent = [exchange(i, at=i) for i in range(6)]
    write(sent)
    (segment,) = (data / "journal" / "w0").glob("*.seg")
    content = bytearray(segment.read_bytes())
    where = content.index(sent[2].id)
    content[where] ^= 0xFF
    segment.write_bytes(content)

    ingest = make(data, store)
    drain(ingest)

    assert len(ids(store)) == 5
    assert store.counters().counters["sereno_journal_poisoned_frames_total", ()] == 1
    assert ingest.poisoned == 1
    drain(make(data, store))
    assert store.counters().counters["sereno_journal_poisoned_frames_total", ()] == 1


def test_a_frame_that_is_no_exchange_is_counted_and_passed_over(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(0), exchange(1, at=1)])

    class Strange(JournalReader):
        def decode(self, payload: bytes) -> Exchange:
            found = super().decode(payload)
            if found.id == exchange(1, at=1).id:
                raise ValueError("not an exchange")
            return found

    ingest = make(data, store)
    ingest._reader = Strange(data / "journal")
    drain(ingest)

    assert ids(store) == [id_text(exchange(0).id)]
    assert store.counters().counters["sereno_journal_poisoned_frames_total", ()] == 1


def test_a_record_that_the_store_refuses_does_not_stop_the_others(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(i, at=i, answer="bad" if i == 4 else "good") for i in range(9)])

    class Picky:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def add(self, batch: Batch) -> int:
            if any(record.call.response == "bad" for record in batch.records):
                raise ValueError("cannot be written")
            return store.add(batch)

    ingest = make(data, Picky())
    drain(ingest)

    assert len(ids(store)) == 8
    assert counted(store) == 8
    assert ingest.errors["rejected"] >= 1
    assert store.counters().counters["sereno_journal_poisoned_frames_total", ()] == 1


def test_a_store_that_comes_back_gets_the_same_batch_and_the_journal_waits(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(i, at=i) for i in range(5)])
    down = Event()
    down.set()
    batches: list[str] = []

    class Flapping:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def add(self, batch: Batch) -> int:
            batches.append(batch.id)
            if down.is_set():
                raise StoreError("the disk is full")
            return store.add(batch)

    ingest = make(data, Flapping())
    ingest.start()
    wait_for(lambda: len(batches) >= 2)
    assert ingest.failing_since is not None
    assert list((data / "journal" / "w0").glob("*.seg"))
    down.clear()
    wait_for(lambda: ingest.stored == 5)
    wait_for(lambda: ingest.failing_since is None)
    ingest.close()
    assert len(set(batches)) == 1
    assert ingest.errors == {"other": len(batches) - 1}
    assert counted(store) == 5


def test_what_was_written_last_is_stored_at_the_end(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    ingest = make(data, store, idle_seconds=60.0)
    ingest.start()
    write([exchange(i, at=i) for i in range(5)])
    ingest.close()
    assert counted(store) == 5


def test_a_locked_store_is_waited_for(
    data: Path, write: Callable[..., None], exchange: Callable[..., Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setattr("sereno.store.sqlite.connection.BUSY_SECONDS", 0.05)
    store = SqliteStore(data / "sereno.db")
    write([exchange(i, at=i) for i in range(5)])
    other = sqlite3.connect(data / "sereno.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ingest = make(data, store)
    ingest.start()
    wait_for(lambda: ingest.errors.get("locked", 0) >= 1)
    other.execute("ROLLBACK")
    other.close()
    wait_for(lambda: ingest.stored == 5)
    ingest.close()
    assert counted(store) == 5
    store.close()


def test_stored_segments_are_removed_and_others_kept(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(i, at=i) for i in range(300)], segment_bytes=1 << 16)
    folder = data / "journal" / "w0"
    assert len(list(folder.glob("*.seg"))) > 2
    ingest = make(data, store)
    ingest.step()
    ingest.delete_stored()
    drain(ingest)
    ingest._delete_at = 0.0
    ingest.delete_stored()
    assert not list(folder.glob("*.seg"))
    assert counted(store) == 300


def test_no_content_is_stored_when_it_is_switched_off(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(0, answer="a secret answer")])
    drain(make(data, store, content="none"))
    (call,) = store.export(EVERYTHING)
    assert (call.prompt, call.response) == ("", "")
    assert call.usage.output_tokens == 5
    detail = store.call(call.id)
    assert detail is not None
    assert detail.exchange is None
    assert b"secret" not in (data / "sereno.db").read_bytes()


def test_masks_see_every_text_and_raw_bodies_are_not_kept(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(0, messages=(("user", "my card is 4111"),), answer="card 4111 noted")])
    drain(make(data, store, masks=(lambda text: text.replace("4111", "####"),)))
    (call,) = store.export(EVERYTHING)
    assert (call.prompt, call.response) == ("my card is ####", "card #### noted")
    detail = store.call(call.id)
    assert detail is not None
    assert detail.exchange is None


def test_a_mask_that_fails_lets_no_content_through(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    def broken(text: str) -> str:
        raise RuntimeError(text)

    write([exchange(0, answer="a secret answer")])
    drain(make(data, store, masks=(broken,)))
    (call,) = store.export(EVERYTHING)
    assert (call.prompt, call.response) == ("", "")


def test_only_models_that_answered_take_a_label(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(0, model="real"), exchange(1, at=1, model="invented", status=404)])
    drain(make(data, store))
    assert dict(store.model_slots()) == {"real:latest": "real:latest"}
    models = {key[1][0] for key in store.counters().counters if key[0] == "llm_requests_total"}
    assert models == {"real:latest", "other"}


def test_a_conversation_over_two_workers_is_one_session(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    turns: list[tuple[str, str]] = []
    sent = []
    for turn in range(6):
        turns.append(("user", f"turn {turn}"))
        sent.append(exchange(turn, at=turn * 10, messages=tuple(turns), answer=f"answer {turn}"))
        turns.append(("assistant", f"answer {turn}"))
    stranger = exchange(99, at=25, messages=tuple(turns[:3]), answer="answer 1", peer="10.0.0.9")
    write([sent[0], sent[2], sent[4], stranger], worker=1)
    write([sent[1], sent[3], sent[5]], worker=0)

    drain(make(data, store, batch_calls=3))

    sessions = {call.id: call.identity.session for call in store.export(EVERYTHING)}
    first = id_text(sent[0].id)
    assert {sessions[id_text(one.id)] for one in sent} == {first}
    assert sessions[id_text(stranger.id)] == id_text(stranger.id)


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_a_journal_that_was_deleted_begins_anew_and_is_read(
    data: Path,
    store: SqliteStore,
    write: Callable[..., None],
    exchange: Callable[..., Exchange],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write([exchange(0), exchange(1, at=1)])
    drain(make(data, store))
    shutil.rmtree(data / "journal")
    now = time.time()
    with monkeypatch.context() as later:  # segment numbers begin at the second of their making
        later.setattr("sereno.journal.appender.time.time", lambda: now + 5)
        write([exchange(2, at=2), exchange(3, at=3)])

    drain(make(data, store))

    assert ids(store) == [id_text(exchange(i, at=i).id) for i in range(4)]
    assert counted(store) == 4


def test_a_model_of_a_server_known_to_be_ollama_is_named_its_way(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    first = exchange(0)
    over_openai = msgspec.structs.replace(
        first, target="/v1/chat/completions", request_body=b'{"model":"Llama3.2","messages":[]}', request_size=34
    )
    write([over_openai])
    ingest = make(data, store)
    ingest._ollama_upstreams = lambda: {over_openai.upstream}

    drain(ingest)

    assert store.models() == ["llama3.2:latest"]
