"""How long a question to the store may take: said once around it, heard by every backend.

    with deadline(10.0):
        store.aggregate(query)        # StoreTimeoutError after ten seconds

The limit is a context variable, which a thread of a pool does not inherit: open it in the function that runs there.
Only reading is limited; a batch that is being stored is never cut short.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

_until: ContextVar[float | None] = ContextVar("sereno_store_deadline", default=None)


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Limit what is read inside; an earlier limit around this one stays in force. None sets no limit of its own.

    Args:
        seconds: from now on, for all questions inside together.
    """
    known = _until.get()
    until = None if seconds is None else monotonic() + seconds
    token = _until.set(min((t for t in (known, until) if t is not None), default=None))
    try:
        yield
    finally:
        _until.reset(token)


def due() -> float | None:
    """The time by `time.monotonic` at which reading must end; None without a limit."""
    return _until.get()
