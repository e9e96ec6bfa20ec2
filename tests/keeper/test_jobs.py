"""Schedule, retention and the keeper's sessions, each with a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event, Lock

import msgspec
import pytest

from keeper.harness import START, counted, drain, ids, make
from sereno.calls import Call, Exchange
from sereno.keeper.policy import PolicyWriter
from sereno.keeper.retention import Retention
from sereno.keeper.schedule import Job, Schedule
from sereno.keeper.sessions import threaded
from sereno.store.base import CallQuery, ThreadKey
from sereno.store.sqlite import SqliteStore
from sereno.wire.decode import decode


def test_a_job_that_fails_is_a_figure(store: SqliteStore) -> None:
    def broken(stop: Event) -> None:
        raise RuntimeError("it broke")

    job = Job(name="x", every=1, run=broken)
    schedule = Schedule([job], store, "me", clock=lambda: 5.0)
    assert schedule.run_once(job)
    state = schedule.states["x"]
    assert (state.successes, state.errors, state.error, state.succeeded_at) == (0, 1, "it broke", None)


def test_a_leased_job_runs_on_one_keeper_at_a_time(store: SqliteStore) -> None:
    ran: list[str] = []
    now = [1000.0]

    def keeper(name: str) -> tuple[Schedule, Job]:
        job = Job(name="retention", every=10, run=lambda _: ran.append(name), lease=True)
        return Schedule([job], store, name, clock=lambda: now[0]), job

    (first, its), (second, other) = keeper("a"), keeper("b")
    assert first.run_once(its)
    assert not second.run_once(other)
    now[0] += 31  # the first one died: its lease of three intervals is over
    assert second.run_once(other)
    assert ran == ["a", "b"]


def test_two_jobs_of_one_name_are_refused(store: SqliteStore) -> None:
    job = Job(name="x", every=1, run=lambda _: None)
    with pytest.raises(ValueError, match="same name"):
        Schedule([job, job], store, "me")


def test_retention_forgets_bodies_then_calls_and_never_a_count(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    day = 86400.0
    write([exchange(i, at=i * day) for i in range(10)])
    drain(make(data, store))
    now = START / 1e9 + 10 * day
    retention = Retention(store, Lock(), calls_days=7.5, bodies_days=3.5, clock=lambda: now, pause=0.0)
    retention.run(Event())
    assert retention.deleted["calls"] == 3
    left = list(store.export(CallQuery(limit=1000)))
    assert len(left) == len(ids(store)) == 7
    with_bodies = [call for call in left if (detail := store.call(call.id)) is not None and detail.exchange is not None]
    assert len(with_bodies) == 3
    assert counted(store) == 10
    (group,) = store.aggregate(CallQuery())
    assert group.totals.calls == 10


def test_a_broken_key_file_leaves_the_last_policy(data: Path) -> None:
    from sereno.errors import ConfigError

    writer = PolicyWriter(data, "auto", ())
    writer.run()
    before = (data / "policy.msgpack").read_bytes()
    (data / "keys.json").write_text("{broken")
    with pytest.raises(ConfigError, match=r"keys\.json"):
        writer.run()
    assert (data / "policy.msgpack").read_bytes() == before


def nothing(keys: Sequence[ThreadKey], since: float) -> Mapping[ThreadKey, str]:
    return {}


def test_a_conversation_is_continued_for_24_hours_and_no_longer(exchange: Callable[..., Exchange]) -> None:
    def call(number: int, at: float) -> Call:
        turns = (("user", "hola"),) if number == 0 else (("user", "hola"), ("assistant", "buenas"), ("user", "y?"))
        return decode(exchange(number, at=at, messages=turns, answer="buenas"))

    first, soon = call(0, 0), call(1, 24 * 3600 - 1)
    assert [c.identity.session for c in threaded([first, soon], nothing)] == [first.id, first.id]
    late = call(1, 24 * 3600 + 10)
    assert [c.identity.session for c in threaded([first, late], nothing)] == [first.id, late.id]


def test_the_window_that_the_store_is_asked_for_ends_24_hours_before_the_call(
    exchange: Callable[..., Exchange],
) -> None:
    asked: list[float] = []

    def lookup(keys: Sequence[ThreadKey], since: float) -> Mapping[ThreadKey, str]:
        asked.append(since)
        return dict.fromkeys(keys, "earlier")

    turns = (("user", "hola"), ("assistant", "buenas"), ("user", "y?"))
    call = decode(exchange(1, at=0, messages=turns))
    (found,) = threaded([call], lookup)
    assert found.identity.session == "earlier"
    assert asked == [call.started_at - 86400.0]


def test_a_given_session_is_kept_and_continued(exchange: Callable[..., Exchange]) -> None:
    first = decode(exchange(0, answer="buenas"))
    first = msgspec.structs.replace(first, identity=msgspec.structs.replace(first.identity, session="chat-7"))
    turns = (("user", "hola"), ("assistant", "buenas"), ("user", "y?"))
    second = decode(exchange(1, at=5, messages=turns))
    assert [c.identity.session for c in threaded([first, second], nothing)] == ["chat-7", "chat-7"]
