"""Changing stored calls, in the writer's transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.calls import id_bytes
from sereno.store.base import Rewrite
from sereno.store.postgres import cells, conversation_sums
from sereno.store.postgres.arrays import bigints, blobs, doubles
from sereno.store.postgres.link import Link
from sereno.store.postgres.names import Names
from sereno.store.sql.dialect import Asking
from sereno.store.sql.rewriting import changed, moved

_WRITE = (
    "UPDATE calls c SET cost_usd = v.cost_usd, cost_source = v.cost_source, category = v.category FROM unnest("
    "CAST(? AS bytea[]), CAST(? AS float8[]), CAST(? AS float8[]), CAST(? AS bigint[]), CAST(? AS bigint[]))"
    " AS v (id, started_at, cost_usd, cost_source, category) WHERE c.id = v.id AND c.started_at = v.started_at"
)


def rewrite(link: Link, asking: Asking, names: Names, sessions: Names, changes: Sequence[Rewrite]) -> int:
    """Change calls inside the writer's transaction; returns how many changed."""
    before, after = changed(asking, changes)
    if not after:
        return 0
    both = [*before, *after]
    texts = {text for c in both for text in (c.model, c.upstream, c.error_type, c.cost_source, c.category)}
    texts |= {text for c in after for text in (c.identity.user, c.identity.key, c.identity.client)}
    numbered = names.numbers(link, texts)
    link.execute(_WRITE, (
        blobs(id_bytes(c.id) for c in after), doubles(c.started_at for c in after), doubles(c.cost_usd for c in after),
        bigints(numbered[c.cost_source] for c in after), bigints(numbered[c.category] for c in after),
    ))  # fmt: skip
    for rollup, difference in moved(before, after):
        cells.add_cells(link, numbered, rollup, difference)
    talking = sessions.numbers(link, (c.identity.session for c in after))
    conversation_sums.recount(link, {number for number in talking.values() if number is not None})
    return len(after)
