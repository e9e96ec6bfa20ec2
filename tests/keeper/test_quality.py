"""Checks of recorded calls, feedback that finds its call, figures of models; on a ledger and a store of calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from scipy import stats

from api.double import NOW, MemoryStore, chat
from sereno.calls import Exchange
from sereno.keeper import quality
from sereno.keeper.quality import QualityWatch
from sereno.quality.correction import Confusion
from sereno.query.quality import accuracy, model_scores
from sereno.store.base import CallQuery
from sereno.store.ledger import Ledger, explanations, quality_checks, quality_evals, quality_feedback
from sereno.store.ledger.explanations import Explanation
from sereno.store.ledger.quality_evals import Calibration, Result, Run
from sereno.store.ledger.quality_feedback import Feedback
from sereno.store.ledger.url import postgres_url, sqlite_url

SORRY = "I'm sorry, but I can't help with that."
HOUR = int((NOW - 60) // 3600 * 3600)


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on each database."""
    if request.param == "sqlite":
        ledger = Ledger(sqlite_url(tmp_path / "sereno.db"))
    else:
        ledger = Ledger(postgres_url(request.getfixturevalue("databases").url(tmp_path)))
    yield ledger
    ledger.close()


def watch(ledger: Ledger, calls: list[Exchange]) -> QualityWatch:
    return QualityWatch(ledger, MemoryStore(calls), lambda: NOW)


def counts(ledger: Ledger, model: str = "llama3.2:latest") -> dict[str, tuple[int, int]]:
    with ledger.read() as connection:
        found = quality_checks.counts(connection, start=NOW - 86400, end=NOW, model=model)
    return {one.check: (one.failed, one.checked) for one in found}


def run(identity: str, at: float, *, model: str = "a", digest: str = "s", score: float = 0.8, n: int = 40) -> Run:
    return Run(id=identity, at=at, seconds=1, set_name="set", set_digest=digest, model=model, items=n, failed=0,
               score=score, low=0.6, high=0.9)  # fmt: skip


def test_every_new_call_is_checked_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [chat("q", text, serial=n) for n, text in enumerate(["Yes.", SORRY, "", "no " * 400])]
    calls.append(chat("q", "", error="out of memory", serial=9))
    store = MemoryStore(calls)
    job = QualityWatch(ledger, store, lambda: NOW)
    job.check()
    job.check()
    assert counts(ledger) == {"empty": (1, 4), "truncated": (0, 4), "refusal": (1, 3), "repetition": (1, 3)}
    job.look()
    assert job.figures()["llm_quality_checks_total", ("refusal", "other", "fail")] == 1
    monkeypatch.setattr(store, "model_slots", lambda: {"llama3.2:latest": "llama3.2:latest"})
    job.look()
    assert job.figures()["llm_quality_checks_total", ("refusal", "llama3.2:latest", "pass")] == 2
    with ledger.read() as connection:
        assert {one.check: one.checked for one in quality_checks.totals(connection)}["empty"] == 4


