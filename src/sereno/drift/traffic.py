"""Features of recorded calls: the columns in which live traffic is compared."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sereno.calls import Call
from sereno.drift.columns import Numbers, Words, words

NUMERIC = (
    "prompt_characters", "response_characters", "input_tokens", "output_tokens", "latency", "ttft",
    "time_per_output_token", "tool_calls", "images",
)  # fmt: skip
CATEGORICAL = ("model", "operation", "status", "error_type", "finish_reason", "category")


def columns_of(calls: Iterable[Call]) -> dict[str, Numbers | Words]:
    """Columns by feature: lengths in characters, tokens, seconds, and what is one of a few words.

    An unknown figure is missing, never 0.
    """
    rows = [(_numbers(call), _words(call)) for call in calls]
    table = np.array([row[0] for row in rows], dtype=np.float64).reshape(len(rows), len(NUMERIC))
    numeric = {name: Numbers(np.ascontiguousarray(table[:, at])) for at, name in enumerate(NUMERIC)}
    return numeric | {name: words([row[1][at] for row in rows]) for at, name in enumerate(CATEGORICAL)}


def _numbers(call: Call) -> tuple[float | None, ...]:
    usage, timing = call.usage, call.timing
    return (
        None if call.prompt is None else len(call.prompt),
        None if call.response is None else len(call.response),
        usage.input_tokens, usage.output_tokens, timing.total, timing.time_to_first_chunk,
        timing.time_per_output_token, call.tool_calls, call.images,
    )  # fmt: skip


def _words(call: Call) -> tuple[str | None, ...]:
    # What did not fail has no error type: that is a category here, not a missing value.
    return (call.model, call.operation, call.status, call.error_type or "none", call.finish_reason, call.category)
