"""The appender against disks that fail in every way it knows."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sereno.calls import Exchange
from sereno.journal.appender import SegmentAppender
from sereno.journal.folder import folder_bytes, list_segments, worker_folder
from sereno.journal.reader import JournalReader
from sereno.journal.tail import Problem

MakeExchange = Callable[..., Exchange]
ReadAll = Callable[..., tuple[list[int], list[Problem]]]
Open = Callable[..., SegmentAppender]


@pytest.fixture
def open_appender(journal: Path, reader: JournalReader) -> Open:
    def open_one(**given_settings: Any) -> SegmentAppender:
        values: dict[str, Any] = {"budget_bytes": 1 << 20, "segment_bytes": 1 << 16, "retire": os.close}
        return SegmentAppender(journal, reader.instance, 0, **(values | given_settings))

    return open_one


@pytest.fixture
def payloads(make_exchange: MakeExchange) -> Callable[[int, int], list[bytes]]:
    return lambda start, count: [msgspec.msgpack.encode(make_exchange(start + n)) for n in range(count)]


def test_short_writes_are_gone_on_with(
    open_appender: Open, payloads: Callable[[int, int], list[bytes]], reader: JournalReader, read_all: ReadAll
) -> None:
    def few(fd: int, buffers: Sequence[bytes]) -> int:
        return os.write(fd, b"".join(buffers)[:100])

    appender = open_appender(writev=few)
    assert appender.append(payloads(0, 20)) == [None] * 20
    appender.close()
    assert read_all(reader) == (list(range(20)), [])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(room=st.integers(0, 4000))
def test_a_disk_that_fills_up_anywhere_leaves_only_whole_frames(
    make_exchange: MakeExchange, tmp_path_factory: pytest.TempPathFactory, read_all: ReadAll, room: int
) -> None:
    journal = tmp_path_factory.mktemp("data") / "journal"
    journal.mkdir()
    reader = JournalReader(journal)
    left = room

    def filling(fd: int, buffers: Sequence[bytes]) -> int:
        nonlocal left
        data = b"".join(buffers)[:left]
        if not data:
            raise OSError(errno.ENOSPC, "No space left on device")
        left -= len(data)
        return os.write(fd, data)

    appender = SegmentAppender(
        journal, reader.instance, 0, budget_bytes=1 << 20, segment_bytes=1 << 16, retire=os.close, writev=filling
    )
    payloads = [msgspec.msgpack.encode(make_exchange(n)) for n in range(20)]
    outcome = appender.append(payloads)
    kept = outcome.count(None)
    assert outcome == [None] * kept + ["disk"] * (20 - kept)
    assert read_all(reader) == (list(range(kept)), [])
    left = 1 << 20
    assert appender.append([msgspec.msgpack.encode(make_exchange(n)) for n in range(100, 103)]) == [None] * 3
    appender.close()
    assert read_all(reader) == ([*range(kept), 100, 101, 102], [])


def test_when_it_cannot_even_cut_back_the_torn_end_stays_in_a_sealed_segment(
    open_appender: Open,
    payloads: Callable[[int, int], list[bytes]],
    reader: JournalReader,
    read_all: ReadAll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = 0

    def breaking(fd: int, buffers: Sequence[bytes]) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            return os.write(fd, b"".join(buffers)[:150])
        if calls == 3:
            raise OSError(errno.EIO, "Input/output error")
        return os.writev(fd, buffers)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    appender = open_appender(writev=breaking)
    assert appender.append(payloads(0, 3)) == [None] * 3
    monkeypatch.setattr(os, "ftruncate", refuse)
    assert appender.append(payloads(50, 3)) == ["disk"] * 3
    assert appender.append(payloads(3, 3)) == [None] * 3
    appender.close()
    numbers, problems = read_all(reader)
    assert numbers == list(range(6))
    assert [problem.kind for problem in problems] == ["torn"]
    assert len(list_segments(worker_folder(reader.folder, 0))) == 2


def test_a_segment_that_cannot_be_made_drops_and_leaves_nothing(
    open_appender: Open,
    payloads: Callable[[int, int], list[bytes]],
    reader: JournalReader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    appender = open_appender()

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        assert appender.append(payloads(0, 2)) == ["disk"] * 2
    assert [path.name for path in worker_folder(reader.folder, 0).iterdir()] == ["lock"]
    assert appender.append(payloads(0, 2)) == [None] * 2
    appender.close()


def test_what_a_crash_left_between_making_and_naming_a_segment_is_removed(open_appender: Open, journal: Path) -> None:
    folder = worker_folder(journal, 0)
    folder.mkdir()
    (folder / "000000000007.new").write_bytes(b"SRNO")
    open_appender().close()
    assert [path.name for path in folder.iterdir()] == ["lock"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(budget=st.integers(2000, 30_000), sizes=st.lists(st.integers(1, 6000), min_size=1, max_size=30))
def test_the_budget_is_never_exceeded(tmp_path_factory: pytest.TempPathFactory, budget: int, sizes: list[int]) -> None:
    journal = tmp_path_factory.mktemp("data") / "journal"
    journal.mkdir()
    instance = JournalReader(journal).instance
    appender = SegmentAppender(journal, instance, 0, budget_bytes=budget, segment_bytes=1 << 20, retire=os.close)
    for size in sizes:
        (outcome,) = appender.append([bytes(size)])
        used = folder_bytes(worker_folder(journal, 0))
        assert used <= budget
        assert used == appender.bytes_on_disk
        if outcome is not None:
            assert outcome == "budget"
            assert used + size + 8 + 256 > budget, "it would have fitted"
    appender.close()
