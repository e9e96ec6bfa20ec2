"""Accuracy as quality knows it, in the words of the drift monitor."""

from __future__ import annotations

from collections.abc import Callable

from sereno.drift.accuracy import Accuracy
from sereno.query.quality import DAY, accuracy
from sereno.store.ledger import Ledger

BEFORE = 28 * DAY
"""How long before a window its baseline begins."""


def accuracy_of(ledger: Ledger) -> Callable[[float, float], Accuracy]:
    """What the drift monitor asks for a window: accuracy in the 28 days before and in it, over the same questions."""

    def known(start: float, end: float) -> Accuracy:
        with ledger.read() as connection:
            found = accuracy(connection, baseline=(start - BEFORE, start), current=(start, end))
        now = found.current
        return Accuracy(
            baseline=None if found.baseline is None else found.baseline.value,
            current=None if now is None else now.value,
            upper=None if now is None else now.high,
            samples=0 if now is None else now.n,
        )

    return known
