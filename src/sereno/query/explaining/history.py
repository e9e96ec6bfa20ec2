"""Explanations remembered in the ledger."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from sereno.calls import id_text, new_id
from sereno.query.explaining.drawn import drawn
from sereno.query.explaining.explainer import Keep, Kept
from sereno.store.ledger import Ledger, explained_charts, explanations
from sereno.store.ledger.explanations import Explanation

DAY = 86_400.0


def remembering(ledger: Ledger, now: Callable[[], float], *, days: int | None = 90) -> Keep:
    """What writes an explanation into a ledger, and forgets those older than so many days.

    Args:
        ledger: where.
        now: epoch seconds.
        days: how long explanations are kept, None for good.
    """

    def keep(kept: Kept) -> None:
        at = now()
        with ledger.write() as connection:
            explanations.add(connection, _row(kept, at))
            if lines := drawn(kept.asked.chart):
                explained_charts.add(connection, kept.id, at, msgspec.to_builtins(lines))
            if days is not None:
                explanations.delete_before(connection, at - days * DAY)
                explained_charts.delete_before(connection, at - days * DAY)

    return keep


def fresh_id(now: Callable[[], float]) -> str:
    """An id for an explanation."""
    return id_text(new_id(int(now() * 1e9), os.urandom(10)))


def _row(kept: Kept, at: float) -> Explanation:
    asked, end = kept.asked, kept.end
    return Explanation(
        id=kept.id,
        created_at=at,
        title=asked.chart.title,
        analysis=asked.analysis,
        question=asked.question,
        language=asked.language,
        model=end.model,
        strict=kept.strict,
        text=kept.text,
        facts=msgspec.to_builtins(kept.sheet),
        score=end.score,
        numbers=end.numbers,
        supported=end.supported,
        seconds=end.seconds,
        tokens=end.tokens,
        asked_by=kept.by,
    )
