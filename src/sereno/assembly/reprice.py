"""Stored calls, priced anew by the settings in force.

Goes through the record in the order of ingest, a batch at a time: what changed is one transaction with the roll-ups it
is in. So it can be killed anywhere and run again: it ends the same. A lease keeps a second one away, whose settings
may be others; ingest goes on between the batches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

import msgspec

from sereno.assembly.rewriting import Lease, rewrite
from sereno.calls import Call
from sereno.pricing.prices import Prices, price
from sereno.stats.histograms import NANO
from sereno.store.base import CallQuery, Rewrite, Store

BATCH_CALLS = 500


class Change(msgspec.Struct, frozen=True):
    """A call whose price is another now: (USD, source) before and after, None where unknown."""

    call: Call
    before: tuple[float, str | None] | None
    after: tuple[float, str] | None


class ModelSum(msgspec.Struct):
    """What changed for one model.

    Attributes:
        calls: whose cost or source changed.
        unknown_before, unknown_after: of them, without a price.
        nanos_before, nanos_after: what they cost, in billionths of a dollar, as roll-ups keep it.
    """

    calls: int = 0
    unknown_before: int = 0
    unknown_after: int = 0
    nanos_before: int = 0
    nanos_after: int = 0

    @property
    def before(self) -> float:
        """USD before."""
        return self.nanos_before / NANO

    @property
    def after(self) -> float:
        """USD now."""
        return self.nanos_after / NANO

    def add(self, change: Change) -> None:
        """Count a call."""
        self.calls += 1
        self.unknown_before += change.before is None
        self.unknown_after += change.after is None
        self.nanos_before += round(change.before[0] * NANO) if change.before else 0
        self.nanos_after += round(change.after[0] * NANO) if change.after else 0


class Repriced(msgspec.Struct):
    """What a run did.

    Attributes:
        looked_at: calls that were asked for.
        models: sums by canonical model name, only those with changes.
        kept: calls whose model server is not configured any more: without another price they keep theirs.
    """

    looked_at: int = 0
    models: dict[str | None, ModelSum] = msgspec.field(default_factory=dict)
    kept: int = 0

    @property
    def changed(self) -> int:
        """How many calls changed."""
        return sum(model.calls for model in self.models.values())


def reprice(
    store: Store,
    prices: Prices,
    query: CallQuery,
    *,
    only_unknown: bool = False,
    dry_run: bool = False,
    reached: Callable[[int], None] = lambda _calls: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> Repriced:
    """Price stored calls anew.

    Args:
        store: open for writing, unless it is a dry run.
        prices: in force.
        query: which calls; its times bound their start.
        only_unknown: leave calls that have a price alone.
        dry_run: write nothing.
        reached: told how many calls were looked at, after every batch.
        sleep: between batches.
        clock: epoch seconds, for the lease.

    Raises:
        StoreError: the store did not answer, or another reprice is at work; batches before stay done.
    """
    done = Repriced()
    with nullcontext() if dry_run else Lease(store, "reprice", sleep, clock) as lease:
        for calls in _batches(store, query):
            changes = list(_changes(calls, prices, done, only_unknown=only_unknown))
            if lease is not None:
                lease.renew()
                rewrite(store, list(_rewrites(changes)), sleep)
            for change in changes:
                done.models.setdefault(change.call.model, ModelSum()).add(change)
            done.looked_at += len(calls)
            reached(done.looked_at)
    return done


def _batches(store: Store, query: CallQuery) -> Iterator[Sequence[Call]]:
    """The calls that are stored now and match; later ones have the keeper's price."""
    after, last = -1, store.last_sequence()
    while after < last:
        found = store.calls_after(after, BATCH_CALLS, query)
        if not found:
            return
        after = found[-1][0]
        yield [call for sequence, call in found if sequence <= last]


def _changes(calls: Sequence[Call], prices: Prices, done: Repriced, *, only_unknown: bool) -> Iterator[Change]:
    for call in calls:
        before = None if call.cost_usd is None else (call.cost_usd, call.cost_source)
        if only_unknown and before is not None:
            continue
        after = price(call, prices)
        if after is None and before is not None and not prices.knows(call.upstream):
            done.kept += 1
        elif after != before:
            yield Change(call, before, after)


def _rewrites(changes: Sequence[Change]) -> Iterator[Rewrite]:
    for change in changes:
        usd, source = change.after if change.after is not None else (None, None)
        yield Rewrite(id=change.call.id, cost_usd=usd, cost_source=source)
