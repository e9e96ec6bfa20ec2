"""The status file: what is counted stays, what runs is seen, and nothing torn is taken for true."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.errors import JournalError
from sereno.journal.status import OpenCall, StatusFile, read_run, read_status
from sereno.journal.status_layout import COUNTERS, FILE_BYTES, GAUGES, REJECT_REASONS, SLOTS, WORD


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "worker-3.status"


def call_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_fields_have_words_of_their_own_inside_the_page() -> None:
    assert len(set(WORD.values())) == len(GAUGES) + len(COUNTERS)
    assert max(WORD[name] for name in GAUGES) < min(WORD[name] for name in COUNTERS)
    assert 8 <= min(WORD.values()) <= max(WORD.values()) < 512


def test_what_is_written_is_read(path: Path) -> None:
    status = StatusFile(path, 3)
    status.add("requests")
    status.add("bytes_out", 2**40)
    status.set("connections", 5)
    status.reject("host")
    status.reject("no such reason")
    status.beat(1_700_000_000_000_000_000, 50_000_000)
    slot = status.open_call(call_id(1), 42)
    other = status.open_call(call_id(2), 41)
    status.set_model(slot, "lläma".encode())
    status.add_bytes(slot, 100)
    status.add_bytes(slot, 23)
    seen = read_status(path)
    assert (seen.worker, seen.alive, seen.pid, seen.connections) == (3, True, os.getpid(), 5)
    assert (seen.counters["requests"], seen.counters["bytes_out"]) == (1, 2**40)
    assert seen.rejected() == {**dict.fromkeys(REJECT_REASONS, 0), "host": 1, "other": 1}
    assert (seen.heartbeat_ns, seen.rss) == (1_700_000_000_000_000_000, 50_000_000)
    assert seen.open == (
        OpenCall(call_id(2), 41, None, 0, 3),
        OpenCall(call_id(1), 42, "lläma", 123, 3),
    )
    status.close_call(other)
    assert [call.id for call in read_status(path).open] == [call_id(1)]
    assert read_status(path).open_calls == 1
    status.close()


def test_counters_go_on_after_a_restart_and_gauges_begin_anew(path: Path) -> None:
    first = StatusFile(path, 3)
    first.add("requests", 7)
    first.set("connections", 9)
    first.open_call(call_id(1), 1)
    first.close()
    dead = read_status(path)
    assert (dead.alive, dead.open, dead.open_calls, dead.connections) == (False, (), 0, 0)
    assert dead.counters["requests"] == 7
    second = StatusFile(path, 3)
    second.add("requests")
    seen = read_status(path)
    assert (seen.alive, seen.open, seen.open_calls, seen.connections) == (True, (), 0, 0)
    assert seen.counters["requests"] == 8
    second.close()


def test_counters_of_a_killed_worker_stay(path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from sereno.journal.status import StatusFile\n"
        "status = StatusFile(Path(sys.argv[1]), 3); status.add('requests', 11)\n"
        "status.open_call(bytes(16), 5); print('done', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"done\n"
        assert (read_status(path).alive, read_status(path).open_calls) == (True, 1)
        with pytest.raises(JournalError, match="belongs to another gateway that is running"):
            StatusFile(path, 3)
        process.send_signal(signal.SIGKILL)
        process.wait()
    seen = read_status(path)
    assert (seen.alive, seen.open, seen.counters["requests"]) == (False, (), 11)


def test_more_calls_than_slots_are_still_counted(path: Path) -> None:
    status = StatusFile(path, 3)
    slots = [status.open_call(call_id(number), number) for number in range(SLOTS + 3)]
    assert slots[-3:] == [-1, -1, -1]
    status.set_model(-1, b"x")
    status.add_bytes(-1, 5)
    seen = read_status(path)
    assert (len(seen.open), seen.open_calls) == (SLOTS, SLOTS + 3)
    for slot in slots:
        status.close_call(slot)
    assert (read_status(path).open, read_status(path).open_calls) == ((), 0)
    assert status.open_call(call_id(1), 1) >= 0
    status.close()


def test_slots_in_use_stay_few_when_calls_come_and_go(path: Path) -> None:
    status = StatusFile(path, 3)
    for number in range(10_000):
        status.close_call(status.open_call(call_id(number), number))
    assert status._used == 1
    status.close()


steps = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.integers(0, 2**63)),
        st.tuples(st.just("close"), st.integers(0, 100)),
        st.tuples(st.just("model"), st.binary(max_size=200)),
        st.tuples(st.just("bytes"), st.integers(0, 2**40)),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(script=steps)
def test_the_reader_sees_what_a_plain_model_says(
    tmp_path_factory: pytest.TempPathFactory, script: list[tuple[str, int | bytes]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "worker-0.status"
    status = StatusFile(path, 0)
    model: dict[int, OpenCall] = {}
    for number, (step, argument) in enumerate(script):
        some = next(iter(model), None)
        if step == "open" and isinstance(argument, int):
            model[status.open_call(call_id(number), argument)] = OpenCall(call_id(number), argument, None, 0, 0)
        elif some is None:
            continue
        elif step == "close" and isinstance(argument, int):
            chosen = sorted(model)[argument % len(model)]
            status.close_call(chosen)
            del model[chosen]
        elif step == "model" and isinstance(argument, bytes):
            status.set_model(some, argument)
            old = model[some]
            name = argument[:128].decode("utf-8", "replace") if argument else None
            model[some] = OpenCall(old.id, old.started_ns, name, old.bytes, 0)
        elif step == "bytes" and isinstance(argument, int):
            status.add_bytes(some, argument)
            old = model[some]
            model[some] = OpenCall(old.id, old.started_ns, old.model, old.bytes + argument, 0)
    seen = read_status(path)
    assert sorted(seen.open, key=lambda call: call.id) == sorted(model.values(), key=lambda call: call.id)
    assert seen.open_calls == len(model)
    status.close()


CHURN = """
import sys
from pathlib import Path
from sereno.journal.status import StatusFile
status = StatusFile(Path(sys.argv[1]), 3)
print("ready", flush=True)
n = 0
while True:
    slots = []
    for k in range(8):
        n += 1
        slot = status.open_call(n.to_bytes(16, "big"), n)
        status.set_model(slot, b"%d" % n * (n % 8))
        status.add_bytes(slot, n)
        status.add("requests")
        slots.append(slot)
    for slot in slots:
        status.close_call(slot)
