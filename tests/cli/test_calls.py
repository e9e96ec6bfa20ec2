"""`sereno calls`, `models`, `import`, `backup` over a store with known calls."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sereno.cli import main
from sereno.query.message import CallMessage

Shown = pytest.CaptureFixture[str]
IDS = [f"0192f0a1-b2c3-7def-8123-4567000000{number:02x}" for number in range(20)]


def told(number: int, **more: Any) -> dict[str, Any]:
    """Call `number`: a second after the one before, of two models and three users."""
    return {
        **dict.fromkeys(CallMessage.__struct_fields__),
        "id": IDS[number], "timestamp": f"2026-11-20T10:00:{number:02}Z", "operation": "chat", "status": "success",
        "model": "qwen3:8b" if number % 2 else "llama3.2:latest", "user": f"user{number % 3}", "session": "s",
        "prompt": f"question {number}", "response": f"answer {number}", "latency": number / 10 + 0.1, "ttft": 0.05,
        "input_tokens": 10 + number, "output_tokens": 20, "stream": True, **more,
    }  # fmt: skip


CALLS = [told(number) for number in range(18)] + [
    told(18, status="error", error_type="http_5xx", prompt="=cmd|' /C calc'!A0", response="\x1b]0;owned\x07"),
    told(19, status="aborted", prompt="<script>alert(1)</script>", user=None),
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    # No model server: a port that nobody listens on for long enough to matter.
    monkeypatch.setenv("SERENO_UPSTREAM", "http://127.0.0.1:9")
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, CALLS)))
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(["import", "in.jsonl", "--json"]) == 0
    assert json.loads(out.getvalue()) == {"read": 20, "new": 20, "known": 0}
    return tmp_path / "data"


def listed(capsys: Shown, *arguments: str) -> list[dict[str, Any]]:
    assert main(["calls", "list", "--json", *arguments]) == 0
    calls: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return calls


def numbers(calls: list[dict[str, Any]]) -> list[int]:
    return [IDS.index(call["id"]) for call in calls]


@pytest.mark.usefixtures("data")
def test_list_is_newest_first_and_pages(capsys: Shown) -> None:
    assert numbers(listed(capsys)) == list(range(19, -1, -1))
    assert numbers(listed(capsys, "--limit", "3")) == [19, 18, 17]
    assert numbers(listed(capsys, "--limit", "3", "--order", "oldest")) == [0, 1, 2]


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--model", "llama3.2", "--max-latency", "0.5"], [4, 2, 0]),
        (["--user", "user1", "--min-input-tokens", "20"], [16, 13, 10]),
        (["--status", "error"], [18]),
        (["--search", "answer 7"], [7]),
        (["--start-time", "2026-11-20T10:00:05Z", "--end-time", "2026-11-20T10:00:07Z"], [6, 5]),
        (["--error-type", "http_5xx"], [18]),
        (["--operation", "embeddings"], []),
    ],
)
def test_filters_are_the_apis(arguments: list[str], expected: list[int], capsys: Shown) -> None:
    assert numbers(listed(capsys, *arguments)) == expected


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["calls", "list", "--limit", "0"], "`limit` is '0'"),
        (["calls", "list", "--status", "fine"], "`status` is 'fine'"),
        (["calls", "list", "--start-time", "yesterday"], "not a time"),
        (["calls", "list", "--min-latency", "2", "--max-latency", "1"], "above `max_latency`"),
        (["calls", "list", "--colour", "red"], "No such option: --colour"),
        (["calls", "list", "--since", "1h"], "--since is no option of sereno calls list; here it is --start-time"),
        (["calls", "tail", "--last", "5"], "--last is no option of sereno calls tail; here it is --lines"),
        (["categories", "apply", "--since", "1h"], "here it is --from"),
        (["keys", "list", "--since", "1h"], "No such option: --since"),
        (["calls", "show", "ffffff"], "no recent call has an id ending in ffffff"),
        (["calls", "show", "4567"], "no recent call has an id ending in 4567"),
        (["calls", "show", "0"], "is the end of several ids"),
        (["calls", "show", "0192f0a1-b2c3-7def-8123-45670000ffff"], "there is no call 0192f0a1"),
        (["calls", "export", "-o", "calls.xlsx"], "calls.xlsx ends in none of json, jsonl, csv, parquet"),
        (["calls", "export", "--format", "xml"], "`format` is 'xml'"),
        (["import", "nowhere.jsonl"], "there is no file nowhere.jsonl"),
        (["backup", "in.jsonl"], "in.jsonl exists already"),
        (["backup", "nowhere/x.db"], "there is no folder"),
    ],
)
def test_wrong_arguments(arguments: list[str], said: str, capsys: Shown) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("data")
def test_show_by_id_by_its_end_and_last(capsys: Shown) -> None:
    for name in (IDS[18], IDS[18][-6:].upper(), "000012"):
        assert main(["calls", "show", name, "--json"]) == 0
        detail = json.loads(capsys.readouterr().out)
        assert (detail["id"], detail["error_type"], detail["prompt"]) == (IDS[18], "http_5xx", "=cmd|' /C calc'!A0")
    assert main(["calls", "show", "last"]) == 0
    shown = capsys.readouterr().out
    assert IDS[19] in shown
    assert "<script>alert(1)</script>" in shown


@pytest.mark.usefixtures("data")
def test_what_a_model_said_does_not_reach_the_terminal_raw(capsys: Shown) -> None:
    for arguments in (["calls", "show", IDS[18]], ["calls", "list"]):
        assert main(arguments) == 0
        assert "\x1b" not in capsys.readouterr().out


@pytest.mark.usefixtures("data")
def test_export_to_stdout_and_file_in_every_format(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    for form in ("json", "jsonl", "csv", "parquet"):
        assert main(["calls", "export", "--format", form]) == 0
        out = capsysbinary.readouterr().out
        assert main(["calls", "export", "-o", f"out.{form}"]) == 0
        shown = capsysbinary.readouterr()
        assert shown.out == b""
        assert shown.err == f"out.{form}: 20 calls\n".encode()
        assert (tmp_path / f"out.{form}").read_bytes() == out
        assert not list(tmp_path.glob("*.part"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))
    assert rows[1]["prompt"] == "'=cmd|' /C calc'!A0"
    assert len(json.loads((tmp_path / "out.json").read_text())) == 20


@pytest.mark.usefixtures("data")
def test_an_import_can_be_repeated_and_joined(tmp_path: Path, capsys: Shown) -> None:
    (tmp_path / "more.jsonl").write_text(
        "\n".join(json.dumps(call) for call in [*CALLS[10:], told(0, id=IDS[0][:-4] + "ffff")])
    )
    assert main(["import", "in.jsonl", "more.jsonl", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"read": 31, "new": 1, "known": 30}
    assert len(listed(capsys)) == 21
    # Counted once each: figures and list agree.
    assert main(["models", "--json"]) == 0
    models = {row["name"]: row["recorded"]["figures"] for row in json.loads(capsys.readouterr().out)}
    assert {name: figures["total_messages"] for name, figures in models.items()} == {
        "llama3.2:latest": 11,
        "qwen3:8b": 10,
    }


@pytest.mark.usefixtures("data")
def test_an_export_of_another_sereno_comes_in_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    before = listed(capsys)
    assert main(["calls", "export", "-o", "out.parquet"]) == 0
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "other"))
    assert main(["import", "out.parquet"]) == 0
    assert "20 calls read, 20 new, 0 were here already" in capsys.readouterr().out
    after = listed(capsys)
    for ours, theirs in zip(before, after, strict=True):
        assert ours == {**theirs, "tokens_per_second": pytest.approx(ours["tokens_per_second"])}


@pytest.mark.usefixtures("data")
def test_models_without_a_model_server_still_tells_the_record(capsys: Shown) -> None:
    assert main(["models", "--status", "success"]) == 0
    shown = capsys.readouterr()
    assert "http://127.0.0.1:9 does not answer" in shown.err
    cells = [line.split("\t") for line in shown.out.splitlines()]
    assert cells[0][0] == "model"
    assert {row[0]: row[4] for row in cells[1:]} == {"llama3.2:latest": "9", "qwen3:8b": "9"}


def test_backup_is_a_whole_store(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown) -> None:
    assert main(["backup", "copy.db"]) == 0
    with sqlite3.connect(tmp_path / "copy.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "restored"))
    (tmp_path / "restored").mkdir(mode=0o700)
    (tmp_path / "copy.db").rename(tmp_path / "restored/sereno.db")
    assert len(listed(capsys)) == 20
    assert data.exists()


def test_without_a_record_each_command_says_so_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Shown
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "empty"))
    for arguments in (["calls", "list"], ["calls", "export"], ["calls", "tail"], ["backup", "x.db"]):
        assert main(arguments) == 4
        assert "there is no record at" in capsys.readouterr().err
    for arguments in (["calls", "list", "--limit", "0"], ["calls", "export", "--status", "fine"]):
        assert main(arguments) == 2, "a wrong filter is told first: the next line would be the next disappointment"
        assert " is '" in capsys.readouterr().err
    assert not (tmp_path / "empty").exists()


def test_a_keeper_that_does_not_answer_is_a_store_error(capsys: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SERENO_DATA", raising=False)
    assert main(["calls", "list", "--url", "http://127.0.0.1:9"]) == 4
    assert "http://127.0.0.1:9 does not answer" in capsys.readouterr().err
