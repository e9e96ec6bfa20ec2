"""What is handed to the writer is on disk, or counted as dropped; the caller never waits."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sereno.calls import Exchange
from sereno.errors import JournalError
from sereno.journal.folder import folder_bytes, list_segments, worker_folder
from sereno.journal.reader import JournalReader
from sereno.journal.status import StatusFile
from sereno.journal.tail import Problem
from sereno.journal.writer import JournalWriter

OpenWriter = Callable[..., JournalWriter]
MakeExchange = Callable[..., Exchange]
ReadAll = Callable[..., tuple[list[int], list[Problem]]]


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.002)


def test_everything_handed_over_is_read_once_in_order(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    writer = open_writer(segment_bytes=4096)
    for number in range(500):
        assert writer.append(make_exchange(number))
    assert writer.close()
    assert read_all(reader) == (list(range(500)), [])
    assert writer.records == 500
    assert set(writer.dropped.values()) == {0}
    assert len(list_segments(worker_folder(reader.folder, 0))) > 10


def test_an_exchange_comes_back_as_it_was(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange
) -> None:
    exchange = make_exchange(
        7, os.urandom(3_000_000), user="Zoë", session=None, request_at=None, outcome="client_closed", target="/é?x=\x80"
    )
    writer = open_writer()
    writer.append(exchange)
    writer.close()
    (frame,) = reader.read(reader.start(0)).frames
    assert reader.decode(frame.payload) == exchange


def test_records_are_readable_while_the_writer_lives(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange
) -> None:
    writer = open_writer()
    position = reader.start(0)
    for number in range(5):
        writer.append(make_exchange(number))
        wait_for(lambda number=number: writer.records == number + 1)  # type: ignore[misc]
        batch = reader.read(position)
        assert [reader.decode(frame.payload).id[-1] for frame in batch.frames] == [number]
        assert batch.at_end
        position = batch.position


def test_a_full_queue_drops_and_counts(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    gate = threading.Event()

    def slow(fd: int, buffers: Sequence[bytes]) -> int:
        gate.wait(10)
        return os.writev(fd, buffers)

    writer = open_writer(queue_bytes=64 * 1024, writev=slow)
    taken = [number for number in range(200) if writer.append(make_exchange(number, b"x" * 1000))]
    assert 10 < len(taken) < 100
    assert writer.queued_bytes <= 64 * 1024
    assert writer.dropped["queue"] == 200 - len(taken)
    gate.set()
    writer.close()
    assert read_all(reader) == (taken, [])


def test_an_exchange_larger_than_the_queue_passes_when_nothing_waits(
    open_writer: OpenWriter, make_exchange: MakeExchange
) -> None:
    writer = open_writer(queue_bytes=1000)
    assert writer.append(make_exchange(1, b"x" * 100_000))
    wait_for(lambda: writer.records == 1)


def test_the_budget_is_never_exceeded_and_nothing_unread_is_deleted(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    budget = 100_000
    writer = open_writer(budget_bytes=budget, segment_bytes=20_000)
    folder = worker_folder(reader.folder, 0)
    for number in range(400):
        writer.append(make_exchange(number, b"x" * 700))
        assert folder_bytes(folder) <= budget
    writer.close()
    assert folder_bytes(folder) <= budget
    assert writer.dropped["budget"] > 0
    assert writer.records + writer.dropped["budget"] == 400
    numbers, problems = read_all(reader)
    assert problems == []
    assert numbers == list(range(writer.records))


def test_recording_goes_on_once_the_keeper_made_room(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange
) -> None:
    writer = open_writer(budget_bytes=50_000, segment_bytes=50_000)
    for number in range(200):
        writer.append(make_exchange(number, b"x" * 1000))
    wait_for(lambda: writer.dropped["budget"] > 0 and writer.queued_bytes == 0)
    before = writer.records
    position = reader.start(0)
    while not (batch := reader.read(position)).at_end:
        position = batch.position
    assert reader.delete_before(batch.position) > 0
    wait_for(lambda: writer.append(make_exchange(1000, b"y" * 1000)))
    wait_for(lambda: writer.records > before)
    after = reader.read(batch.position)
    assert reader.decode(after.frames[0].payload).id == (1000).to_bytes(16, "big")
    assert after.problems == ()


def test_one_frame_that_fills_the_budget_does_not_block_it_forever(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange
) -> None:
    writer = open_writer(budget_bytes=50_000, segment_bytes=50_000)
    writer.append(make_exchange(0, b"x" * 45_000))
    wait_for(lambda: writer.records == 1)
    writer.append(make_exchange(1, b"x" * 45_000))
    wait_for(lambda: writer.dropped["budget"] == 1)
    batch = reader.read(reader.start(0))
    assert reader.delete_before(batch.position) == 1
    wait_for(lambda: writer.append(make_exchange(2, b"x" * 45_000)))
    wait_for(lambda: writer.records == 2)


class FillingDisk:
    """A `writev` that takes `room` bytes, then refuses with ENOSPC, also in the middle of a frame."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, fd: int, buffers: Sequence[bytes]) -> int:
        data = b"".join(buffers)[: self.room]
        if not data:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(data)
        return os.write(fd, data)


