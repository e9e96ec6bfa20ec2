"""Whatever happens to a journal: what was written whole before is read exactly once, in order, without an exception."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sereno.calls import Exchange, Position
from sereno.errors import JournalError
from sereno.journal.appender import SegmentAppender
from sereno.journal.folder import list_segments, segment_path, worker_folder
from sereno.journal.instance import prepare_data
from sereno.journal.reader import JournalReader
from sereno.journal.segment import HEADER_BYTES, SegmentHeader, encode_header, frame_head
from sereno.journal.tail import Problem
from sereno.journal.writer import JournalWriter

MakeExchange = Callable[..., Exchange]
ReadAll = Callable[..., tuple[list[int], list[Problem]]]

FIXTURES = [HealthCheck.function_scoped_fixture]
"""Those used here are plain functions, the same for every example."""
sizes = st.lists(st.integers(0, 3000), min_size=1, max_size=25)


class Journal:
    """A journal in a temporary folder, written without threads."""

    def __init__(self, folder: str, make_exchange: MakeExchange, segment_bytes: int = 8192) -> None:
        data = Path(folder) / "data"
        self.instance = prepare_data(data)
        self.journal = data / "journal"
        self.reader = JournalReader(self.journal)
        self.folder = worker_folder(self.journal, 0)
        self._make_exchange = make_exchange
        self._segment_bytes = segment_bytes
        self.written = 0
        self.open()

    def open(self) -> None:
        self.appender = SegmentAppender(
            self.journal,
            self.instance,
            0,
            budget_bytes=1 << 30,
            segment_bytes=self._segment_bytes,
            retire=os.close,
        )

    def write(self, body_sizes: list[int]) -> None:
        payloads = []
        for size in body_sizes:
            payloads.append(msgspec.msgpack.encode(self._make_exchange(self.written, os.urandom(size))))
            self.written += 1
        assert self.appender.append(payloads) == [None] * len(payloads)

    def kill(self, torn: bytes = b"") -> None:
        """As after SIGKILL: nothing is sealed, and the last write may be there in part."""
        if self.appender.fd >= 0:
            os.write(self.appender.fd, torn)
            os.close(self.appender.fd)
        self.appender._lock.close()

    def segments(self) -> list[Path]:
        return [found.path for found in list_segments(self.folder)]


def frames_of(path: Path, salt_of: bytes) -> list[tuple[int, int]]:
    """(begin, end) of every frame of an undamaged segment, from the length fields alone."""
    found, at = [], HEADER_BYTES
    while at < len(salt_of):
        end = at + 8 + int.from_bytes(salt_of[at : at + 4], "little")
        found.append((at, end))
        at = end
    assert at == path.stat().st_size
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=FIXTURES)
@given(sizes, st.data())
def test_any_truncation_keeps_every_whole_frame(
    make_exchange: MakeExchange, read_all: ReadAll, body_sizes: list[int], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        journal = Journal(folder, make_exchange)
        journal.write(body_sizes)
        journal.kill()
        last = journal.segments()[-1]
        frames = frames_of(last, last.read_bytes())
        cut = data.draw(st.integers(0, last.stat().st_size))
        os.truncate(last, cut)
        lost = sum(end > cut for _, end in frames)
        numbers, problems = read_all(journal.reader)
        assert numbers == list(range(journal.written - lost))
        assert {problem.kind for problem in problems} <= {"torn"}
        torn = cut not in {HEADER_BYTES, *(end for _, end in frames)}
        assert bool(problems) == torn


@settings(max_examples=60, deadline=None, suppress_health_check=FIXTURES)
@given(sizes, st.data())
def test_any_flipped_byte_costs_at_most_its_own_frame(
    make_exchange: MakeExchange, read_all: ReadAll, body_sizes: list[int], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        journal = Journal(folder, make_exchange)
        journal.write(body_sizes)
        journal.kill()
        paths = journal.segments()
        contents = [path.read_bytes() for path in paths]
        which = data.draw(st.integers(0, len(paths) - 1))
        at = data.draw(st.integers(0, len(contents[which]) - 1))
        number = 0
        hit: int | None = None
        for i, path in enumerate(paths):
            for begin, end in frames_of(path, contents[i]):
                if i == which and begin <= at < end:
                    hit = number
                number += 1
        damaged = bytearray(contents[which])
        damaged[at] ^= data.draw(st.integers(1, 255))
        paths[which].write_bytes(damaged)
        numbers, problems = read_all(journal.reader)
        assert numbers == [n for n in range(journal.written) if n != hit]
        assert len(problems) == (hit is not None)


@settings(max_examples=40, deadline=None, suppress_health_check=FIXTURES)
@given(sizes, st.integers(0, 2**31), st.binary(min_size=1, max_size=5000))
def test_any_overwritten_stretch_costs_only_the_frames_it_touches(
    make_exchange: MakeExchange, read_all: ReadAll, body_sizes: list[int], where: int, garbage: bytes
) -> None:
    with TemporaryDirectory() as folder:
        journal = Journal(folder, make_exchange, segment_bytes=1 << 20)
        journal.write(body_sizes)
        journal.kill()
        (path,) = journal.segments()
        before = path.read_bytes()
        frames = frames_of(path, before)
        at = HEADER_BYTES + where % (len(before) - HEADER_BYTES)
        garbage = garbage[: len(before) - at]
        path.write_bytes(before[:at] + garbage + before[at + len(garbage) :])
        untouched = [n for n, (begin, end) in enumerate(frames) if end <= at or begin >= at + len(garbage)]
        numbers, problems = read_all(journal.reader)
        assert set(untouched) <= set(numbers)
        assert numbers == sorted(set(numbers))
        assert len(numbers) == len(frames) or problems


steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.lists(st.integers(0, 2000), min_size=1, max_size=6)),
        st.tuples(st.just("read"), st.integers(1, 5)),
        st.tuples(st.just("seal"), st.none()),
        st.tuples(st.just("kill"), st.integers(0, 60)),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("delete"), st.none()),
    ),
    max_size=40,
)


@settings(max_examples=80, deadline=None, suppress_health_check=FIXTURES)
@given(steps)
def test_any_interleaving_reads_every_whole_frame_once_in_order(
    make_exchange: MakeExchange, script: list[tuple[str, object]]
) -> None:
    with TemporaryDirectory() as folder:
        journal = Journal(folder, make_exchange, segment_bytes=4096)
        reader = journal.reader
        position = reader.start(0)
        seen: list[int] = []

        def read(max_frames: int) -> bool:
            nonlocal position
            batch = reader.read(position, max_frames=max_frames)
            assert len(batch.frames) <= max_frames
            assert batch.poisoned == 0
            assert {problem.kind for problem in batch.problems} <= {"torn"}
            assert batch.position >= position
            seen.extend(int.from_bytes(reader.decode(frame.payload).id, "big") for frame in batch.frames)
            position = batch.position
            return batch.at_end

        for step, argument in script:
            if step == "write":
                journal.write(argument)  # type: ignore[arg-type]
            elif step == "read":
                read(argument)  # type: ignore[arg-type]
            elif step == "seal":
                journal.appender.seal()
            elif step == "kill":
                payload = msgspec.msgpack.encode(make_exchange(999_999))
                assert isinstance(argument, int)
                torn = (frame_head(payload, journal.appender._salt) + payload)[:argument]
                journal.kill(torn)
                journal.open()
            elif step == "restart":
                journal.appender.close()
                journal.open()
            else:
                reader.delete_before(position)
        while not read(3):
            pass
        assert seen == list(range(journal.written))
        assert reader.unread_bytes([position]) == 0
        assert reader.oldest_unread_ns([position]) is None
        journal.appender.close()
        reader.delete_before(position)
        assert journal.segments() == []


def test_reading_while_a_thread_writes_and_segments_go(
    open_writer: Callable[..., JournalWriter], reader: JournalReader, make_exchange: MakeExchange
) -> None:
    writer = open_writer(segment_bytes=16_384)
    total = 3000

    def write() -> None:
        for number in range(total):
            while not writer.append(make_exchange(number, b"x" * (number % 500))):
                time.sleep(0.001)

    thread = threading.Thread(target=write)
    thread.start()
    position, seen = reader.start(0), 0
    deadline = time.monotonic() + 60
    while seen < total:
        batch = reader.read(position, max_frames=100)
        for frame in batch.frames:
            assert int.from_bytes(reader.decode(frame.payload).id, "big") == seen
            seen += 1
        assert batch.problems == ()
        position = batch.position
        reader.delete_before(position)
        assert time.monotonic() < deadline
    thread.join()
    assert len(list_segments(worker_folder(reader.folder, 0))) <= 2


def test_what_looks_like_a_frame_inside_a_body_is_not_read_after_damage(
    tmp_path: Path, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    forged = msgspec.msgpack.encode(make_exchange(666))
    journal = Journal(str(tmp_path), make_exchange)
    # A client knows the format, not the salt: it sends frames for every salt it can guess.
    body = b"".join(frame_head(forged, salt) + forged for salt in (0, 1, 0xFFFFFFFF))
    payloads = [msgspec.msgpack.encode(make_exchange(n, body)) for n in range(3)]
    assert journal.appender.append(payloads) == [None] * 3
    journal.kill()
    (path,) = journal.segments()
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES + 2] ^= 0x01  # the first frame's length
    path.write_bytes(data)
    numbers, problems = read_all(journal.reader)
    assert numbers == [1, 2]
    assert [problem.kind for problem in problems] == ["poisoned"]


def test_several_damaged_frames_in_a_row_count_each(
    tmp_path: Path, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=1 << 20)
    journal.write([100] * 10)
    journal.kill()
    (path,) = journal.segments()
    data = bytearray(path.read_bytes())
    for begin, _ in frames_of(path, bytes(data))[3:6]:
        data[begin + 60] ^= 0xFF
    path.write_bytes(data)
    numbers, problems = read_all(journal.reader)
    assert numbers == [0, 1, 2, 6, 7, 8, 9]
    assert [problem.kind for problem in problems] == ["poisoned"] * 3
    assert journal.reader.read(journal.reader.start(0)).poisoned == 3


def test_damage_under_a_living_writer_is_passed_once_more_follows(tmp_path: Path, make_exchange: MakeExchange) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=1 << 20)
    journal.write([100])
    (path,) = journal.segments()
    with path.open("r+b") as file:
        file.seek(HEADER_BYTES + 50)
        file.write(b"\xff\xfe\xfd")
    first = journal.reader.read(journal.reader.start(0))
    assert first.frames == []
    assert first.at_end, "it may still be written"
    journal.write([100])
    second = journal.reader.read(first.position)
    assert [journal.reader.decode(frame.payload).id[-1] for frame in second.frames] == [1]
    assert second.poisoned == 1
    journal.appender.close()


def test_zeros_behind_the_last_frame_are_a_torn_tail(
    tmp_path: Path, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    journal = Journal(str(tmp_path), make_exchange)
    journal.write([10, 10])
    journal.kill(bytes(3000))  # a power cut leaves blocks that were allocated and never written
    numbers, problems = read_all(journal.reader)
    assert numbers == [0, 1]
    assert [(problem.kind, problem.size) for problem in problems] == [("torn", 3000)]


def test_a_missing_segment_is_reported_once_and_the_rest_is_read(tmp_path: Path, make_exchange: MakeExchange) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=1000)
    journal.write([900] * 5)
    journal.kill()
    first = journal.reader.read(journal.reader.start(0), max_frames=1)
    paths = journal.segments()
    paths[1].unlink()
    paths[2].unlink()
    rest = journal.reader.read(first.position)
    assert [journal.reader.decode(frame.payload).id[-1] for frame in rest.frames] == [3, 4]
    assert [problem.kind for problem in rest.problems] == ["missing"]
    assert rest.poisoned == 0


def test_foreign_and_unreadable_segments_are_passed_over_and_set_aside(
    tmp_path: Path, make_exchange: MakeExchange, read_all: ReadAll
) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=1000)
    journal.write([900] * 2)
    journal.kill()
    last = list_segments(journal.folder)[-1].sequence
    foreign = SegmentHeader(1, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", 0, last + 1, last, 0, 5)
    payload = msgspec.msgpack.encode(make_exchange(77))
    segment_path(journal.folder, last + 1).write_bytes(encode_header(foreign) + frame_head(payload, 5) + payload)
    segment_path(journal.folder, last + 2).write_bytes(b"this is no segment" * 100)
    numbers, problems = read_all(journal.reader)
    assert numbers == [0, 1]
    assert [problem.kind for problem in problems] == ["foreign", "header"]
    assert "6ba7b810" in problems[0].detail
    batch = journal.reader.read(journal.reader.start(0))
    assert journal.reader.read(batch.position).problems == (), "reported once"
    assert journal.reader.delete_before(batch.position) == 4
    assert sorted(path.suffix for path in journal.folder.iterdir() if path.name != "lock") == [".quarantine"] * 2


def test_a_newer_segment_stops_the_reader_with_the_way_out(tmp_path: Path, make_exchange: MakeExchange) -> None:
    journal = Journal(str(tmp_path), make_exchange)
    newer = SegmentHeader(2, journal.instance, 0, 5, 0, 0, 0)
    segment_path(journal.folder, 5).write_bytes(encode_header(newer))
    with pytest.raises(JournalError, match="upgrade Sereno"):
        journal.reader.read(journal.reader.start(0))
    assert segment_path(journal.folder, 5).exists()


def test_a_payload_that_is_no_exchange_is_the_callers_to_count(tmp_path: Path, make_exchange: MakeExchange) -> None:
    journal = Journal(str(tmp_path), make_exchange)
    assert journal.appender.append([b"\xdc\x00\x18\xc4\x10 nonsense"]) == [None]
    journal.write([10])
    frames = journal.reader.read(journal.reader.start(0)).frames
    with pytest.raises(msgspec.DecodeError):
        journal.reader.decode(frames[0].payload)
    assert journal.reader.decode(frames[1].payload).id == bytes(16)
    journal.appender.close()


def test_limits_of_a_batch_hold_and_a_large_frame_still_passes(tmp_path: Path, make_exchange: MakeExchange) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=1 << 30)
    journal.write([3_000_000, 10, 10, 2_500_000, 10])
    position, batches = journal.reader.start(0), []
    while True:
        batch = journal.reader.read(position, max_frames=2, max_bytes=100_000)
        batches.append(len(batch.frames))
        position = batch.position
        if batch.at_end:
            break
    assert batches == [1, 2, 1, 1]
    journal.appender.close()


def test_unread_bytes_and_age_count_what_is_not_stored(tmp_path: Path, make_exchange: MakeExchange) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=2000)
    journal.write([500] * 6)
    reader = journal.reader
    on_disk = sum(path.stat().st_size - HEADER_BYTES for path in journal.segments())
    assert reader.unread_bytes([]) == on_disk
    first = make_exchange(0)
    assert reader.oldest_unread_ns([]) == first.started_ns + 500_000_000
    batch = reader.read(reader.start(0), max_frames=4)
    assert 0 < reader.unread_bytes([batch.position]) < on_disk
    assert reader.oldest_unread_ns([batch.position]) == make_exchange(4).started_ns + 500_000_000
    elsewhere = Position("6ba7b810-9dad-11d1-80b4-00c04fd430c8", 0, 10**12, 0)
    assert reader.unread_bytes([elsewhere]) == on_disk, "another instance's position says nothing about this one"
    assert reader.total_bytes() > on_disk
    journal.appender.close()


def test_only_what_is_stored_whole_is_deleted(tmp_path: Path, make_exchange: MakeExchange) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=1000)
    journal.write([900] * 3)
    reader = journal.reader
    second = reader.read(reader.start(0), max_frames=2).position
    assert reader.delete_before(second) == 2  # the second is sealed, and read to its end
    end = reader.read(second).position
    assert reader.delete_before(end) == 0, "the writer may still append to it"
    journal.write([10])
    assert len(reader.read(end).frames) == 1
    journal.appender.close()


def test_numbers_are_never_used_again(
    tmp_path: Path, make_exchange: MakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(str(tmp_path), make_exchange, segment_bytes=1000)
    journal.write([900] * 3)
    journal.kill()
    end = journal.reader.read(journal.reader.start(0)).position
    assert journal.reader.delete_before(end) == 3
    (journal.folder / "lock").unlink()  # as if the folder had been emptied by hand
    now = time.time()
    monkeypatch.setattr("sereno.journal.appender.time.time", lambda: now + 10)
    journal.open()
    journal.write([900])
    assert journal.appender.sequence > end.segment
    journal.kill()
    monkeypatch.setattr("sereno.journal.appender.time.time", lambda: now - 86400)
    journal.open()
    journal.write([900])
    assert journal.appender.sequence == journal.reader.read(end).position.segment > end.segment, (
        "a clock that goes back"
    )
    journal.appender.close()


def test_workers_and_positions_without_a_journal(reader: JournalReader) -> None:
    assert reader.workers() == []
    batch = reader.read(reader.start(5))
    assert (batch.frames, batch.at_end, batch.position) == ([], True, reader.start(5))
    assert reader.total_bytes() == reader.unread_bytes([]) == 0
