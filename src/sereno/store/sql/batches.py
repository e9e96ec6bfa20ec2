"""Which of a batch is new, and what becomes of it as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import is_
from typing import Any, NamedTuple

from sereno.calls import Position
from sereno.conventions import OTHER_MODEL, PREVIEW_CHARACTERS
from sereno.errors import StoreError
from sereno.metrics.account import account_all
from sereno.metrics.increments import Increments
from sereno.store.base import Batch, Record
from sereno.store.sql import clean
from sereno.store.sql.columns import Numbers, row_of
from sereno.store.sql.dialect import Connection

REMEMBERED_BATCHES = 1000
THREADS_SECONDS = 2 * 86400.0
"""How long a conversation can be continued."""


class Laid(NamedTuple):
    """A batch as rows.

    Attributes:
        calls: in the order of `columns.COLUMNS`.
        bodies: (seq, started_at, prompt, response, content); texts are previews.
        texts: (seq, started_at, prompt, response) of each body, whole.
        threads: (conversation, owner, session, started_at).
        internal: how many calls Sereno made itself.
        longest: seconds of the longest call.
    """

    calls: list[tuple[Any, ...]]
    bodies: list[tuple[Any, ...]]
    texts: list[tuple[int, float, str, str]]
    threads: list[tuple[Any, ...]]
    internal: int
    longest: float


def identifier(record: Record) -> bytes:
    """The id of a call as 16 bytes."""
    return bytes.fromhex(record.call.id.replace("-", ""))


def has_body(record: Record) -> bool:
    """Whether there is something to keep beside the row."""
    return record.exchange is not None or bool(record.call.prompt or record.call.response)


def lay_out(
    records: Iterable[Record], first: int, numbers: Numbers, sessions: Numbers, content: Callable[[Record], Any]
) -> Laid:
    """The rows of new calls.

    Args:
        records: storable ones.
        first: sequence of the first.
        numbers: numbers of texts.
        sessions: numbers of session ids.
        content: what stands in a body's row for its content: packed, or, where that comes later, the record.
    """
    laid = Laid([], [], [], [], 0, 0.0)
    internal, longest = 0, 0.0
    for seq, record in enumerate(records, first):
        call = record.call
        laid.calls.append(row_of(call, seq, identifier(record), numbers, sessions))
        if has_body(record):
            prompt, response, started = call.prompt, call.response, call.started_at
            shown = (prompt[:PREVIEW_CHARACTERS], response[:PREVIEW_CHARACTERS])
            laid.bodies.append((seq, started, *shown, content(record)))
            laid.texts.append((seq, started, prompt, response))
        if call.conversation is not None and call.identity.session is not None:
            laid.threads.append((call.conversation, call.identity.owner, call.identity.session, call.started_at))
        internal += bool(call.internal)
        longest = max(longest, call.timing.total)
    return laid._replace(internal=internal, longest=longest)


def is_repeated(connection: Connection, batch: Batch) -> bool:
    """Whether the batch is stored already; `StoreError` if half of it is."""
    if connection.execute("SELECT 1 FROM batches WHERE id = ?", (batch.id,)).fetchone():
        return True
    stored = {(p.instance, p.worker): p for p in positions(connection)}
    behind = ahead = 0
    for position in batch.positions:
        known = stored.get((position.instance, position.worker))
        behind += known is not None and position < known
        ahead += known is None or position > known
    if behind and ahead:
        raise StoreError(
            f"Batch {batch.id} is behind the stored journal position of one worker and ahead of another: two keepers"
            " read the same journal. Stop one of them."
        )
    return bool(batch.positions) and not ahead and (bool(behind) or bool(batch.records))


def positions(connection: Connection) -> list[Position]:
    """Up to where every known worker's journal is stored."""
    rows = connection.execute('SELECT instance, worker, segment, "offset" FROM positions ORDER BY instance, worker')
    return [Position(*row) for row in rows]


def storable(batch: Batch) -> list[Record]:
    """The records, those that cannot be stored as they are replaced by cleaned ones."""
    return [r if clean.is_storable(r.call) else clean.storable(r) for r in batch.records]


def new_records(
    connection: Connection, batch: Batch, records: Sequence[Record], stored: set[bytes]
) -> tuple[Sequence[Record], Increments]:
    """The records that are not there yet, and what they count.

    Args:
        connection: where model labels are looked up.
        batch: what came.
        records: its storable records.
        stored: ids that are there.
    """
    fresh = []
    seen = set(stored)
    for record in records:
        key = identifier(record)
        if key not in seen:
            seen.add(key)
            fresh.append(record)
    if len(fresh) == len(batch.records) and all(map(is_, fresh, batch.records)):
        return fresh, batch.increments
    slots = dict(connection.execute("SELECT model, label FROM model_slots").fetchall())
    # Some were counted before (an import run twice) or had to be changed: count anew, with the same labels.
    return fresh, account_all([r.call for r in fresh], lambda model: slots.get(model, OTHER_MODEL))
