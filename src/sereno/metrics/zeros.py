"""Zero children: counters that exist before they first count.

`increase()` and `rate()` see nothing in a series that begins at 1, so an alert on the first error of the night would
stay silent. Every counter whose label values are known beforehand is therefore shown from the start with 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import get_args

from sereno.calls import Status
from sereno.conventions import METRICS
from sereno.metrics.increments import Labels

STATUSES: tuple[Status, ...] = get_args(Status)
KNOWN_VALUES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "sereno_internal_requests_total": (STATUSES,),
    "sereno_decode_failures_total": (("ollama", "openai"),),
    "sereno_gateway_bytes_total": (("in", "out"),),
    "sereno_gateway_dropped_records_total": (("budget", "queue", "disk", "encode"),),
    "sereno_retention_deleted_total": (("calls", "bodies"),),
}
"""Label values that are known beforehand, by counter; counters without labels need no row."""


def zero_children(models: Iterable[str], chats: Iterable[tuple[str, str]] = ()) -> dict[tuple[str, Labels], float]:
    """Zeros for every counter that can be known.

    Args:
        models: label values of the models that hold a slot: each gets its chat requests, tokens and cost.
        chats: (model, operation) pairs seen besides: each gets all its statuses.
    """
    zeros: dict[tuple[str, Labels], float] = {
        (metric.name, ()): 0.0 for metric in METRICS if metric.type == "counter" and not metric.labels
    }
    for name, values in KNOWN_VALUES.items():
        zeros.update(((name, labels), 0.0) for labels in product(*values))
    models = set(models)
    for model, operation in {*chats, *((model, "chat") for model in models)}:
        zeros.update((("llm_requests_total", (model, status, operation)), 0.0) for status in STATUSES)
    for model in models:
        zeros.update((("llm_tokens_used_total", (kind, model)), 0.0) for kind in ("prompt", "completion"))
        zeros["llm_cost_usd_total", (model,)] = 0.0
    return zeros
