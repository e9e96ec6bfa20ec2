"""Features of recorded calls: the columns in which live traffic is compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sereno.calls import Call
from sereno.drift.columns import Column, Numbers, words

NUMERIC = (
    "prompt_characters", "response_characters", "input_tokens", "output_tokens", "latency", "ttft",
    "time_per_output_token", "tool_calls", "images",
)  # fmt: skip
CATEGORICAL = ("model", "operation", "status", "error_type", "finish_reason", "category")


def features_of(call: Call) -> tuple[Any, ...]:
    """The features of one call, `NUMERIC` then `CATEGORICAL`: None where unknown."""
    usage, timing = call.usage, call.timing
    return (
        None if call.prompt is None else len(call.prompt),
        None if call.response is None else len(call.response),
        usage.input_tokens, usage.output_tokens, timing.total, timing.time_to_first_chunk,
        timing.time_per_output_token, call.tool_calls, call.images,
        # What did not fail has no error type: that is a category here, not a missing value.
        call.model, call.operation, call.status, call.error_type or "none", call.finish_reason, call.category,
    )  # fmt: skip


def columns_of(calls: Iterable[Call]) -> dict[str, Column]:
    """Columns by feature, ready for `freeze` and `compare`."""
    rows = [features_of(call) for call in calls]
    columns: dict[str, Column] = {}
    for at, name in enumerate(NUMERIC):
        columns[name] = Numbers(np.array([row[at] for row in rows], dtype=np.float64))
    for at, name in enumerate(CATEGORICAL, len(NUMERIC)):
        columns[name] = words([row[at] for row in rows])
    return columns
