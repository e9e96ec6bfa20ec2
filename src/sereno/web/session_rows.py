"""A conversation as lists on pages show it: the API's message, and its times as numbers."""

from __future__ import annotations

from sereno.query.rows import SessionMessage, session_message
from sereno.store.base import SessionRow


class SessionEntry(SessionMessage, frozen=True, kw_only=True):
    """One conversation in a list; `first_at` and `last_at`: starts of its first and last call, epoch seconds."""

    first_at: float
    last_at: float


def session_entry(row: SessionRow) -> SessionEntry:
    """What lists show of a conversation."""
    base = session_message(row)
    return SessionEntry(
        **{name: getattr(base, name) for name in SessionMessage.__struct_fields__},
        first_at=row.first_at,
        last_at=row.last_at,
    )