"""


def test_a_reader_beside_a_busy_writer_never_sees_a_mixture(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHURN, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        last = seen_calls = 0
        for _ in range(3000):
            seen = read_status(path)
            assert seen.counters["requests"] >= last
            last = seen.counters["requests"]
            for call in seen.open:
                number = call.started_ns
                seen_calls += 1
                assert call.id == call_id(number)
                assert call.model in (None, (str(number) * (number % 8)))
                assert call.bytes in (0, number)
        process.kill()
        process.wait()
    assert seen_calls > 100


def test_a_file_that_is_none_is_named_by_the_reader_and_made_anew_by_the_writer(path: Path) -> None:
    path.write_bytes(b"short")
    with pytest.raises(JournalError, match=rf"has 5 of {FILE_BYTES} bytes: restart the gateway"):
        read_status(path)
    path.write_bytes(os.urandom(FILE_BYTES))
    with pytest.raises(JournalError, match="is no status file"):
        read_status(path)
    status = StatusFile(path, 3)
    assert set(read_status(path).counters.values()) == {0}
    status._words[1] = 99
    with pytest.raises(JournalError, match="version 99, expected 1"):
        read_status(path)
    status.close()
    with pytest.raises(FileNotFoundError):
        read_status(path.with_name("worker-9.status"))


def test_a_full_disk_leaves_the_status_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    monkeypatch.setattr(os, "pwrite", full)
    status = StatusFile(tmp_path / "worker-0.status", 0)
    assert not status.persistent
    slot = status.open_call(call_id(1), 1)
    status.add("requests")
    status.close_call(slot)
    assert status.get("requests") == 1
    status.close()
    nowhere = StatusFile(tmp_path / "no folder" / "worker-0.status", 0)
    assert not nowhere.persistent
    nowhere.close()


def test_all_workers_are_read_and_broken_files_reported(tmp_path: Path) -> None:
    files = [StatusFile(tmp_path / f"worker-{number}.status", number) for number in (10, 2)]
    (tmp_path / "worker-5.status").write_text("broken")
    found, wrong = read_run(tmp_path)
    assert [status.worker for status in found] == [2, 10]
    assert len(wrong) == 1
    assert "worker-5.status" in wrong[0]
    for file in files:
        file.close()


def test_a_slot_whose_writer_died_while_changing_it_is_left_out(path: Path) -> None:
    status = StatusFile(path, 3)
    slot = status.open_call(call_id(1), 1)
    status._words[(4096 + slot * 192) >> 3] += 1  # odd: a change began and never ended
    assert read_status(path).open == ()
    assert read_status(path).open_calls == 1
    status.close()


def test_reading_while_locked_for_a_moment_lets_a_writer_in(path: Path) -> None:
    """A reader's question holds the lock for microseconds; the writer is patient for longer than that."""
    StatusFile(path, 3).close()
    code = "import sys\nfrom pathlib import Path\nfrom sereno.journal.folder import is_locked\n"
    code += "print('go', flush=True)\nwhile True: is_locked(Path(sys.argv[1]))"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        for _ in range(20):
            StatusFile(path, 3).close()
            time.sleep(0.001)
        process.kill()
        process.wait()