def test_a_full_disk_costs_records_but_no_whole_frame(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    disk = FillingDisk(5_000)
    writer = open_writer(writev=disk)
    handed = 0
    while writer.dropped["disk"] == 0:
        writer.append(make_exchange(handed))
        handed += 1
        time.sleep(0.001)
    wait_for(lambda: writer.queued_bytes == 0)
    kept = writer.records
    assert kept > 5
    (segment,) = list_segments(worker_folder(reader.folder, 0))
    assert read_all(reader) == (list(range(kept)), [])
    assert reader.unread_bytes([reader.read(reader.start(0)).position]) == 0, "a torn frame was left behind"
    disk.room = 1 << 30
    wait_for(lambda: writer.append(make_exchange(10_000)))
    wait_for(lambda: writer.records == kept + 1)
    assert read_all(reader) == ([*range(kept), 10_000], [])
    assert segment.path.exists()


def test_append_is_quick_while_the_disk_hangs(open_writer: OpenWriter, make_exchange: MakeExchange) -> None:
    gate = threading.Event()

    def hang(fd: int, buffers: Sequence[bytes]) -> int:
        gate.wait(30)
        return os.writev(fd, buffers)

    writer = open_writer(writev=hang)
    writer.append(make_exchange(0))
    wait_for(lambda: not writer._queue)  # the thread hangs in its write now
    for number in range(1, 1000):
        assert writer.append(make_exchange(number))
    assert writer.records == 0
    gate.set()
    wait_for(lambda: writer.records == 1000)


def test_what_cannot_be_encoded_is_counted_and_stops_nothing(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    writer = open_writer()
    writer.append(make_exchange(1))
    writer.append(make_exchange(2, user="\ud800"))  # half a surrogate pair has no UTF-8
    writer.append(make_exchange(3))
    writer.close()
    assert writer.dropped["encode"] == 1
    assert read_all(reader) == ([1, 3], [])


def test_strict_tells_once_the_record_is_synced(
    open_writer: OpenWriter, reader: JournalReader, make_exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    sync = os.fdatasync

    def noting(fd: int) -> None:
        sync(fd)
        events.append("synced")

    monkeypatch.setattr("sereno.journal.syncer._datasync", noting)
    writer = open_writer(durability="strict")
    told = threading.Event()

    def done(durable: bool) -> None:
        events.append(f"told {durable}")
        told.set()

    assert writer.append_durable(make_exchange(1), done)
    assert told.wait(10)
    assert events[-1] == "told True"
    assert "synced" in events[:-1]
    assert len(reader.read(reader.start(0)).frames) == 1


def test_strict_says_no_when_the_disk_does_not_take_or_sync_it(
    open_writer: OpenWriter, make_exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[bool] = []
    full = open_writer(durability="strict", writev=FillingDisk(0))
    assert full.append_durable(make_exchange(1), answers.append)
    wait_for(lambda: answers == [False])
    assert full.dropped["disk"] == 1

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("sereno.journal.syncer._datasync", broken)
    failing = open_writer(1, durability="strict")
    assert failing.append_durable(make_exchange(2), answers.append)
    wait_for(lambda: answers == [False, False])
    assert failing.sync_errors > 0


def test_a_second_writer_is_refused_with_the_sentence_that_helps(open_writer: OpenWriter) -> None:
    open_writer(3)
    with pytest.raises(JournalError, match=rf"w3 is being written by another gateway \(pid {os.getpid()}\): stop it"):
        open_writer(3)
    open_writer(4)


def test_a_folder_that_cannot_be_made_drops_until_it_can(
    open_writer: OpenWriter, journal: Path, make_exchange: MakeExchange
) -> None:
    blocker = journal / "w0"
    blocker.write_text("in the way")
    writer = open_writer()
    assert not writer.append(make_exchange(1))
    assert writer.dropped["disk"] == 1
    blocker.unlink()
    wait_for(lambda: writer.append(make_exchange(2)))
    wait_for(lambda: writer.records == 1)


def test_counts_reach_the_status_file(open_writer: OpenWriter, data: Path, make_exchange: MakeExchange) -> None:
    status = StatusFile(data / "run" / "worker-0.status", 0)
    writer = open_writer(budget_bytes=20_000, segment_bytes=20_000, status=status)
    for number in range(100):
        writer.append(make_exchange(number, b"x" * 500))
    wait_for(lambda: status.get("records") + sum(status.get(f"dropped.{r}") for r in writer.dropped) == 100)
    assert status.get("records") == writer.records
    assert status.get("dropped.budget") == writer.dropped["budget"] > 0
    writer.close()
    status.close()


def test_after_close_records_are_refused_and_counted(open_writer: OpenWriter, make_exchange: MakeExchange) -> None:
    writer = open_writer()
    assert writer.close()
    assert not writer.append(make_exchange(1))
    assert writer.dropped["queue"] == 1
    assert writer.close()
