"""The page of quality: empty, full, its twins, both languages, hostile names; the API beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.keeper.quality import QualityWatch
from sereno.quality.correction import Confusion
from sereno.store.ledger import Ledger, quality_evals, quality_feedback, quality_plans
from sereno.store.ledger.quality_evals import Calibration, Result, Run
from sereno.store.ledger.quality_feedback import Feedback
from sereno.store.ledger.quality_plans import Planned
from sereno.web.app import mount

HTML = {"Accept": "text/html"}
SCRIPT = "<script>alert(1)</script>"
RUN = "0192f0a1-b2c3-7def-8123-4567890000"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    yield ledger
    ledger.close()


def site(ledger: Ledger | None, calls: list[Any] | None = None) -> Any:
    view = KeeperDouble(MemoryStore(calls or []), ledger=ledger)
    made = create_app(view, ApiOptions())
    mount(made, view)
    return made


@pytest.fixture
def full(ledger: Ledger) -> Any:
    calls = [
        chat("q", "I'm sorry, but I can't help with that." if n < 2 else "Yes.", model="weak", at=NOW - 600, serial=n)
        for n in range(10)
    ]
    QualityWatch(ledger, MemoryStore(calls), lambda: NOW).check()
    with ledger.write() as connection:
        said = [Feedback(at=NOW - 60, call_id=f"c{n}", model="weak:latest", score=1.0 if n else -1.0) for n in range(4)]
        quality_feedback.add(connection, [*said, Feedback(at=NOW - 5, session="x", score=1, label="correct")])
        for number, score in enumerate((0.5, 0.9)):
            results = [
                Result(item=f"i{n}", kind="exact", score=float(n < 40 * score), answer=SCRIPT, error="", seconds=0)
                for n in range(40)
            ]
            quality_evals.add(connection, Run(
                id=f"{RUN}{number:02}", at=NOW - 60 + number, seconds=9, set_name=SCRIPT, set_digest="d", items=40,
                model="weak:latest", judge="j", failed=0, score=score, low=score - 0.1, high=score + 0.1,
                corrected=score, corrected_low=0.3, corrected_high=1,
            ), results)  # fmt: skip
        quality_evals.keep_calibration(connection, Calibration(
            at=NOW - 90, judge="j", set_name="s", set_digest="d",
            confusion=Confusion(good=25, good_found=20, bad=25, bad_found=15),
        ))  # fmt: skip
        for name, error in (("nightly", ""), ("weekly", "nothing answers at " + SCRIPT)):
            quality_plans.see(connection, Planned(
                name=name, set_name="basics-en", model="weak", schedule="0 3 * * * (UTC)", since=NOW - 900,
                seen=NOW - 5, due=NOW + 600,
            ))  # fmt: skip
            if error:
                quality_plans.fail(connection, name, at=NOW - 60, error=error)
            else:
                quality_plans.succeed(connection, name, at=NOW - 60, run_id=f"{RUN}01")
    return site(ledger, calls)


def test_an_empty_page_says_what_fills_it(ledger: Ledger) -> None:
    for made in (site(ledger), site(None)):
        text = fetch(made, "/sereno/quality", headers=HTML).text
        assert "sereno eval run basics-en" in text
        assert fetch(made, "/sereno/quality.json").json()["models"] == []
        assert fetch(made, "/sereno/quality.csv").text.startswith("model,quality,")


@pytest.mark.parametrize(("language", "words"), [("en", "Refused"), ("es", "Rechazo")])
def test_the_page_shows_rates_runs_and_judges(full: Any, language: str, words: str) -> None:
    answer = fetch(full, "/sereno/quality", headers={**HTML, "Accept-Language": language})
    assert answer.status_code == 200, answer.text[-500:]
    for shown in (words, "weak:latest", "90", "0.40" if language == "en" else "0,4", RUN[-10:]):
        assert shown in answer.text, shown
    assert SCRIPT not in answer.text
    assert ("Planned evaluations" if language == "en" else "Evaluaciones planificadas") in answer.text
    assert "nothing answers" in answer.text


def test_the_twins_and_the_api_say_the_same(full: Any) -> None:
    content = fetch(full, "/sereno/quality.json").json()
    told = fetch(full, "/sereno/api/quality").json()
    (row,) = [one for one in content["models"] if one["model"]]
    assert (row["checks"]["refusal"]["hits"], row["checks"]["refusal"]["n"]) == (2, 10)
    # Wilson (1927) for 2 of 10: 0.0567 to 0.5098, as in Newcombe's tables.
    assert (row["checks"]["refusal"]["low"], row["checks"]["refusal"]["high"]) == pytest.approx(
        (0.0567, 0.5098), abs=1e-4
    )
    assert (row["up"], row["down"], row["quality"]["value"]) == (3, 1, 0.9)
    assert told["models"] == content["models"]
    assert told["checks_by_time"] == content["checks_by_time"]
    (line,) = [one for one in csv.DictReader(io.StringIO(fetch(full, "/sereno/quality.csv").text)) if one["model"]]
    assert (line["refusal_failed"], line["refusal_checked"], line["up"], line["quality"]) == ("2", "10", "3", "0.9")


def test_plans_stand_in_both_twins(full: Any) -> None:
    for path in ("/sereno/quality.json", "/sereno/api/quality"):
        nightly, weekly = fetch(full, path).json()["plans"]
        assert (nightly["name"], nightly["score"], nightly["running"], nightly["error"]) == ("nightly", 0.9, False, "")
        assert (nightly["due"], weekly["score"]) == ("2025-11-21T00:10:00.000000Z", None)
        assert weekly["errors"] == 1
    assert fetch(full, "/sereno/api/quality", params={"model": "other"}).json()["plans"] == []


def test_runs_over_http(full: Any) -> None:
    runs = fetch(full, "/sereno/api/evaluations").json()
    assert [run["score"] for run in runs] == [0.9, 0.5]
    assert len(fetch(full, f"/sereno/api/evaluations/{RUN}00").json()["results"]) == 40
    found = fetch(full, "/sereno/api/evaluations/compare", params={"a": f"{RUN}00", "b": f"{RUN}01"}).json()
    assert (found["difference"]["gained"], found["difference"]["lost"]) == (16, 0)
    assert fetch(full, "/sereno/api/evaluations/none").status_code == 404


def test_the_radar_has_its_quality(full: Any) -> None:
    (row,) = fetch(full, "/analytics/models", params={"start_time": "1h"}).json()["models"]
    assert (row["model"], row["scores"]["quality"]) == ("weak:latest", 0.9)
    (row,) = fetch(full, "/sereno/models.json").json()["models"]
    assert row["scores"]["quality"] == 0.9
