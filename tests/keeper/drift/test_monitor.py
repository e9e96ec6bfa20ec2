"""The drift monitor on a real store: events, triggers, failures; nothing half-written. Planted drift is next door."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from sqlalchemy import URL, func, select

from drift.planted import Plan as Planted
from drift.planted import calls
from sereno.assembly.embedder import WordVectors, installed
from sereno.calls import Call
from sereno.drift.accuracy import Accuracy
from sereno.drift.triggers import Rule
from sereno.errors import DriftError, StoreError
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan
from sereno.metrics.increments import Increments
from sereno.store.base import Batch, Record
from sereno.store.ledger import Ledger, drift_checks, drift_events, finetuning_triggers
from sereno.store.ledger.drift import CHECKS, FEATURES, REFERENCES
from sereno.store.sqlite import SqliteStore

DAY = 86_400.0
START = 20_000 * DAY  # Friday, 4 October 2024
PLAN = Plan(window=DAY, rule=Rule(windows=2, cooldown=30 * DAY))


class World:
    """A store, a ledger and a monitor whose clock is moved by hand."""

    def __init__(self, folder: Path, plan: Plan = PLAN, accuracy: Accuracy | None = None) -> None:
        self.now = START + DAY
        self.accuracy = accuracy or Accuracy()
        self.store = SqliteStore(folder / "sereno.db")
        self.ledger = Ledger(URL.create("sqlite", database=str(folder / "sereno.db")))
        self.monitor = DriftMonitor(
            self.ledger, self.store, plan, embedder=vectors, accuracy=lambda start, end: self.accuracy,
            clock=lambda: self.now,
        )  # fmt: skip
        self._batches = 0

    def add(self, found: list[Call]) -> None:
        self._batches += 1
        records = [Record(call, None) for call in found]
        self.store.add(Batch(id=f"b{self._batches}", records=records, increments=Increments(), positions=()))

    def day(self, plan: Planted, seed: int, n: int = 300) -> drift_checks.Check:
        """A day of traffic, and a check at its end."""
        self.add(calls(plan, n, seed, self.now, DAY))
        self.now += DAY
        return self.monitor.check()

    def events(self) -> list[tuple[str, str, str | None]]:
        with self.ledger.read() as connection:
            found = drift_events.events(connection)
        return [(one.kind, one.model, one.feature) for one in reversed(found) if one.kind != "reference"]

    def triggers(self) -> list[finetuning_triggers.Trigger]:
        with self.ledger.read() as connection:
            return finetuning_triggers.triggers(connection)


@cache
def vectors() -> WordVectors | None:
    found = installed()
    assert found is None or isinstance(found, WordVectors)
    return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.add(calls("null", 800, 1, START, DAY))
    made.monitor.use(made.monitor.create("normal", START, START + DAY, weekdays=False, by="ana").label, "ana")
    yield made
    made.ledger.close()
    made.store.close()


def test_traffic_that_is_as_before_is_no_event(world: World) -> None:
    for seed in range(10, 16):
        found = world.day("null", seed, n=150)
        assert (found.status, found.severity, found.drift_detected) == ("ok", "none", False)
    assert world.events() == []
    assert world.triggers() == []


def test_a_model_that_drifts_alone_has_an_event_of_its_own(tmp_path: Path) -> None:
    world = World(tmp_path)

    def two(plan: Planted, seed: int) -> list[Call]:
        # Nineteen of twenty calls are of one model; the other one's drift is lost among them.
        small = [msgspec.structs.replace(call, model="tiny:1b") for call in calls(plan, 60, seed, world.now, DAY)]
        return [*calls("null", 1140, seed + 1, world.now, DAY), *small]

    world.now = START
    world.add(two("null", 1))
    world.now += DAY
    world.monitor.use(world.monitor.create("two", START, world.now, weekdays=False, by="").label, "")
    world.add(two("latency", 7))
    world.now += DAY
    found = world.monitor.check()
    assert found.verdicts == {"": "none", "llama3.2:latest": "none", "tiny:1b": "critical"}
    assert world.events() == [("drift", "tiny:1b", "ttft")]
    figures = dict(world_figures(world))
    assert figures["drift_severity", ("tiny:1b",)] == 4
    assert figures["drift_severity", ("all",)] == 0
    world.ledger.close()
    world.store.close()


def world_figures(world: World) -> dict[tuple[str, tuple[str, ...]], float]:
    world.monitor.look()
    return dict(world.monitor.figures())


def test_only_what_lasts_is_a_reason_to_train_and_only_once(world: World) -> None:
    world.day("language", 3)
    assert world.triggers() == []
    world.day("language", 4)
    (one,) = world.triggers()
    assert (one.trigger_type, one.status, one.severity, one.model) == ("drift", "pending", "critical", "")
    assert one.reason == "Calls differ from normal@1 in 2 windows in a row; accuracy is not measured."
    assert one.payload["features"][0]["feature"] == "language"
    world.day("language", 5)
    assert len(world.triggers()) == 1
    assert world_figures(world)["finetuning_triggers_total", ("drift",)] == 1
    assert world_figures(world)["finetuning_triggers_waiting", ()] == 1


def test_drift_that_did_no_harm_is_no_reason(world: World) -> None:
    world.accuracy = Accuracy(baseline=0.9, current=0.91, upper=0.93, samples=200)
    for seed in (3, 4, 5):
        world.day("language", seed)
    assert world.triggers() == []


def test_low_accuracy_is_an_event_and_a_reason(world: World) -> None:
    world.accuracy = Accuracy(baseline=0.9, current=0.6, upper=0.66, samples=200)
    for seed in (3, 4):
        found = world.day("null", seed)
    assert (found.severity, found.accuracy_severity) == ("none", "critical")
    assert world.events() == [("accuracy", "", None)]
    assert [one.trigger_type for one in world.triggers()] == ["accuracy"]
    # (0.9 − 0.6) / (0.9 − 0.7), clipped to 1, has a weight of 0.3 beside PSI and KL, which are near 0.
    assert found.combined_score == pytest.approx(0.3, abs=0.15)


def test_too_little_traffic_is_no_verdict(world: World) -> None:
    found = world.day("language", 3, n=20)
    assert (found.status, found.severity, found.psi, found.n_current) == (
        "insufficient_data",
        "insufficient_data",
        None,
        20,
    )
    assert world.events() == []


def test_without_a_reference_nothing_is_checked(tmp_path: Path) -> None:
    world = World(tmp_path)
    with pytest.raises(DriftError, match="no reference is in use"):
        world.monitor.check()
    world.monitor.tick()
    assert world_figures(world)["drift_checks_total", ("ok",)] == 0
    with pytest.raises(DriftError, match="0 calls in that time, fewer than 30"):
        world.monitor.create("normal", START, START + DAY, weekdays=False, by="")
    with pytest.raises(DriftError, match="is no name"):
        world.monitor.create("../normal", START, START + DAY, weekdays=False, by="")
    with pytest.raises(DriftError, match="there is no reference 'normal@2'"):
        world.monitor.use("normal@2", "")
    world.ledger.close()
    world.store.close()


def test_a_check_that_fails_is_a_row_an_event_and_a_figure_and_then_it_works_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.day("null", 2)
    with monkeypatch.context() as broken:
        broken.setattr(world.store, "export", failing("the disk is gone"))
        for _ in range(2):
            world.now += 60
            assert (found := world.monitor.check()).status == "error"
            assert found.error == "the disk is gone"
    assert world.events() == [("failed", "", None)]
    figures = world_figures(world)
    assert figures["drift_checks_total", ("error",)] == 2
    assert figures["drift_check_failing", ()] == 1
    assert "drift_psi" in {name for name, _ in figures}  # of the last one that went well
    world.day("null", 3)
    assert [kind for kind, _, _ in world.events()] == ["failed", "works_again"]
    assert world_figures(world)["drift_check_failing", ()] == 0


def test_a_ledger_that_goes_away_in_the_middle_keeps_nothing_half_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.day("null", 2)
    before = rows(world)
    with monkeypatch.context() as broken:
        # The check's own rows are written when the events are asked for: then the database is gone.
        broken.setattr(drift_events, "standing", failing("server closed the connection"))
        broken.setattr(drift_events, "last_event", failing("server closed the connection"))
        world.add(calls("language", 300, 3, world.now, DAY))
        world.now += DAY
        with pytest.raises(StoreError, match="server closed"):
            world.monitor.check()
        assert rows(world) == before
    world.now += 60
    world.monitor.tick()
    assert rows(world)[0] == before[0] + 1  # the failure, told late
    assert [kind for kind, _, _ in world.events()] == ["failed"]


def failing(why: str) -> object:
    def fail(*_: object, **__: object) -> object:
        raise StoreError(why)

    return fail


def rows(world: World) -> tuple[int, int]:
    with world.ledger.read() as connection:
        return tuple(  # type: ignore[return-value]
            int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in (CHECKS, FEATURES)
        )


def test_checks_keep_their_interval_whoever_made_the_last_one(world: World) -> None:
    world.add(calls("null", 100, 2, world.now, DAY))
    world.now += DAY
    world.monitor.tick()
    world.now += 3599
    world.monitor.tick()
    assert rows(world)[0] == 1
    world.now += 1
    world.monitor.tick()
    assert rows(world)[0] == 2


def test_another_reference_tells_drift_anew(world: World) -> None:
    world.day("latency", 3)
    made = world.monitor.create("normal", world.now - DAY, world.now, weekdays=False, by="ana")
    assert (made.label, made.rows, made.in_use) == ("normal@2", 300, False)
    world.monitor.use("normal", "ana")
    assert world.day("latency", 4).reference == "normal@2"
    world.monitor.use("normal@1", "ana")
    world.day("latency", 5)
    assert [kind for kind, _, _ in world.events()] == ["drift", "drift"]


def test_a_weekday_is_compared_with_its_own_kind(tmp_path: Path) -> None:
    world = World(tmp_path)
    for week_day in range(14):  # on Fridays and Saturdays people ask in Spanish
        plan: Planted = "language" if week_day % 7 < 2 else "null"
        world.add(calls(plan, 100, week_day, START + week_day * DAY, DAY))
    world.now = START + 14 * DAY
    made = world.monitor.create("week", START, world.now, weekdays=True, by="")
    assert (made.weekdays, made.rows) == (True, 1400)
    world.monitor.use("week", "")
    coming: tuple[Planted, ...] = ("language", "language", "null")
    for week_day, plan in enumerate(coming):
        world.add(calls(plan, 200, 50 + week_day, world.now, DAY))
        world.now += DAY
        world.now += 3600.0  # into the next day: the last whole one counts
        found = world.monitor.check()
        assert (found.window_start % DAY, found.window_end - found.window_start) == (0, DAY)
        assert found.severity == "none", (week_day, found.top_feature)
        world.now -= 3600.0
    world.ledger.close()
    world.store.close()


def test_vectors_of_another_embedder_are_never_compared(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if vectors() is None:
        pytest.skip("the extra `drift` is not installed")
    monkeypatch.setattr(vectors(), "digest", "0" * 64)
    found = world.day("null", 2)
    assert found.status == "error"
    assert "vectors of two embedders cannot be compared" in (found.error or "")


def test_a_reference_that_was_changed_is_refused(world: World) -> None:
    with world.ledger.write() as connection:
        document = connection.execute(select(REFERENCES.c.document)).scalar_one()
        connection.execute(REFERENCES.update().values(document=document[:-1] + b"\x02"))
    assert "its digest differs" in (world.day("null", 2).error or "")


def test_half_of_the_vectors_is_no_other_text_and_every_text_has_one() -> None:
    if (embedder := vectors()) is None:
        pytest.skip("the extra `drift` is not installed")
    found = embedder.embed(["sort a list", "sort a list", "ordena", "", "\ud800", "x" * 100_000])
    assert found.shape == (6, 256)
    assert np.isfinite(found).all()
    assert (found[0] == found[1]).all()
    assert np.linalg.norm(found[:3], axis=1) == pytest.approx(1, abs=1e-5)
    near, far = embedder.embed(["How do I sort a list in Python?", "Sorting Python lists", "A recipe for fish soup"])[
        1:
    ]
    query = embedder.embed(["How do I sort a list in Python?"])[0]
    assert float(query @ near) > float(query @ far) + 0.2
