"""Why storing failed: the store's trouble, which passes, or the batch's own, which does not."""

from __future__ import annotations

from typing import get_args

from sereno.errors import JournalError, StoreError, StoreTrouble

JOURNAL = "journal"
REASONS = (*get_args(StoreTrouble), JOURNAL)
"""Every value of `sereno_ingest_errors_total{reason}`."""


def reason_of(error: BaseException) -> str:
    """The bounded reason of a failed attempt to store."""
    match error:
        case StoreError():
            return error.reason
        case JournalError():
            return JOURNAL
        case OSError():
            return "other"
        case _:
            return "rejected"


def passes(error: BaseException) -> bool:
    """Whether the same batch may be stored later: the store failed, not what was to be stored."""
    return reason_of(error) != "rejected"
