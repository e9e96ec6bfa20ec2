"""The energy of calls: what this machine's meters count, shared among the calls that run on it.

Which calls run is known from two sides: the gateways' status files tell those that are open, the journal those that
ended. When calls are read from the journal, a fresh reading of the meters is waited for (a moment at most), so that it
covers their end. Calls to model servers elsewhere take no part, nor do requests that no model works for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from threading import Event, Lock
from time import time
from typing import TypeVar

import msgspec

from sereno.calls import Call, id_text
from sereno.journal.status import OpenCall
from sereno.keeper.sampler import Sampler
from sereno.keeper.schedule import Job
from sereno.metrics.hardware import Reading, figures
from sereno.metrics.increments import Labels
from sereno.metrics.power import LONGEST, meters, stretch
from sereno.metrics.shares import Shares

K = TypeVar("K")
V = TypeVar("V")
WAIT_SECONDS = 0.05
"""The longest that storing calls waits for the meters."""
TICK_SECONDS = 1.0
LAG_SECONDS = 2.0
"""How far the sharing of time without news from the journal stays behind: a record is there long before."""
LOST_SECONDS = 600.0
"""A call that is gone from the status files for so long without a record has none."""
HANG_SECONDS = 15.0
REMEMBERED = 20_000
"""Calls whose energy is remembered, in case the journal must be read again; and models."""


class Energy:
    """Shares energy among calls; an attachment of the keeper.

    Args:
        read: all meters, given the epoch seconds.
        running: the calls that the gateways forward now.
        local: names of the model servers that run on this machine.
        every: seconds between two readings.
        clock: epoch seconds.
        release: called once no reading can follow.
    """

    def __init__(
        self,
        read: Callable[[float], Reading],
        running: Callable[[], Iterable[OpenCall]],
        local: Collection[str],
        *,
        every: float = 1.0,
        clock: Callable[[], float] = time,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self._sampler = Sampler(read, self._measured, every, clock)
        self._running = running
        self._local = frozenset(local)
        self._clock = clock
        self._release = release
        self._lock = Lock()
        self._shares = Shares()
        self._last: Reading | None = None
        self._open: set[str] = set()
        self._gone: dict[str, float] = {}
        self._settled: OrderedDict[str, float | None] = OrderedDict()
        self._here: OrderedDict[str | None, bool] = OrderedDict()

    def jobs(self) -> Sequence[Job]:
        """Follows what runs, and says so when the meters do not answer."""
        return [Job(name="energy", every=TICK_SECONDS, run=self._tick)]

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """The machine's meters, and what their energy was for; nothing of meters that no longer answer."""
        latest = self._sampler.latest
        if latest is None or self._clock() - latest.at > LONGEST:
            return {}
        out = figures(latest)
        if meters(latest):
            shares = self._shares
            for state, joules in (("calls", shares.given), ("idle", shares.idle), ("other", shares.other)):
                out["sereno_energy_joules_total", (state,)] = round(joules, 3)
        return out

    def close(self) -> None:
        """Stop reading."""
        if self._sampler.close():
            self._release()

    def settle(self, calls: Sequence[Call]) -> Sequence[Call]:
        """The calls with their energy, where it is known (`KeeperOptions.meter`)."""
        latest = self._sampler.latest
        if latest is None or not meters(latest):
            return calls
        mine = [call for call in calls if self._takes_part(call)]
        if mine:
            self._sampler.fresh(min(max(call.ended_at for call in mine), self._clock()), WAIT_SECONDS)
        with self._lock:
            self._look()
            self._settle(calls, mine)
            return [self._with_energy(call) for call in calls]

    def _settle(self, calls: Sequence[Call], mine: Sequence[Call]) -> None:
        shares = self._shares
        fresh = [call for call in mine if call.id not in self._settled]
        for call in fresh:
            shares.begin(call.id, call.started_at)
            shares.end(call.id, call.ended_at)
            _remember(self._here, call.request_model, True)
        if fresh:
            shares.advance(min(max(call.ended_at for call in fresh), self._clock()))
        for call in fresh:
            _remember(self._settled, call.id, shares.take(call.id))
        for call in calls:
            if call.operation != "other" and call.upstream not in self._local:
                _remember(self._here, call.request_model, False)
            if call.id not in self._settled:  # it took no part, whatever it looked like
                _remember(self._settled, call.id, None)
                if call.id in shares.calls:
                    shares.drop(call.id)
            self._open.discard(call.id)
            self._gone.pop(call.id, None)

    def _with_energy(self, call: Call) -> Call:
        joules = self._settled.get(call.id)
        return call if joules is None else msgspec.structs.replace(call, energy_joules=joules)

    def _takes_part(self, call: Call) -> bool:
        return call.operation != "other" and call.upstream in self._local

    def _measured(self, reading: Reading) -> None:
        with self._lock:
            last, self._last = self._last, reading
            if last is None:
                return
            if reading.at <= last.at:  # the clock was set back: what runs begins anew
                before, self._shares = self._shares, Shares()
                self._shares.given, self._shares.idle, self._shares.other = before.given, before.idle, before.other
                self._open.clear()
                self._gone.clear()
                return
            self._shares.measured(stretch(last, reading))

    def _tick(self, _: Event) -> None:
        self._sampler.start()
        with self._lock:
            self._look()
            self._shares.advance(self._clock() - LAG_SECONDS)
        hangs = self._sampler.hangs_seconds
        if hangs > HANG_SECONDS:
            raise TimeoutError(
                f"the meters have not answered for {hangs:.0f} s: a driver hangs, calls have no energy meanwhile;"
                " look at the kernel's log"
            )
        if self._sampler.error is not None:
            raise RuntimeError(f"the meters cannot be read: {self._sampler.error}")

    def _look(self) -> None:
        """See which calls run; those that are gone ended by now at the latest."""
        shares, now = self._shares, self._clock()
        running = set()
        for call in self._running():
            name = id_text(call.id)
            if name not in self._settled and self._seems_to_take_part(call):
                running.add(name)
                self._gone.pop(name, None)
                shares.begin(name, call.started_ns / 1e9)
        for name in self._open - running:
            self._gone[name] = now
            if name in shares.calls:
                shares.end(name, now)
        for name in [name for name, since in self._gone.items() if now - since > LOST_SECONDS]:
            del self._gone[name]
            if name in shares.calls:
                shares.drop(name)
        self._open = running

    def _seems_to_take_part(self, call: OpenCall) -> bool:
        """An open call tells its model only: those of a model that was last asked elsewhere run elsewhere."""
        return self._here.get(call.model, call.model is not None)


def _remember(where: OrderedDict[K, V], key: K, value: V) -> None:
    """Keep an answer, and not too many of them."""
    where[key] = value
    if len(where) > REMEMBERED:
        where.popitem(last=False)