def test_a_run_that_outlasts_its_lease_counts_nothing_twice(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore([chat("q", text, serial=n) for n, text in enumerate(["Yes.", SORRY, "No.", "Perhaps."])])
    other, look = QualityWatch(ledger, store, lambda: NOW), store.calls_after

    def slow(*arguments: Any) -> Any:
        found = look(*arguments)
        monkeypatch.setattr(store, "calls_after", look)
        other.check()  # by the keeper that took the lease over
        return found

    monkeypatch.setattr(store, "calls_after", slow)
    QualityWatch(ledger, store, lambda: NOW).check()
    assert counts(ledger)["refusal"] == (1, 4)
    with ledger.read() as connection:
        assert quality_checks.reached(connection, "checks") == store.last_sequence()


def test_json_is_wanted_where_the_request_says_so(ledger: Ledger) -> None:
    asked = chat("q", "not JSON", serial=1)
    body = json.dumps({**json.loads(asked.request_body), "format": "json"}).encode()
    asked = msgspec.structs.replace(asked, request_body=body, request_size=len(body))
    watch(ledger, [asked, chat("format as json_schema please", "not JSON", serial=2)]).check()
    assert counts(ledger)["json"] == (1, 1)


def test_more_calls_than_a_run_takes_are_sampled_evenly(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "MOST_CALLS", 10)
    job = watch(ledger, [chat("q", SORRY if n % 2 else "Yes.", serial=n) for n in range(95)])
    job.check()
    found = counts(ledger)["refusal"]
    assert 8 <= found[1] <= 10
    assert 0 < found[0] < found[1]
    job.check()
    assert counts(ledger)["refusal"] == found


def test_sums_stay_when_hours_go(ledger: Ledger) -> None:
    with ledger.write() as connection:
        quality_checks.add(connection, {(0, "a", "empty"): (5, 1), (3600, "a", "empty"): (3, 0)})
        quality_checks.add(connection, {(3600, "a", "empty"): (2, 2)})
        assert quality_checks.delete_before(connection, 3600) == 1
        assert [(c.checked, c.failed) for c in quality_checks.totals(connection)] == [(10, 3)]
        by_hour = quality_checks.counts(connection, start=0, end=NOW, interval=3600)
        assert [(c.hour, c.checked, c.failed) for c in by_hour] == [(3600.0, 5, 2)]


def test_feedback_finds_who_answered(ledger: Ledger) -> None:
    traced = msgspec.structs.replace(
        chat("q", "a", model="traced", serial=1),
        request_headers=((b"traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"),),
    )
    spoken = chat("q", "a", model="spoken", session="s", serial=2)
    store = MemoryStore([traced, spoken])
    third = store.calls(CallQuery()).calls[0]
    given = [
        Feedback(at=NOW, trace_id="a" * 32, score=1),
        Feedback(at=NOW, session="s", score=-1),
        Feedback(at=NOW, call_id=third.id, label="correct"),
        Feedback(at=NOW, session="unknown", score=1),
    ]
    with ledger.write() as connection:
        assert quality_feedback.add(connection, given) == 4
    QualityWatch(ledger, store, lambda: NOW).check()
    with ledger.read() as connection:
        found = {(one.trace_id, one.session, one.label): one.model for one in quality_feedback.newest(connection)}
    assert found["a" * 32, None, None] == "traced:latest"
    assert found[None, "s", None] == "spoken:latest"
    assert found[None, None, "correct"] == third.model
    assert found[None, "unknown", None] is None


def test_the_same_word_twice_counts_once(ledger: Ledger) -> None:
    one = Feedback(at=NOW, call_id="c", score=1, user="ada")
    with ledger.write() as connection:
        assert quality_feedback.add(connection, [one, msgspec.structs.replace(one, at=NOW + 5)]) == 1
        assert quality_feedback.add(connection, [msgspec.structs.replace(one, score=-1)]) == 1


def test_thumbs_under_explanations_are_words_on_their_model(ledger: Ledger) -> None:
    with ledger.write() as connection:
        explanations.add(connection, Explanation(
            id="x", created_at=NOW, title="", analysis="", question="", language="en", model="a", strict=False,
            text="", facts=[], score=1, numbers=0, supported=0, seconds=0,
        ))  # fmt: skip
        explanations.give_feedback(connection, "x", score=-1, note="", now=NOW)
        quality_feedback.add(connection, [Feedback(at=NOW, model="a", call_id="c", score=0.5)])
        (row,) = quality_feedback.satisfaction(connection)
    assert (row.model, row.good, row.bad, row.mean) == ("a", 1, 1, -0.25)


def test_accuracy_then_and_now_is_over_the_same_questions(ledger: Ledger) -> None:
    day = 86400.0
    with ledger.write() as connection:
        for given in (
            run("01", NOW - 20 * day, score=0.9),
            run("02", NOW - 2 * day, score=0.1),  # an earlier run of the same window
            run("03", NOW - day, score=0.6),
            run("04", NOW - day, digest="other", score=0.0),
        ):
            quality_evals.add(connection, given, [])
        found = accuracy(connection, baseline=(NOW - 30 * day, NOW - 7 * day), current=(NOW - 7 * day, NOW))
    assert found.baseline is not None
    assert found.current is not None
    assert (found.baseline.value, found.current.value) == (0.9, 0.6)
    assert found.current.high == pytest.approx(stats.binomtest(24, 40).proportion_ci(method="wilson").high)
    assert found.grade == "warning"


def test_a_score_needs_thirty_answers(ledger: Ledger) -> None:
    with ledger.write() as connection:
        quality_evals.add(connection, run("01", NOW, model="few", n=29), [])
        quality_evals.add(connection, run("02", NOW, model="enough", n=30), [])
        said = [Feedback(at=NOW, call_id=f"c{n}", model="few", label="correct") for n in range(1)]
        assert set(model_scores(connection, NOW)) == {"enough"}
        quality_feedback.add(connection, said)
        found = model_scores(connection, NOW)
    assert found["few"].value == pytest.approx((0.8 * 29 + 1) / 30)


def test_runs_answers_and_calibrations_come_back_as_they_went(ledger: Ledger) -> None:
    results = [Result(item="i", kind="exact", score=None, answer="", error="timeout", seconds=1.5)]
    calibration = Calibration(at=NOW, judge="j", set_name="s", set_digest="d", unread=1,
                              confusion=Confusion(good=20, good_found=18, bad=15, bad_found=12))  # fmt: skip
    given = run("0192f0a1-b2c3-7def-8123-456789abcdef", NOW)
    with ledger.write() as connection:
        quality_evals.add(connection, given, results)
        quality_evals.keep_calibration(connection, calibration)
        assert quality_evals.run(connection, "0192F0A1") == given
        assert quality_evals.run(connection, "456789abcdef") == given
        assert quality_evals.run(connection, "0192%") is None
        assert quality_evals.results(connection, given.id) == results
        assert quality_evals.calibrations(connection, judge="j") == [calibration]


def test_thumbs_under_charts_are_on_the_metrics_of_their_model(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore([])
    monkeypatch.setattr(store, "model_slots", lambda: {"llama3.2:latest": "llama3.2:latest"})
    with ledger.write() as connection:
        for number, (model, score) in enumerate([("llama3.2:latest", 1), ("llama3.2:latest", 1), (None, -1)]):
            explanations.add(connection, Explanation(
                id=f"e{number}", created_at=NOW, title="Requests", analysis="trend", question="", language="es",
                model=model, strict=False, text="", facts=[], score=1, numbers=0, supported=0, seconds=0,
            ))  # fmt: skip
            explanations.give_feedback(connection, f"e{number}", score=score, note="", now=NOW)
        explanations.give_feedback(connection, "e1", score=-1, note="changed my mind", now=NOW)
    job = QualityWatch(ledger, store, lambda: NOW)
    job.look()
    found = {labels: value for (name, labels), value in job.figures().items() if name == "llm_feedback_total"}
    assert found == {("llama3.2:latest", "up"): 1, ("llama3.2:latest", "down"): 1}, "templates are no model"


def test_a_change_of_accuracy_is_newcombes_interval(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    store, day = MemoryStore([]), 86400.0
    monkeypatch.setattr(store, "model_slots", lambda: {"a": "a"})
    job = QualityWatch(ledger, store, lambda: NOW)
    with ledger.write() as connection:
        quality_evals.add(connection, run("01", NOW - 10 * day, score=56 / 70, n=70), [])
    job.look()
    assert not any(name == "llm_quality_change" for name, _ in job.figures()), "nothing to compare with"
    with ledger.write() as connection:
        quality_evals.add(connection, run("02", NOW - day, score=48 / 80, n=80), [])
    job.look()
    found = {labels[1]: round(value, 4) for (name, labels), value in job.figures().items()
             if name == "llm_quality_change"}  # fmt: skip
    assert found == {"value": -0.2, "low": -0.3339, "high": -0.0524}  # Newcombe 1998, table II, method 10: 56/70, 48/80
