"""Budgets of keys: what each has spent since the month began (UTC), and which have spent all.

Counted from what is stored, so a key passes until its last calls are ingested and looked at, some seconds. Calls whose
cost is not known cost nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from sereno.conventions import POLICY_FILE
from sereno.metrics.increments import Labels
from sereno.store.base import CallQuery, Store
from sereno.store.keyfile import read_keys
from sereno.trust.keys import Key
from sereno.trust.policy import decode_policy

EVERY_SECONDS = 5.0
MOST_SHOWN = 100
"""Keys with a budget that become a label, the oldest; all of them are watched."""


def month_of(now: float) -> float:
    """When the month began, in UTC.

    >>> month_of(1_795_219_200.0)  # 2026-11-21
    1793491200.0
    """
    at = datetime.fromtimestamp(now, UTC)
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()


def spent(store: Store, now: float) -> dict[str, float]:
    """US dollars of this month's calls by id of the key that they showed.

    Raises:
        StoreError: the store does not answer.
    """
    groups = store.aggregate(CallQuery(start=month_of(now)), by=("key",), histograms=False)
    return {group.key[0]: group.totals.cost_usd for group in groups if group.key[0] is not None}


def used(keys: Iterable[Key], sums: Mapping[str, float]) -> dict[str, float]:
    """Share of its budget that each key has spent, by id, of those that have one; a budget of 0 is spent at once."""
    return {
        key.id: sums.get(key.id, 0.0) / key.budget_usd_per_month if key.budget_usd_per_month else 1.0
        for key in keys
        if key.budget_usd_per_month is not None
    }


class Budgets:
    """Watches them.

    Args:
        data: the DATA folder.
        store: where calls are.
        clock: epoch seconds.

    Attributes:
        exhausted: ids of keys that have spent all; until first counted, those that the last policy named.
    """

    def __init__(self, data: Path, store: Store, clock: Callable[[], float]) -> None:
        self._data = data
        self._store = store
        self._clock = clock
        self._figures: dict[tuple[str, Labels], float] = {}
        self.exhausted: tuple[str, ...] = ()
        with suppress(OSError, ValueError):
            self.exhausted = decode_policy((data / POLICY_FILE).read_bytes()).exhausted

    def run(self, stop: Event | None = None) -> None:  # noqa: ARG002  a job is told when to stop; this one is short
        """Count anew.

        Raises:
            ConfigError: the key file cannot be read; StoreError: the store does not answer. What was known stays.
        """
        keys = [key for key in read_keys(self._data) if key.budget_usd_per_month is not None]
        shares = used(keys, spent(self._store, self._clock())) if keys else {}
        self.exhausted = tuple(sorted(key for key, share in shares.items() if share >= 1))
        self._figures = {("sereno_key_budget_used_ratio", (key.name,)): shares[key.id] for key in keys[:MOST_SHOWN]}

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """What `/metrics` shows of them."""
        return self._figures
