"""A data folder with a past, made before Sereno starts on it: calls of last week, and drift found in them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from drift.planted import calls
from sereno.conventions import SQLITE_FILE
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan
from sereno.metrics.account import account_all
from sereno.store.base import Batch, Record
from sereno.store.ledger import Ledger
from sereno.store.sqlite import SqliteStore

DAY = 86_400.0
BEGAN, ENDED = 9 * DAY, 6 * DAY
"""How long ago the calls began and ended, in seconds."""
CALLS = 1400


def record(data: Path, now: float) -> None:
    """A day that is the reference, a day like it, and a day on which answers came later; a check after each.

    Args:
        data: the folder, made here. now: epoch seconds.
    """
    data.mkdir(mode=0o700)
    store = SqliteStore(data / SQLITE_FILE)
    ledger = Ledger(URL.create("sqlite", database=str(data / SQLITE_FILE)))
    at = now - BEGAN
    monitor = DriftMonitor(ledger, store, Plan(window=DAY), clock=lambda: at)
    for number, (plan, n) in enumerate((("null", 800), ("null", 300), ("latency", 300))):
        found = calls(plan, n, 30 + number, at, DAY)  # type: ignore[arg-type]  # plans of planted drift
        store.claim_model_slots(sorted({call.model or "" for call in found}))
        increments = account_all(found, lambda name: name or "other")
        records = [Record(call, None) for call in found]
        store.add(Batch(id=f"past-{number}", records=records, increments=increments, positions=()))
        at += DAY
        if number:
            monitor.check()
        else:
            monitor.use(monitor.create("normal", at - DAY, at, weekdays=False, by="ana").label, "ana")
    ledger.close()
    store.close()
