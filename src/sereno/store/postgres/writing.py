"""Committing batches: calls, bodies, search, roll-ups, counters and positions in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sereno.calls import Call
from sereno.store.base import Batch, Record
from sereno.store.postgres import binary, cells, conversation_sums
from sereno.store.postgres.arrays import blobs, doubles, texts
from sereno.store.postgres.connection import Database
from sereno.store.postgres.digest import Elements, digest
from sereno.store.postgres.link import Link
from sereno.store.postgres.months import make_months
from sereno.store.postgres.names import Names
from sereno.store.sql.batches import (
    REMEMBERED_BATCHES,
    THREADS_SECONDS,
    identifier,
    is_repeated,
    lay_out,
    new_records,
    storable,
)
from sereno.store.sql.columns import COLUMNS
from sereno.store.sql.content import pack
from sereno.store.words import distinct

_ELEMENTS = Elements()
_THREADS = (
    "INSERT INTO threads AS t (conversation, owner, digest, session, started_at) SELECT * FROM unnest("
    "CAST(? AS bytea[]), CAST(? AS text[]), CAST(? AS bytea[]), CAST(? AS text[]), CAST(? AS float8[]))"
    " ON CONFLICT (conversation, digest) DO UPDATE SET session = excluded.session, started_at = excluded.started_at"
    " WHERE excluded.started_at >= t.started_at"
)
_POSITION = (
    'INSERT INTO positions (instance, worker, segment, "offset") VALUES (?, ?, ?, ?)'
    ' ON CONFLICT (instance, worker) DO UPDATE SET segment = excluded.segment, "offset" = excluded."offset"'
)
_STATE = (
    "UPDATE state SET last_sequence = last_sequence + ?, calls = calls + ?, internal_calls = internal_calls + ?,"
    " bodies = bodies + ?, longest = greatest(longest, ?)"
)


def add(database: Database, names: Names, sessions: Names, batch: Batch) -> int:
    """Store a batch in one transaction; returns how many calls were new."""
    cleaned = storable(batch)
    with database.write() as link:
        if is_repeated(link, batch):
            return 0
        records, increments = new_records(link, batch, cleaned, _stored(link, cleaned))
        calls = [record.call for record in records]
        numbered = names.numbers(link, _named(calls))
        talking = sessions.numbers(link, (call.identity.session for call in calls))
        last = int(_one(link, "SELECT last_sequence FROM state")[0])
        laid = lay_out(records, last + 1, numbered, talking, lambda record: record)
        make_months(link, (call.started_at for call in calls))
        if laid.calls:
            link.copy("calls", COLUMNS, laid.calls)
        if laid.bodies:
            link.copy_bodies(map(_body, laid.bodies))  # packed while the server takes in the rows before
        _thread(link, laid.threads)
        conversation_sums.add(link, numbered, talking, calls)
        cells.add(link, numbered, increments)
        _positions(link, batch)
        n = len(laid.calls)
        link.execute(_STATE, (n, n, laid.internal, len(laid.bodies), laid.longest))
    database.word_index.stored(len(laid.bodies))
    return n


def _body(laid: tuple[Any, ...]) -> bytes:
    """A row of bodies, of which the content is still the record."""
    seq, started_at, asked, answered, record = laid
    words = elements(record.call.prompt, record.call.response)
    return binary.row(seq, started_at, asked, answered, pack(record), words)


def elements(prompt: str, response: str) -> bytes:
    """The words that a call is found by, as elements of an array."""
    return b"".join(map(_ELEMENTS.__getitem__, distinct(prompt, response)))


def _named(calls: Sequence[Call]) -> set[str | None]:
    """Every text of which a row holds the number, conversations apart."""
    named: set[str | None] = set()
    for call in calls:
        who = call.identity
        named.update((
            call.route, call.method, call.upstream, call.request_model, call.model, call.error_type,
            call.finish_reason, who.user, who.key, who.client, who.agent, call.cost_source, call.category,
            call.internal or None,
        ))  # fmt: skip
    return named


def _stored(link: Link, records: Sequence[Record]) -> set[bytes]:
    """Which of these calls are stored already; a call's id and its start belong together."""
    if not records:
        return set()
    times = [record.call.started_at for record in records]
    rows = link.execute(
        "SELECT id FROM calls WHERE id = ANY(CAST(? AS bytea[])) AND started_at >= ? AND started_at <= ?",
        (blobs(map(identifier, records)), min(times), max(times)),
    )
    return {row[0] for row in rows}


def _thread(link: Link, threads: list[tuple[Any, ...]]) -> None:
    """Remember which session each conversation belongs to; forget the old ones."""
    if not threads:
        return
    latest: dict[tuple[bytes, str], tuple[str, float]] = {}
    for conversation, owner, session, started_at in threads:
        known = latest.get((conversation, owner))
        if known is None or started_at >= known[1]:
            latest[conversation, owner] = session, started_at
    conversations, owners = zip(*latest, strict=True)
    talks, times = zip(*latest.values(), strict=True)
    link.execute(
        _THREADS, (blobs(conversations), texts(owners), blobs(map(digest, owners)), texts(talks), doubles(times))
    )
    newest = _one(link, "SELECT max(started_at) FROM threads")[0]
    link.execute("DELETE FROM threads WHERE started_at < ?", (newest - THREADS_SECONDS,))


def _positions(link: Link, batch: Batch) -> None:
    for p in batch.positions:
        link.execute(_POSITION, (p.instance, p.worker, p.segment, p.offset))
    number = _one(link, "INSERT INTO batches (id, digest) VALUES (?, ?) RETURNING number", batch.id, digest(batch.id))[
        0
    ]
    link.execute("DELETE FROM batches WHERE number <= ?", (number - REMEMBERED_BATCHES,))


def _one(link: Link, sql: str, *values: Any) -> tuple[Any, ...]:
    row = link.execute(sql, values).fetchone()
    assert row is not None
    return row
