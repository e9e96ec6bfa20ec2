"""`sereno drift reference|check|features|events|triggers` as a person types them."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from drift.planted import Plan as Planted
from drift.planted import calls
from sereno.cli import main
from sereno.drift.events import Event
from sereno.metrics.increments import Increments
from sereno.store.base import Batch, Record
from sereno.store.ledger import Ledger, drift_events
from sereno.store.ledger.url import sqlite_url
from sereno.store.sqlite import SqliteStore

Shown = pytest.CaptureFixture[str]
DAY = 86_400.0


@pytest.fixture(autouse=True)
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten days ago all was as usual; in the last hours people ask in Spanish."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SERENO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SERENO_DRIFT_TRIGGER_WINDOWS", "1")
    (tmp_path / "data").mkdir(mode=0o700)
    store, now = SqliteStore(tmp_path / "data" / "sereno.db"), time.time()
    parts: tuple[tuple[Planted, int, float], ...] = (("null", 200, now - 10 * DAY), ("language", 100, now - DAY / 2))
    for number, (plan, n, start) in enumerate(parts):
        records = [Record(call, None) for call in calls(plan, n, number, start, DAY / 4)]
        store.add(Batch(id=f"b{number}", records=records, increments=Increments(), positions=()))
    store.close()
    Ledger(sqlite_url(tmp_path / "data" / "sereno.db")).close()  # as a keeper that starts


def said(capsys: Shown, *arguments: str, code: int = 0) -> Any:
    assert main(["drift", *arguments]) == code
    shown = capsys.readouterr()
    return json.loads(shown.out) if "--json" in arguments else shown.out + shown.err


def create(capsys: Shown, *more: str) -> Any:
    return said(capsys, "reference", "create", "normal", "--from", "11d", "--until", "9d", *more)


def test_a_reference_is_frozen_listed_shown_and_used(capsys: Shown) -> None:
    made = create(capsys, "--json")
    assert (made["reference"], made["rows"], made["in_use"]) == ("normal@1", 200, False)
    assert "200" in create(capsys)
    listed = said(capsys, "reference", "list", "--json")
    assert [one["reference"] for one in listed] == ["normal@2", "normal@1"]
    assert listed[1] == made
    assert said(capsys, "reference", "use", "normal@1") == "Checks compare with normal@1 from now on.\n"
    assert said(capsys, "reference", "show", "normal@1", "--json")["in_use"] is True
    assert said(capsys, "reference", "show", "normal", "--json")["version"] == 2
    rows = [line.split("\t") for line in said(capsys, "reference", "list").splitlines()]
    assert [row[0] for row in rows[1:]] == ["normal@2", "normal@1"]


def test_a_check_its_features_events_and_a_trigger(capsys: Shown) -> None:
    create(capsys, "--use")
    found = said(capsys, "check", "--json")
    assert (found["severity"], found["top_feature"], found["n_current"]) == ("critical", "language", 100)
    rows = [line.split("\t") for line in said(capsys, "features").splitlines()]
    assert rows[0][:3] == ["model", "feature", "severity"]
    assert rows[1][:3] == ["(all)", "language", "critical"]
    assert said(capsys, "features", "--check", "1", "--json")[0]["feature"] == "language"
    assert said(capsys, "features", "--model", "none such", "--json") == []
    events = [line.split("\t") for line in said(capsys, "events").splitlines()]
    assert [row[1:5:3] for row in events[1:]] == [["drift", "language"], ["reference", ""]]
    (trigger,) = said(capsys, "triggers", "list", "--json")
    assert (trigger["status"], trigger["windows"], trigger["accuracy_fell"]) == ("pending", 1, None)
    assert "rejected" in said(capsys, "triggers", "reject", "1", "--note", "it is right so")
    (row,) = said(capsys, "triggers", "list", "--status", "rejected", "--json")
    assert (row["note"], said(capsys, "triggers", "list", "--status", "pending", "--json")) == ("it is right so", [])


def test_what_fell_is_told_with_its_figures(capsys: Shown, tmp_path: Path) -> None:
    figures = {"current_accuracy": 0.625, "samples": 1200}
    fell = [
        Event(kind="accuracy", severity="critical", details=figures | {"baseline_accuracy": 0.9}),
        Event(kind="accuracy", severity="critical", details=figures | {"baseline_accuracy": None}),
    ]
    with closing(Ledger(sqlite_url(tmp_path / "data" / "sereno.db"))) as ledger, ledger.write() as connection:
        drift_events.add_events(connection, fell, time.time(), None)
    told = {line.split("\t")[-1] for line in said(capsys, "events").splitlines()[1:]}
    assert told == {"62.5% of 1,200 answers right, 90.0% before", "62.5% of 1,200 answers right"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check",), "no reference is in use; sereno drift reference create NAME --use makes one"),
        (("reference", "use", "normal@7"), "there is no reference 'normal@7'"),
        (("reference", "show", "odd"), "there is no reference 'odd'"),
        (("reference", "create", "a b"), "'a b' is no name"),
        (("reference", "create", "n", "--from", "1d", "--until", "2d"), "ends before it begins"),
        (("reference", "create", "n", "--from", "soon"), "--from is 'soon'; expected epoch seconds"),
        (("reference", "create", "n", "--from", "5d", "--until", "4d"), "0 calls in that time, fewer than 30"),
        (("triggers", "approve", "3"), "there is no trigger 3"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(capsys: Shown, arguments: tuple[str, ...], sentence: str) -> None:
    code = main(["drift", *arguments])
    shown = capsys.readouterr()
    assert (code, sentence in shown.err) == (2, True), shown
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    "line", ["reference create n", "reference use n", "check", "features", "events", "triggers approve 1"]
)
def test_where_no_record_is_none_is_made(capsys: Shown, tmp_path: Path, line: str) -> None:
    said_so = said(capsys, *line.split(), "--data", "elsewhere", code=4)
    assert "there is no record at" in said_so
    assert not (tmp_path / "elsewhere").exists()
