"""`sereno alerts` over the history: listed, taken up, and told when there is none."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from sereno.alerts.episode import Report
from sereno.assembly.ledger import open_ledger
from sereno.assembly.store import open_store
from sereno.cli import main
from sereno.config import load
from sereno.store.ledger import alerts

NOWHERE = ["--alertmanager", "http://127.0.0.1:9"]


@pytest.fixture(autouse=True)
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))


@pytest.fixture
def now(tmp_path: Path) -> float:
    """A record in which two alerts fire and one is over; the time at which it was made."""
    settings = load(environ={"SERENO_DATA": str(tmp_path / "data")}, cwd=tmp_path, home=tmp_path).settings
    settings.data.mkdir()
    open_store(settings).close()
    ledger, at = open_ledger(settings), time.time()

    def report(name: str, severity: str, age: float, end: float | None = None) -> Report:
        return Report(
            fingerprint=f"{name}{age}", labels={"alertname": name, "severity": severity},
            annotations={"summary": f"{name} \x1b[31mfires"}, starts_at=at - age,
            ends_at=None if end is None else at - end,
        )  # fmt: skip

    with ledger.write() as connection:
        told = [report("HighLLMLatency", "warning", 300), report("OllamaDown", "critical", 90),
                report("OllamaDown", "critical", 4000, 3000), report("Watchdog", "none", 9000)]  # fmt: skip
        alerts.record(connection, told, at - 30)
    ledger.close()
    return at


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert main(["alerts", *arguments]) == 0
    shown = capsys.readouterr()
    return shown.out, shown.err


@pytest.mark.usefixtures("now")
def test_history_lists_what_was_reported_the_last_begun_first(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = output(capsys, "history")
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[2] for row in rows[1:]] == ["OllamaDown", "HighLLMLatency", "OllamaDown"]
    assert [row[4] for row in rows[1:]] == ["fires", "fires", "over"]
    assert "\x1b" not in out
    assert "3 alerts, 2 of them critical" in err
    assert "noisiest: OllamaDown 2×" in err
    out, _ = output(capsys, "history", "--state", "over", "--severity", "critical", "--json")
    assert [(one["name"], one["seconds"]) for one in json.loads(out)] == [("OllamaDown", pytest.approx(1000))]
    assert main(["alerts", "history", "--state", "maybe"]) == 2
    assert "one of open, over" in capsys.readouterr().err


@pytest.mark.usefixtures("now")
def test_an_alert_is_taken_up_by_number_or_name(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = output(capsys, "ack", "OllamaDown", "--by", "ada", "--note", "restarting")
    assert "1 taken up by ada" in err  # the one that is over is left alone
    assert "sereno silence add" in err
    _, err = output(capsys, "ack", "OllamaDown", "1", "--by", "bob")
    assert "1 taken up by bob, 1 had been taken up before" in err
    out, _ = output(capsys, "history", "--acknowledged", "yes", "--json")
    assert [(one["name"], one["acknowledged_by"], one["note"]) for one in json.loads(out)] == [
        ("OllamaDown", "ada", "restarting"), ("HighLLMLatency", "bob", ""),
    ]  # fmt: skip


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ack", "77"], "there is no alert 77"),
        (["ack", "OlamaDown"], "did you mean OllamaDown?"),
        (["ack", "1", "--by", "x" * 101], "--by: expected at most 100 printable characters"),
    ],
)
def test_what_cannot_be_taken_up_is_told(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", *arguments]) != 0
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("now")
def test_without_alertmanager_the_history_answers(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = output(capsys, "list", *NOWHERE)
    assert [line.split("\t")[2] for line in out.splitlines()[1:]] == ["OllamaDown", "HighLLMLatency"]
    assert "cannot be reached" in err
    assert "last reported" in err


def test_without_either_the_error_is_alertmanagers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "list", *NOWHERE]) == 3
    assert "Set alerting.alertmanager_url" in capsys.readouterr().err


def test_without_a_record_it_says_how_to_get_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "history"]) != 0
    assert "`sereno up` makes one" in capsys.readouterr().err
