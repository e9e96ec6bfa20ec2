"""What is counted of a model since the record began, whatever range a page shows: loads, how answers ended."""

from __future__ import annotations

import msgspec

from sereno.query.figures import Percentiles, percentiles
from sereno.store.base import Store


class Finish(msgspec.Struct, frozen=True):
    """Calls that ended for a reason, as the model server named it."""

    reason: str
    calls: int


class Lifetime(msgspec.Struct, frozen=True, kw_only=True):
    """Since the record began; retention never reduces it.

    Attributes:
        load: seconds that loading took, of the calls whose server told.
        finishes: most frequent first.
    """

    load: Percentiles
    finishes: list[Finish]


def lifetime(store: Store, model: str) -> Lifetime | None:
    """What the counters on `/metrics` say of a model; None where it has no label of its own there."""
    label = store.model_slots().get(model)
    if label is None:
        return None
    counters = store.counters()
    finishes = [
        Finish(labels[1], round(count))
        for (name, labels), count in counters.counters.items()
        if name == "llm_finish_reasons_total" and labels[0] == label
    ]
    return Lifetime(
        load=percentiles(counters.histograms.get(("llm_load_duration_seconds", (label,)))),
        finishes=sorted(finishes, key=lambda finish: (-finish.calls, finish.reason)),
    )
