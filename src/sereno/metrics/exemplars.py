"""Exemplars: for each bucket of a latency histogram the latest call that had a trace id.

They let a person click from a slow bucket in a graph to the trace of a call that was that slow. They live in the
keeper's memory only: an exemplar is an example, not a count.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

import msgspec

from sereno.calls import Call
from sereno.conventions import METRIC, OTHER_MODEL
from sereno.metrics.increments import Labels

ExemplarKey = tuple[str, Labels, int]
"""Histogram name, label values, index of the bucket."""


class Exemplar(msgspec.Struct, frozen=True):
    """A call's trace: 32 hex digits, the observed seconds, and when the call ended (epoch seconds)."""

    trace_id: str
    value: float
    at: float


def exemplars_of(calls: Iterable[Call], label: Callable[[str | None], str]) -> dict[ExemplarKey, Exemplar]:
    """The exemplars in these calls, later calls over earlier ones, with labels as `account` gives them."""
    found: dict[ExemplarKey, Exemplar] = {}
    for call in calls:
        if call.trace_id is None or not call.is_llm:
            continue
        labels = (label(call.model) if call.model else OTHER_MODEL, call.operation)
        observed = (
            ("llm_request_duration_seconds", call.timing.total),
            ("llm_time_to_first_token_seconds", call.timing.time_to_first_chunk),
            ("llm_time_per_output_token_seconds", call.timing.time_per_output_token),
        )
        for name, value in observed:
            if value is not None:
                bucket = bisect_left(METRIC[name].edges, value)
                found[name, labels, bucket] = Exemplar(call.trace_id, value, call.ended_at)
    return found
