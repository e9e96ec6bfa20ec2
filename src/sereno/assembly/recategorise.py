"""Stored calls, sorted anew into the categories in force.

Safe to kill and to run again, like `reprice`. A call whose prompt is not in the record keeps its category: retention
removed it, or content is not kept, and nothing can be told of it any more.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import islice

import msgspec

from sereno.assembly.rewriting import Lease, rewrite
from sereno.calls import Call
from sereno.categories.calls import category_of
from sereno.categories.categorise import Categoriser
from sereno.store.base import CallQuery, Rewrite, Store

BATCH_CALLS = 500


class Recategorised(msgspec.Struct):
    """What a run did.

    Attributes:
        looked_at: calls that were asked for.
        kept: of them, LLM requests whose prompt is not there.
        moved: calls by (category before, now); None stands for none.
    """

    looked_at: int = 0
    kept: int = 0
    moved: Counter[tuple[str | None, str | None]] = msgspec.field(default_factory=Counter)

    @property
    def changed(self) -> int:
        """How many calls changed."""
        return self.moved.total()


def recategorise(
    store: Store,
    categoriser: Categoriser,
    query: CallQuery,
    *,
    dry_run: bool = False,
    reached: Callable[[int], None] = lambda _calls: None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> Recategorised:
    """Sort stored calls anew.

    Args:
        store: open for writing, unless it is a dry run.
        categoriser: of the categories in force.
        query: which calls; its times bound their start.
        dry_run: write nothing.
        reached: told how many calls were looked at, after every batch.
        sleep: between batches.
        clock: epoch seconds, for the lease.

    Raises:
        StoreError: the store did not answer, or another such run is at work; batches before stay done.
    """
    done = Recategorised()
    calls = store.export(query)
    with nullcontext() if dry_run else Lease(store, "categories apply", sleep, clock) as lease:
        while batch := list(islice(calls, BATCH_CALLS)):
            changes = list(_changes(batch, categoriser, done))
            if lease is not None:
                lease.renew()
                rewrite(store, [Rewrite(id=call.id, category=now) for call, now in changes], sleep)
            done.moved.update((call.category, now) for call, now in changes)
            done.looked_at += len(batch)
            reached(done.looked_at)
    return done


def _changes(calls: list[Call], categoriser: Categoriser, done: Recategorised) -> Iterator[tuple[Call, str | None]]:
    """The calls whose category is another now, with it."""
    for call in calls:
        if call.is_llm and not call.prompt:
            done.kept += 1
            continue
        now = category_of(call, categoriser)
        if now != call.category:
            yield call, now
