"""References made of the record, and the one that checks compare with."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from sereno.drift.events import Event
from sereno.drift.frozen import frozen_of
from sereno.drift.vectors import Embedder
from sereno.errors import DriftError
from sereno.keeper.drift.texts import TEXTS
from sereno.keeper.drift.traffic import traffic
from sereno.store.base import Store
from sereno.store.ledger import Ledger, drift_events, drift_references
from sereno.store.ledger.drift_references import ReferenceRow

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def create(
    ledger: Ledger,
    store: Store,
    embedder: Callable[[], Embedder | None],
    name: str,
    window: tuple[float, float],
    *,
    weekdays: bool,
    by: str,
    now: float,
) -> ReferenceRow:
    """Freeze the calls of a window as the next version of a name.

    Args:
        ledger: where references are.
        store: where calls are.
        embedder: gives the embedder; None where prompts are not compared as vectors.
        name: of the reference.
        window: from when to when, epoch seconds.
        weekdays: whether each weekday has a reference of its own.
        by: who does it.
        now: epoch seconds.

    Raises:
        DriftError: the name is none, the window is empty, or there are too few calls.
        StoreError: store or ledger do not answer.
    """
    start, end = window
    if NAME.fullmatch(name) is None:
        raise DriftError(f"{name[:80]!r} is no name: 1 to 64 letters, digits, dots, underscores and hyphens")
    if not start < end:
        raise DriftError("the window ends before it begins")
    try:
        frozen = frozen_of(traffic(store, start, end), TEXTS, embedder(), weekdays=weekdays)
    except ValueError as error:
        raise DriftError(str(error)) from error
    with ledger.write() as connection:
        return drift_references.add(connection, name, frozen, start=start, end=end, now=now, by=by)


def use(ledger: Ledger, label: str, *, by: str, now: float) -> ReferenceRow:
    """Compare with a reference from now on; drift that was told before is told anew if it is there.

    Raises:
        DriftError: there is none of this name.
        StoreError: the ledger does not answer.
    """
    with ledger.write() as connection:
        wanted = drift_references.reference(connection, label)
        if wanted is None:
            raise DriftError(f"there is no reference {label[:80]!r}; sereno drift reference list shows them")
        if not wanted.in_use:
            drift_references.use(connection, wanted.id, now)
            event = Event(kind="reference", severity="none", details={"reference": wanted.label, "by": by})
            drift_events.add_events(connection, [event], now, None)
    return msgspec.structs.replace(wanted, in_use=True)
