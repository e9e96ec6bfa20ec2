"""The record: store and journal."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sereno import conventions
from sereno.assembly.checkup.finding import Finding, about
from sereno.assembly.store import is_postgres, open_store, store_name, store_path
from sereno.config import Settings
from sereno.errors import StoreError
from sereno.journal.status import DROP_REASONS, read_run
from sereno.store.base import CallQuery

LAG_BYTES = 256 * 1024**2
"""Journal not yet stored that is worth a look."""
FUTURE_SECONDS = 120.0
_LATEST = CallQuery(limit=1)


def store(settings: Settings) -> Iterator[Finding]:
    """It opens, answers, and its calls are not from the future."""
    name = store_name(settings)
    if not is_postgres(settings) and not store_path(settings).exists():
        yield Finding("store", "ok", f"{name} is made at the first start")
        return
    try:
        opened = open_store(settings, read_only=True)
    except StoreError as error:
        yield Finding("store", "fail", str(error))
        return
    try:
        opened.check()
        sizes = opened.sizes()
        size = about(sum(sizes.parts.values()))
        yield Finding("store", "ok", f"{name}: {sizes.calls:,} calls, {sizes.bodies:,} with bodies, {size}")
        latest = opened.calls(_LATEST).calls
        if latest and latest[0].started_at > time.time() + FUTURE_SECONDS:
            yield Finding(
                "clock", "warn", "the latest call is from the future", "check the clock; lists sort by these times"
            )
    except StoreError as error:
        yield Finding("store", "fail", str(error), "sereno backup, or restore a backup")
    finally:
        opened.close()


def journal(settings: Settings) -> Iterator[Finding]:
    """Workers alive, records dropped, bytes waiting."""
    workers, wrong = read_run(settings.data / conventions.RUN_DIR)
    for sentence in wrong:
        yield Finding("status", "warn", sentence)
    sums = {reason: sum(worker.dropped()[reason] for worker in workers) for reason in DROP_REASONS}
    dropped = {reason: count for reason, count in sums.items() if count}
    waiting = sum(file.stat().st_size for file in (settings.data / conventions.JOURNAL_DIR).glob("w*/*.seg"))
    alive = sum(worker.alive for worker in workers)
    found = f"{alive} workers alive, {about(waiting)} on disk"
    if dropped:
        reasons = ", ".join(f"{n:,} by {reason}" for reason, n in dropped.items())
        yield Finding(
            "journal", "warn", f"{found}; records dropped since the beginning: {reasons}", "see docs/journal.md, Drops"
        )
    elif waiting > LAG_BYTES and not alive:
        yield Finding("journal", "warn", f"{found}, not stored yet", "start the keeper: sereno keeper, or sereno up")
    else:
        yield Finding("journal", "ok", found)
