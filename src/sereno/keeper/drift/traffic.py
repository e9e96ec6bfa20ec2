"""The calls of a window, as drift is judged by them."""

from __future__ import annotations

from sereno.calls import Call
from sereno.drift.live import sampled
from sereno.store.base import CallQuery, Store


def traffic(store: Store, start: float, end: float) -> list[Call]:
    """LLM calls that began in a window, the oldest first; of very many a sample that is always the same.

    Raises:
        StoreError: the store does not answer.
    """
    query = CallQuery(start=start, end=end, llm=True, newest_first=False)
    total = store.count(query)
    return [call for call in store.export(query) if sampled(call.id, total)]
