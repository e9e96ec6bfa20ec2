"""Planned evaluations in a keeper: when they run, for whom, what failing and stopping leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from sereno.errors import ModelError
from sereno.keeper.evaluations import HOLD, EvaluationWatch, Planning
from sereno.quality.plan import RETRY, Plan
from sereno.store.ledger import Ledger, quality_evals, quality_plans
from sereno.store.ledger.quality_evals import Result, Run
from sereno.store.ledger.quality_plans import Planned
from sereno.store.ledger.url import postgres_url, sqlite_url

HOUR, START = 3600.0, 1_763_683_200.0


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Model:
    """Answers as told; each run takes a minute a question."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger, self.clock = ledger, clock
        self.score: float | None = 0.75
        self.trouble: Exception | None = None
        self.stopped = False
        self.during: Callable[[], None] = lambda: None
        self.runs = 0

    def run(self, stop: Event, tell: Callable[[int], None]) -> Run | None:
        at = self.clock.now
        for done in range(4):
            self.clock.now += 60
            tell(done + 1)
        self.during()
        if self.trouble is not None:
            raise self.trouble
        if self.stopped or stop.is_set():
            return None
        self.runs += 1
        failed = 4 if self.score is None else 0
        run = Run(id=f"0192f0a1-b2c3-7def-8123-{self.runs:012}", at=at, seconds=240, set_name="s", set_digest="d",
                  model="m:latest", items=4, failed=failed, score=self.score, low=self.score, high=self.score,
                  source="schedule")  # fmt: skip
        with self.ledger.write() as connection:
            quality_evals.add(connection, run, [
                Result(item=f"i{n}", kind="exact", score=self.score, answer="", error="cut off" if failed else "",
                       seconds=60) for n in range(4)
            ])  # fmt: skip
        return run


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on each database."""
    if request.param == "sqlite":
        ledger = Ledger(sqlite_url(tmp_path / "sereno.db"))
    else:
        ledger = Ledger(postgres_url(request.getfixturevalue("databases").url(tmp_path)))
    yield ledger
    ledger.close()


@pytest.fixture
def model(ledger: Ledger, clock: Clock) -> Model:
    return Model(ledger, clock)


def watch(model: Model, plan: Plan | None = None) -> EvaluationWatch:
    planning = Planning(
        name="nightly", set_name="s", model="m", plan=plan or Plan(every=HOUR), schedule="1h", run=model.run
    )
    return EvaluationWatch(model.ledger, [planning], model.clock)


def known(ledger: Ledger) -> Planned:
    with ledger.read() as connection:
        (found,) = quality_plans.planned(connection)
    return found


def figure(watching: EvaluationWatch, name: str, *labels: str) -> float | None:
    return watching.figures().get((name, ("nightly", *labels)))


def test_it_runs_at_once_and_then_every_hour(ledger: Ledger, clock: Clock, model: Model) -> None:
    keeper = watch(model)
    keeper.run()
    assert (model.runs, known(ledger).succeeded, known(ledger).claimed_until) == (1, START, None)
    for minutes, runs in ((30, 1), (56, 1), (61, 2)):
        clock.now = START + minutes * 60
        keeper.run()
        assert model.runs == runs
    assert known(ledger).due == START + 61 * 60 + HOUR
    assert figure(keeper, "llm_evaluation_runs_total", "success") == 2
    assert figure(keeper, "llm_evaluation_score", "m:latest") == 0.75
    assert figure(keeper, "llm_evaluation_last_success_timestamp_seconds") == START + 61 * 60
    assert figure(keeper, "llm_evaluation_due_timestamp_seconds") == START + 61 * 60 + HOUR


def test_a_restart_does_not_run_it_again(clock: Clock, model: Model) -> None:
    watch(model).run()
    watch(model).run()
    assert model.runs == 1
    clock.now = START + HOUR
    watch(model).run()
    assert model.runs == 2


def test_cron_waits_for_its_moment(clock: Clock, model: Model) -> None:
    keeper = watch(model, Plan(cron="0 3 * * *"))  # it is midnight
    for hour, runs in ((0, 0), (2.9, 0), (3.1, 1), (26.9, 1), (27.1, 2)):
        clock.now = START + hour * HOUR
        keeper.run()
        assert model.runs == runs


def test_a_changed_plan_holds_from_now_on(clock: Clock, model: Model, ledger: Ledger) -> None:
    watch(model).run()
    watch(model, Plan(every=600)).run()
    assert known(ledger).due == START + 600
    clock.now = START + 601
    watch(model, Plan(every=600)).run()
    assert model.runs == 2


@pytest.mark.parametrize("how", ["unreachable", "unscored"])
def test_a_failure_is_told_and_tried_again_soon(
    how: str, ledger: Ledger, clock: Clock, model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    if how == "unreachable":
        model.trouble = ModelError("unreachable", "nothing answers at http://127.0.0.1:9")
    else:
        model.score = None
    keeper = watch(model)
    keeper.run()
    said = "nothing answers" if how == "unreachable" else "none of 4 questions was scored: cut off"
    assert said in known(ledger).error
    assert said in caplog.text
    assert figure(keeper, "llm_evaluation_runs_total", "error") == 1
    assert figure(keeper, "llm_evaluation_failing") == 1
    assert figure(keeper, "llm_evaluation_last_success_timestamp_seconds") is None
    model.trouble, model.score = None, 0.5
    clock.now = START + RETRY - 1
    keeper.run()
    assert figure(keeper, "llm_evaluation_failing") == 1
    clock.now = START + RETRY
    keeper.run()
    assert (known(ledger).error, figure(keeper, "llm_evaluation_failing")) == ("", 0)


def test_a_fault_of_our_own_is_a_failure_too(ledger: Ledger, model: Model) -> None:
    model.trouble = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        watch(model).run()
    assert known(ledger).errors == 1
    assert known(ledger).claimed_until is None


def test_one_that_a_stopping_keeper_gave_up_runs_again_at_the_next_start(ledger: Ledger, model: Model) -> None:
    model.stopped = True
    watch(model).run()
    assert (known(ledger).attempted, known(ledger).errors, known(ledger).claimed_until) == (None, 0, None)
    model.stopped = False
    watch(model).run()
    assert model.runs == 1


def test_two_keepers_run_it_once(ledger: Ledger, clock: Clock, model: Model) -> None:
    other = Model(ledger, clock)
    model.during = watch(other).run
    watch(model).run()
    watch(other).run()
    assert (model.runs, other.runs) == (1, 0)


def test_a_killed_keeper_holds_it_no_longer_than_a_quarter_of_an_hour(
    clock: Clock, model: Model, ledger: Ledger
) -> None:
    watch(model, Plan(cron="0 3 * * *")).run()
    clock.now = START + 4 * HOUR
    with ledger.write() as connection:  # as `_take` does before it dies
        assert quality_plans.claim(connection, "nightly", now=clock.now, until=clock.now + HOLD)
    watch(model, Plan(cron="0 3 * * *")).run()
    assert model.runs == 0
    clock.now += HOLD
    watch(model, Plan(cron="0 3 * * *")).run()
    assert model.runs == 1


def test_a_long_run_is_held_while_questions_are_answered(ledger: Ledger, model: Model, clock: Clock) -> None:
    until: list[float | None] = []
    model.during = lambda: until.append(known(ledger).claimed_until)
    watch(model).run()
    assert until == [clock.now + HOLD]


def test_nothing_planned_is_no_job(ledger: Ledger, clock: Clock) -> None:
    assert EvaluationWatch(ledger, [], clock).jobs() == []
