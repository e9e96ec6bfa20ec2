"""Settings to the drift monitor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sereno.assembly.embedder import installed
from sereno.assembly.lora import registry
from sereno.config.table import Settings
from sereno.drift.triggers import On, Rule
from sereno.drift.verdict import Severity
from sereno.keeper.drift.accuracy import accuracy_of
from sereno.keeper.drift.actions import Action
from sereno.keeper.drift.monitor import DriftMonitor
from sereno.keeper.drift.plan import Plan
from sereno.store.base import Store
from sereno.store.ledger import Ledger


def plan_of(settings: Settings) -> Plan:
    """The settings as the monitor reads them."""
    drift = settings.drift
    return Plan(
        interval=drift.interval,
        window=drift.window,
        severity=cast("Severity", drift.severity),
        rule=Rule(
            on=cast("On", drift.trigger_on), severity=cast("Severity", drift.trigger_severity),
            windows=drift.trigger_windows, cooldown=drift.trigger_cooldown,
        ),
        approval=drift.trigger_approval == "required",
        action=Action(
            url=drift.trigger_url, token_file=drift.trigger_token_file, command=drift.trigger_command,
            timeout=drift.trigger_timeout,
        ),
        keep_days=drift.keep_days,
    )  # fmt: skip


def monitor_of(settings: Settings, store: Store, ledger: Ledger) -> DriftMonitor:
    """The monitor that the settings describe."""
    return DriftMonitor(
        ledger, store, plan_of(settings), embedder=installed if settings.drift.embeddings == "auto" else lambda: None,
        accuracy=accuracy_of(ledger),
    )  # fmt: skip


@contextmanager
def opened(settings: Settings, *, read_only: bool = False) -> Iterator[tuple[DriftMonitor, Ledger]]:
    """The monitor and its ledger, for commands.

    Raises:
        StoreError: store or ledger cannot be opened, or there are none.
    """
    with registry(settings, read_only=read_only) as (ledger, store):
        yield monitor_of(settings, store, ledger), ledger
