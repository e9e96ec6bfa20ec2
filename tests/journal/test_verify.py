"""`sereno journal verify|show` tells the truth about whole and damaged journals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sereno.calls import Exchange
from sereno.cli import main
from sereno.journal.folder import list_segments, worker_folder
from sereno.journal.reader import JournalReader
from sereno.journal.verify import verify_worker
from sereno.journal.writer import JournalWriter

MakeExchange = Callable[..., Exchange]
OpenWriter = Callable[..., JournalWriter]


@pytest.fixture
def filled(data: Path, open_writer: OpenWriter, make_exchange: MakeExchange) -> Path:
    for worker, count in ((0, 30), (2, 5)):
        writer = open_writer(worker, segment_bytes=4096)
        for number in range(count):
            writer.append(make_exchange(number, target="/api/chat?key=sk-secret&a", user="\x1b[31mred"))
        writer.close()
    return data


def test_a_whole_journal_is_counted_and_found_well(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "verify", str(filled), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [(worker["worker"], worker["frames"], worker["damaged"]) for worker in said["workers"]] == [
        (0, 30, False),
        (2, 5, False),
    ]
    assert said["workers"][0]["segments"] == len(list_segments(worker_folder(filled / "journal", 0))) > 1
    assert said["workers"][0]["from"] == "2023-11-14T22:13:20.000Z"
    assert said["workers"][0]["to"] == "2023-11-14T22:13:20.500Z"


def test_damage_is_named_and_gives_exit_code_5(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = list_segments(worker_folder(filled / "journal", 0))[0].path
    content = bytearray(path.read_bytes())
    content[400] ^= 0xFF
    path.write_bytes(content)
    assert main(["journal", "verify", str(filled)]) == 5
    out = capsys.readouterr().out
    assert f"poisoned: worker 0, segment {int(path.stem)}, offset 256" in out


def test_a_torn_tail_is_told_and_is_no_damage(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = list_segments(worker_folder(filled / "journal", 2))[-1].path
    os.truncate(path, path.stat().st_size - 3)
    assert main(["journal", "verify", str(filled)]) == 0
    assert "torn: worker 2" in capsys.readouterr().out


def test_a_frame_without_an_exchange_is_damage(filled: Path, reader: JournalReader, open_writer: OpenWriter) -> None:
    writer = open_writer(1)
    assert writer._appender is not None
    writer._appender.append([b"\xdc\x00\x18\xc4\x10nonsense"])
    report = verify_worker(reader, 1)
    assert (report.frames, report.undecodable, report.damaged, report.alive) == (1, 1, True, True)


def test_frames_are_shown_without_secrets_or_control_characters(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["journal", "show", str(filled), "--worker", "0", "--limit", "3"]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 4
    assert "/api/chat?key=…&a=…" in out
    assert "sk-secret" not in out
    assert "\x1b" not in out


def test_one_segment_alone_can_be_shown(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = list_segments(worker_folder(filled / "journal", 0))[1].sequence
    assert main(["journal", "show", str(filled), "--worker", "0", "--segment", str(second), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows
    assert {row["position"].partition(":")[0] for row in rows} == {str(second)}
    assert {row["outcome"] for row in rows} == {"complete"}


def test_the_documented_way_by_hand_reads_what_we_wrote(filled: Path) -> None:
    documentation = (Path(__file__).parents[2] / "docs" / "journal.md").read_text()
    code = documentation.partition("```python\n")[2].partition("```")[0]
    path = list_segments(worker_folder(filled / "journal", 2))[0].path
    lines = subprocess.check_output([sys.executable, "-c", code, str(path)], text=True).splitlines()
    assert lines[0] == "256 ['POST', '/api/chat?key=sk-secret&a']"
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["verify", "{tmp}/nowhere"], 5, "there is no journal in"),
        (["show", "{data}", "--worker", "9"], 2, "there is no journal of a worker 9; there is: 0, 2"),
    ],
)
def test_a_wrong_folder_or_worker_is_named(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    filled_in = [argument.format(tmp=tmp_path, data=filled) for argument in arguments]
    assert main(["journal", *filled_in]) == code
    assert sentence in capsys.readouterr().err
