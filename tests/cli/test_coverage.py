"""`sereno coverage`: what is known against its target, and why the rest is not."""

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


@pytest.fixture(autouse=True)
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))


def figures(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, dict[str, object]]:
    assert main(["coverage", "--json", *arguments]) == code
    return {one["name"]: one for one in json.loads(capsys.readouterr().out)}


def test_what_is_not_known_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    found = figures(capsys)
    assert list(found) == ["availability", "detection", "acknowledgement", "coverage", "retention"]
    assert "--prometheus URL" in str(found["coverage"]["note"])
    assert "there is no record" in str(found["detection"]["note"])
    assert [one["met"] for one in found.values()] == [None, None, None, None, True]
    assert "cannot be reached" in str(figures(capsys, "--prometheus", "http://127.0.0.1:9")["coverage"]["note"])


def test_the_history_answers_and_a_missed_target_is_the_exit_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings = load(environ={"SERENO_DATA": str(tmp_path / "data")}, cwd=tmp_path, home=tmp_path).settings
    settings.data.mkdir()
    open_store(settings).close()
    ledger, now = open_ledger(settings), time.time()
    with ledger.write() as connection:
        dog, down = (
            Report(
                fingerprint=name, labels={"alertname": name, "severity": severity}, annotations={},
                starts_at=now - since, ends_at=None if until is None else now - until,
            )
            for name, severity, since, until in (
                ("Watchdog", "none", 86400, None), ("OllamaDown", "critical", 4320, 3456)
            )
        )  # fmt: skip
        alerts.record(connection, [dog], now - 86400)
        alerts.record(connection, [down], now - 4310)
    ledger.close()
    found = figures(capsys, code=1)
    assert found["availability"]["value"] == pytest.approx(0.99, abs=1e-4)  # 864 s of a day
    assert (found["availability"]["met"], found["detection"]["met"]) == (False, True)
    assert found["detection"]["value"] == pytest.approx(40, abs=0.01)
    assert (found["acknowledgement"]["value"], found["acknowledgement"]["met"]) == (None, False)
