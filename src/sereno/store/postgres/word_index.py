"""The index of words, brought up to date beside ingest.

GIN notes new entries in a list, which every search reads whole, and sorts them in when the list is long. That costs as
much as the rest of a call, and would be done within whichever batch makes the list too long. Here a second session is
asked to do it after a commit, nobody waits for it, and the next batch is stored meanwhile. Should it fail, the server
does it within a batch as before (`link`: at 32 MB), so nothing depends on it but time.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from sereno.errors import StoreError
from sereno.store.postgres.link import Link

ENOUGH = 1000
"""New bodies after which it is worth while: sorted in together, words that repeat are looked up once."""
SORT_IN = (
    "SELECT gin_clean_pending_list(i.inhrelid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " WHERE i.inhparent = to_regclass('sereno.bodies_words') ORDER BY c.relname"
)
"""Every month's index in turn, oldest first, as retention drops them."""


class WordIndex:
    """Who asks for it.

    Args:
        connect: makes the second session.
    """

    def __init__(self, connect: Callable[[], Link]) -> None:
        self._connect = connect
        self._link: Link | None = None
        self._new = 0

    def stored(self, bodies: int) -> None:
        """Tell of new bodies, after their commit; never waits for the work and never fails."""
        self._new += bodies
        if self._new < ENOUGH:
            return
        if self.is_working:
            return
        try:
            if self._link is None:
                self._link = self._connect()
            session = self._link.raw.pgconn
            session.send_query(SORT_IN.encode())
            session.flush()
        except (psycopg.Error, StoreError):
            self.close()
        self._new = 0

    @property
    def is_working(self) -> bool:
        """Whether the second session is at it."""
        if self._link is None:
            return False
        session = self._link.raw.pgconn
        try:
            session.consume_input()
            while not session.is_busy():
                if session.get_result() is None:
                    return False
        except psycopg.Error:  # it ended
            self.close()
            return False
        return True

    def close(self) -> None:
        """End the second session; what it does just now it does to the end."""
        if self._link is not None:
            self._link.close()
            self._link = None
