"""The SQLite store: one file, the default.

`connection` opens it and lends readers; `migrate` brings it to this version's schema (`migrations/`); `writing` commits
batches, `cells` their roll-ups and counters; `filters` turns a `CallQuery` into SQL; `reading`, `aggregate` and
`people` answer with it; `search` is full text, `retention` deletes, `failures` says what went wrong.
"""

from sereno.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
