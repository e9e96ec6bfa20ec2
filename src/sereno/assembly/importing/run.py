"""Calls from files into the store, in batches, counted like live ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import islice

import msgspec

from sereno.conventions import OTHER_MODEL
from sereno.keeper.labels import answered_models
from sereno.metrics.account import account_all
from sereno.store.base import Batch, Record, Store

BATCH_CALLS = 500


class Imported(msgspec.Struct, frozen=True):
    """What an import did: calls read, of them new in the store."""

    read: int
    new: int


def import_records(store: Store, records: Iterable[Record], progress: Callable[[int], None]) -> Imported:
    """Store calls; those that are there already are left alone.

    Args:
        store: open for writing.
        records: the calls.
        progress: told how many calls were read so far, after every batch.
    """
    read = new = 0
    source = iter(records)
    while chunk := list(islice(source, BATCH_CALLS)):
        new += store.add(_batch(store, chunk))
        read += len(chunk)
        progress(read)
    return Imported(read, new)


def _batch(store: Store, records: list[Record]) -> Batch:
    calls = [record.call for record in records]
    # The same rule as at ingest: a model takes a label when it answered; an export does not tell the status code.
    told = {call.model for call in calls if call.is_llm and call.http_status is None and call.status == "success"}
    slots = store.claim_model_slots(sorted(model for model in answered_models(calls) | told if model))

    def label(model: str | None) -> str:
        return OTHER_MODEL if model is None else slots.get(model, OTHER_MODEL)

    digest = blake2b(b"".join(_ids(records)), digest_size=16).hexdigest()
    return Batch(id=f"import:{digest}", records=records, increments=account_all(calls, label), positions=())


def _ids(records: Iterable[Record]) -> Iterator[bytes]:
    return (record.call.id.encode() for record in records)
