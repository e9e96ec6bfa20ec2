"""The slowest calls of a long time, quickly: their distribution tells from which latency on to look."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.calls import Call
from sereno.stats.histograms import Histogram, upper_bound
from sereno.store.base import CallQuery, Store

SPARE = 20
"""More calls than asked for must be above the bound: lists count by a call's start, distributions by its end."""


def slowest(store: Store, query: CallQuery, latency: Histogram | None) -> Sequence[Call]:
    """The `query.limit` slowest calls, slowest first, the same as a list in that order.

    Args:
        store: where the calls are.
        query: which calls; its order is set here.
        latency: distribution of the same calls, None where it is not known; it makes the answer quick, never wrong.
    """
    asked = msgspec.structs.replace(query, sort="latency", newest_first=True)
    bound = _bound(latency, query.limit + query.offset + SPARE)
    if bound is not None and query.min_latency is None:
        found = store.calls(msgspec.structs.replace(asked, min_latency=bound)).calls
        if len(found) == query.limit:  # every call that is not among them is faster than all of them
            return found
    return store.calls(asked).calls


def _bound(latency: Histogram | None, calls: int) -> float | None:
    """A latency that at least so many calls exceed, as high as the buckets tell; None where there are fewer."""
    if latency is None or latency.count < calls:
        return None
    above = 0
    for index in sorted(latency.sparse, reverse=True):
        above += latency.sparse[index]
        if above >= calls:
            return upper_bound(index - 1) if index else None
    return None
