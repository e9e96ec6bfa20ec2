"""What a call gains between decoding and counting: its energy, its category, its price.

An enricher is a pure function that was built from settings. One that fails leaves the call as it was and is counted:
storing what happened never waits for knowing what it was about.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from sereno.calls import Call

log = logging.getLogger(__name__)

Enricher = Callable[[Call], Call]
"""The same call with more of its fields known."""
Meter = Callable[[Sequence[Call]], Sequence[Call]]
"""The same calls, in the same order, with their energy where it is known; they are all that ended up to now."""
ENERGY = "energy"
"""Name under which a meter's failures are counted."""


def enriched(call: Call, enrichers: Mapping[str, Enricher], failed: Callable[[str, Exception], None]) -> Call:
    """The call after every enricher, in order.

    Args:
        call: as decoded.
        enrichers: by name, each seeing what the ones before it found.
        failed: told the name of an enricher that failed, and why.
    """
    for name, enrich in enrichers.items():
        try:
            call = enrich(call)
        except Exception as error:  # noqa: BLE001  whatever it is, the call must be stored
            failed(name, error)
    return call


def metered(calls: Sequence[Call], meter: Meter | None, failed: Callable[[str, Exception], None]) -> Sequence[Call]:
    """The calls with their energy; as they are where there is no meter, or it fails."""
    if meter is None or not calls:
        return calls
    try:
        return meter(calls)
    except Exception as error:  # noqa: BLE001  whatever it is, the calls must be stored
        failed(ENERGY, error)
        return calls


class EnrichFailures:
    """Failures by enricher since the start; a sentence is logged when it changes.

    Args:
        names: the enrichers, which begin at 0.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.counts: dict[str, int] = dict.fromkeys(names, 0)
        self._said: dict[str, str] = {}

    def note(self, name: str, error: Exception) -> None:
        """Count a failure."""
        self.counts[name] = self.counts.get(name, 0) + 1
        sentence = f"{type(error).__name__}: {error}"
        if self._said.get(name) != sentence:
            self._said[name] = sentence
            log.warning("calls are stored without their %s: %s", name, sentence)
