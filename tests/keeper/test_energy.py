"""The energy of calls in a keeper: readings, status files and the journal together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import msgspec
import pytest

from keeper.harness import EVERYTHING, drain, make, until
from sereno.calls import Call, Exchange, id_text, new_id
from sereno.journal.status import OpenCall
from sereno.keeper.energy import LAG_SECONDS, LOST_SECONDS, Energy
from sereno.metrics.hardware import Gpu, Reading
from sereno.pricing.machine import MachineRates
from sereno.pricing.prices import Prices, priced
from sereno.pricing.tables import PriceTable
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore
from store.made import T0, a_call

NO_STOP = Event()


class Machine:
    """A machine of one GPU whose clock, power and open calls the test sets. Power is even between two `pass_time`s."""

    def __init__(self, *, every: float = 3600.0) -> None:
        self.now = T0
        self.joules = 0.0
        self.open: list[OpenCall] = []
        self.gpus: Callable[[], tuple[Gpu, ...]] = self._gpu
        self.energy = Energy(self._read, lambda: self.open, ["default"], every=every, clock=lambda: self.now)
        (self.job,) = self.energy.jobs()
        self.job.run(NO_STOP)
        until(lambda: self.energy._sampler.latest is not None)

    def _gpu(self) -> tuple[Gpu, ...]:
        return (Gpu(gpu="0", vendor="nvidia", uuid="GPU-1", name="T4", joules=self.joules),)

    def _read(self, at: float) -> Reading:
        return Reading(at=at, gpus=self.gpus())

    def pass_time(self, seconds: float, watts: float) -> None:
        """Let time go by and read the meters at its end."""
        self.now += seconds
        self.joules += seconds * watts
        self.energy._sampler.fresh(self.now, 10.0)

    def starts(self, number: int, model: str | None = "a") -> OpenCall:
        call = OpenCall(new_id(int(self.now * 1e9), number.to_bytes(10, "big")), int(self.now * 1e9), model, 0, 0)
        self.open.append(call)
        return call

    def figure(self, state: str) -> float:
        return self.energy.figures()["sereno_energy_joules_total", (state,)]


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    yield made
    made.energy.close()


def ended(number: int, start: float, seconds: float, **changes: object) -> Call:
    call = a_call(number, started_at=T0 + start, **changes)
    return msgspec.structs.replace(call, timing=msgspec.structs.replace(call.timing, total=seconds))


def test_overlapping_calls_share_and_idle_is_apart(machine: Machine) -> None:
    machine.pass_time(10, 50)  # nobody runs: 500 J idle
    machine.pass_time(10, 300)  # a alone, then with b
    a, b = ended(1, 10, 10), ended(2, 15, 5)
    assert [call.energy_joules for call in machine.energy.settle([a, b])] == [1500 + 750, 750]
    assert (machine.figure("calls"), machine.figure("idle"), machine.figure("other")) == (3000.0, 500.0, 0.0)


def test_a_call_that_still_runs_keeps_its_part(machine: Machine) -> None:
    running = machine.starts(9)
    machine.pass_time(10, 100)
    (short,) = machine.energy.settle([ended(1, 4, 6)])
    assert short.energy_joules == pytest.approx(300.0)
    machine.pass_time(10, 100)
    machine.open.remove(running)
    long = msgspec.structs.replace(ended(0, 0, 20), id=id_text(running.id))
    assert machine.energy.settle([long])[0].energy_joules == pytest.approx(1700.0)


def test_calls_elsewhere_and_requests_without_a_model_take_no_part(machine: Machine) -> None:
    pull, cloud = machine.starts(1, "pulled"), machine.starts(2, "gpt-4o")
    machine.energy.settle([msgspec.structs.replace(ended(3, -1, 0.5, upstream="openai"), request_model="gpt-4o")])
    machine.starts(4, None)  # a list of models, say
    machine.pass_time(10, 100)
    calls = [
        ended(5, 0, 10),
        msgspec.structs.replace(ended(6, 0, 10, operation="other"), id=id_text(pull.id)),
        msgspec.structs.replace(ended(7, 0, 10, upstream="openai"), id=id_text(cloud.id)),
    ]
    found = machine.energy.settle(calls)
    # The pull looked like a call of a model until its record came: what it seemed to take is `other`.
    assert [call.energy_joules for call in found] == [pytest.approx(500.0), None, None]
    assert machine.figure("calls") + machine.figure("other") == pytest.approx(1000.0)


def test_a_journal_that_is_read_again_gives_the_same(machine: Machine) -> None:
    machine.pass_time(10, 100)
    call = ended(1, 0, 10)
    assert machine.energy.settle([call])[0].energy_joules == 1000.0
    assert machine.energy.settle([call])[0].energy_joules == 1000.0
    assert machine.figure("calls") == 1000.0


def test_calls_from_before_the_keeper_have_no_energy(machine: Machine) -> None:
    machine.pass_time(10, 100)
    assert machine.energy.settle([ended(1, -100, 50), ended(2, -5, 10)]) == [ended(1, -100, 50), ended(2, -5, 10)]


def test_a_gpu_that_goes_leaves_calls_without_energy_and_comes_back(machine: Machine) -> None:
    machine.pass_time(10, 100)
    machine.gpus = lambda: (Gpu(gpu="0", vendor="nvidia", uuid="GPU-1", name="T4", up=False),)
    machine.pass_time(10, 100)
    assert machine.energy.figures()["sereno_gpu_up", ("0",)] == 0.0
    assert ("sereno_gpu_energy_joules_total", ("0",)) not in machine.energy.figures()
    assert machine.energy.settle([ended(1, 10, 10)])[0].energy_joules is None
    machine.gpus = machine._gpu
    machine.pass_time(10, 100)
    machine.pass_time(10, 100)
    assert machine.energy.settle([ended(2, 30, 10)])[0].energy_joules == pytest.approx(1000.0)


def test_a_driver_that_hangs_holds_up_nobody(machine: Machine) -> None:
    machine.pass_time(10, 100)
    released, entered = threading.Event(), threading.Event()

    def hang() -> tuple[Gpu, ...]:
        entered.set()
        released.wait(60)
        return machine._gpu()

    machine.gpus = hang
    machine.now += 10
    assert machine.energy.settle([ended(1, 12, 3)])[0].energy_joules is None  # and it came back at all
    assert entered.wait(10)
    machine.now += 100
    assert machine.energy.figures() == {}  # old figures are no figures
    released.set()


def test_meters_that_fail_are_told_by_the_job(machine: Machine) -> None:
    def fail() -> tuple[Gpu, ...]:
        raise OSError("bus error")

    machine.gpus = fail
    machine.now += 1
    machine.energy._sampler.fresh(machine.now, 0.0)
    until(lambda: machine.energy._sampler.error is not None)
    with pytest.raises(RuntimeError, match="the meters cannot be read: OSError: bus error"):
        machine.job.run(NO_STOP)


def test_a_clock_that_is_set_back_begins_anew(machine: Machine) -> None:
    machine.pass_time(10, 100)
    machine.energy.settle([ended(1, 0, 10)])
    machine.now = T0 - 500
    machine.energy._sampler.fresh(T0 + 1e6, 0.0)
    until(lambda: machine.energy._last is not None and machine.energy._last.at == T0 - 500)
    machine.pass_time(10, 100)
    assert machine.energy.settle([ended(2, -500, 10)])[0].energy_joules == pytest.approx(1000.0)
    assert machine.figure("calls") == pytest.approx(2000.0)


def test_calls_that_leave_no_record_are_forgotten(machine: Machine) -> None:
    lost = machine.starts(1)
    machine.job.run(NO_STOP)
    machine.pass_time(10, 100)
    machine.open.remove(lost)
    machine.job.run(NO_STOP)
    for _ in range(4):
        machine.pass_time(LOST_SECONDS / 3, 0)
        machine.job.run(NO_STOP)
    machine.now += LAG_SECONDS
    machine.job.run(NO_STOP)
    assert machine.energy._shares.calls == frozenset()
    assert machine.figure("other") == pytest.approx(1000.0)


def test_a_machine_without_meters_tells_nothing(machine: Machine) -> None:
    bare = Energy(lambda at: Reading(at=at), list, ["default"], clock=lambda: T0)
    (job,) = bare.jobs()
    job.run(NO_STOP)
    until(lambda: bare._sampler.latest is not None)
    calls = [ended(1, 0, 10)]
    assert bare.settle(calls) is calls
    assert bare.figures() == {}
    bare.close()


def test_energy_is_stored_counted_and_paid(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    """From the journal to totals: 3.6 MJ are a kilowatt-hour, at 0.30 USD; 1 kW for 10 s, shared by two calls."""

    def meter(calls: object) -> list[Call]:
        return [msgspec.structs.replace(call, energy_joules=1.8e6) for call in calls]  # type: ignore[attr-defined]

    rates = MachineRates(per_kwh=0.30)
    prices = Prices([PriceTable(name="power", models=("*",), rates=rates)])
    write([exchange(1, at=0, seconds=10), exchange(2, at=0, seconds=10)])
    ingest = make(data, store, meter=meter, enrichers={"price": priced(prices)})
    assert drain(ingest) == 2
    assert [(call.energy_joules, call.cost_usd) for call in store.export(EVERYTHING)] == [(1.8e6, 0.15)] * 2
    (group,) = store.aggregate(CallQuery())
    totals = group.totals
    assert (totals.energy_joules, totals.energy_known, totals.energy_tokens) == (3.6e6, 2, 10)
    counters = store.counters().counters
    assert sum(v for (name, _), v in counters.items() if name == "llm_energy_joules_total") == 3.6e6


def test_a_meter_that_fails_is_counted_and_calls_are_stored(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    def broken(_: object) -> list[Call]:
        raise ZeroDivisionError("no")

    write([exchange(1)])
    ingest = make(data, store, meter=broken)
    assert ingest.enrich_failures.counts == {"energy": 0}
    assert drain(ingest) == 1
    assert ingest.enrich_failures.counts == {"energy": 1}
    assert [call.energy_joules for call in store.export(EVERYTHING)] == [None]
