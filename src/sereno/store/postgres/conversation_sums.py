"""The sums of conversations, kept beside them as calls come, change and go."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable

from sereno.calls import Call
from sereno.store.postgres.arrays import bigints, doubles
from sereno.store.postgres.link import Link
from sereno.store.sql.columns import Numbers
from sereno.store.sql.conversations import LLM, sums_of

_ADD = (
    "UPDATE sessions s SET first_at = least(s.first_at, v.first_at), last_at = greatest(s.last_at, v.last_at),"
    " calls = s.calls + v.calls, errors = s.errors + v.errors, input_tokens = s.input_tokens + v.sent,"
    " output_tokens = s.output_tokens + v.got, tokens = s.tokens + v.sent + v.got,"
    " cost_nanos = CASE WHEN v.cost IS NULL THEN s.cost_nanos ELSE coalesce(s.cost_nanos, 0) + v.cost END"
    " FROM unnest(CAST(? AS bigint[]), CAST(? AS float8[]), CAST(? AS float8[]), CAST(? AS bigint[]),"
    " CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]))"
    " AS v (id, first_at, last_at, calls, errors, sent, got, cost) WHERE s.id = v.id"
)
_TALKS = (
    'INSERT INTO talks AS t (session, "user", first_at, last_at) SELECT * FROM unnest(CAST(? AS bigint[]),'
    ' CAST(? AS bigint[]), CAST(? AS float8[]), CAST(? AS float8[])) ON CONFLICT (session, "user") DO UPDATE'
    " SET first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)"
)
_RECOUNT = (
    "UPDATE sessions s SET (first_at, last_at, calls, errors, input_tokens, output_tokens, tokens, cost_nanos) ="
    " (SELECT min(c.started_at), max(c.started_at), count(*), count(*) FILTER (WHERE c.status = 1),"
    " coalesce(sum(c.input_tokens), 0), coalesce(sum(c.output_tokens), 0),"
    " coalesce(sum(c.input_tokens), 0) + coalesce(sum(c.output_tokens), 0),"
    " sum(CAST(round(c.cost_usd * 1e9) AS BIGINT))"
    f" FROM calls c WHERE c.session = s.id AND {LLM}) WHERE s.id = ANY(CAST(? AS bigint[]))"
)
_TALKS_AGAIN = (
    'INSERT INTO talks (session, "user", first_at, last_at)'
    " SELECT c.session, coalesce(c.user, 0), min(c.ended_at), max(c.ended_at)"
    f" FROM calls c WHERE c.session = ANY(CAST(? AS bigint[])) AND {LLM} GROUP BY 1, 2"
)


def add(link: Link, names: Numbers, sessions: Numbers, calls: Iterable[Call]) -> None:
    """Add new calls to the sums of their conversations.

    Args:
        link: inside the writer's transaction.
        names: numbers of users.
        sessions: numbers of conversations.
        calls: those just stored.
    """
    sums, talks = sums_of(calls, names, sessions)
    if sums:
        ids, first, last, *counts = zip(*sums, strict=True)
        link.execute(_ADD, [bigints(ids), doubles(first), doubles(last), *map(bigints, counts)])
        numbers, users, begun, ended = zip(*talks, strict=True)
        link.execute(_TALKS, [bigints(numbers), bigints(users), doubles(begun), doubles(ended)])


def recount(link: Link, sessions: Iterable[int]) -> None:
    """Sum conversations anew from the calls that are stored, after some went or changed."""
    numbers = list(sessions)
    if numbers:
        some = bigints(numbers)
        link.execute(_RECOUNT, (some,))
        link.execute("DELETE FROM talks WHERE session = ANY(CAST(? AS bigint[]))", (some,))
        link.execute(_TALKS_AGAIN, (some,))
