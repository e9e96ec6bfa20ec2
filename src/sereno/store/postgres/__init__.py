"""The PostgreSQL store: one database for many keepers.

`connection` opens it and lends readers; `migrate` brings it to this version's schema (`migrations/`); `months` are the
parts of calls and bodies; `writing` commits batches, `cells` their roll-ups; `dialect` and `choosing` are what is asked
otherwise than in SQLite (`store.sql`); `retention` deletes, `failures` says what went wrong.
"""

from sereno.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
