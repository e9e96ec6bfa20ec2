"""Why storing failed: the store's trouble, which passes, or the batch's own, which does not."""

from __future__ import annotations

from sereno.errors import StoreError

_REASONS = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_FULL": "disk_full",
    "SQLITE_READONLY": "read_only",
    "SQLITE_PERM": "read_only",
    "SQLITE_CANTOPEN": "unreachable",
    "SQLITE_IOERR": "disk",
    "SQLITE_CORRUPT": "corrupt",
    "SQLITE_NOTADB": "corrupt",
}
REASONS = ("locked", "disk_full", "read_only", "unreachable", "disk", "corrupt", "journal", "rejected", "other")
"""Every value of `sereno_ingest_errors_total{reason}`."""
_OF_THE_DATA = ("SQLITE_CONSTRAINT", "SQLITE_TOOBIG", "SQLITE_MISMATCH", "SQLITE_RANGE")


def reason_of(error: BaseException) -> str:
    """The bounded reason of a failed attempt to store."""
    if not isinstance(error, (StoreError, OSError)):
        return "rejected"
    name = _driver_name(error)
    return next((reason for prefix, reason in _REASONS.items() if name.startswith(prefix)), "other")


def passes(error: BaseException) -> bool:
    """Whether the same batch may be stored later: the store failed, not what was to be stored."""
    if not isinstance(error, (StoreError, OSError)):
        return False
    return not _driver_name(error).startswith(_OF_THE_DATA)


def _driver_name(error: BaseException) -> str:
    """SQLite's name for what happened, as Python's driver gives it; "" for other stores."""
    return str(getattr(error.__cause__, "sqlite_errorname", "") or "")
