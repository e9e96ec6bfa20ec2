"""What is known of how good models are, as API, pages, metrics and drift checks ask for it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from sereno.quality.accuracy import Accuracy, Change, Evidence, change, then_and_now
from sereno.quality.accuracy import accuracy as accuracy_of
from sereno.quality.rates import Rate
from sereno.query.problems import not_found
from sereno.query.view import KeeperView
from sereno.store.ledger import Ledger, quality_evals, quality_feedback

DAY = 86400.0
WINDOW = 30 * DAY
"""How old what a score stands on may be."""
RECENT, BEFORE = 7 * DAY, 28 * DAY
"""What a change compares: the last week, and the four weeks before it."""
QUALITY_DEFINITION = (
    "Share of right answers in the last 30 days: the last run of each evaluation set (a judge's verdicts corrected "
    "where the judge is calibrated) and what people labelled correct or incorrect, every answer counting once; null "
    "below 30 answers."
)


def quality_ledger(view: KeeperView) -> Ledger:
    """The ledger that quality is kept in.

    Raises:
        Problem: 404, this keeper has none.
    """
    if view.ledger is None:
        raise not_found("This keeper keeps nothing of quality: its store has no ledger.")
    return view.ledger


def evidence(connection: Connection, *, model: str | None = None, start: float, end: float) -> list[Evidence]:
    """All that is known of answers in a time: evaluation sets and labels."""
    return [
        *quality_evals.evidence(connection, model=model, start=start, end=end),
        *quality_feedback.labels(connection, model=model, start=start, end=end),
    ]


def accuracy(
    connection: Connection, *, model: str | None = None, baseline: tuple[float, float], current: tuple[float, float]
) -> Accuracy:
    """Accuracy in two times, over the questions that both have.

    Args:
        connection: reading the ledger.
        model: of this one, None for all.
        baseline: from and to, epoch seconds.
        current: likewise.
    """
    return then_and_now(
        evidence(connection, model=model, start=baseline[0], end=baseline[1]),
        evidence(connection, model=model, start=current[0], end=current[1]),
    )


def known_quality(ledger: Ledger | None, now: float) -> dict[str, float]:
    """The quality of models by canonical name, of those that enough is known of; empty without a ledger."""
    if ledger is None:
        return {}
    with ledger.read() as connection:
        found = model_scores(connection, now)
    return {name: rate.value for name, rate in found.items() if rate.value is not None}


def model_scores(connection: Connection, now: float) -> Mapping[str, Rate]:
    """The quality of every model that enough is known of: `QUALITY_DEFINITION`."""
    start = now - WINDOW
    names = {run.model for run in quality_evals.runs(connection, limit=10_000) if run.at >= start}
    names |= {row.model for row in quality_feedback.satisfaction(connection, start=start) if row.model}
    found = {name: accuracy_of(evidence(connection, model=name, start=start, end=now + 1)) for name in sorted(names)}
    return {name: rate for name, rate in found.items() if rate is not None}


def model_changes(connection: Connection, now: float) -> Mapping[str, Change]:
    """How the accuracy of models has changed in the last week, over the same questions; of those that can be compared.

    Args:
        connection: reading the ledger.
        now: epoch seconds.
    """
    middle = now - RECENT
    names = {run.model for run in quality_evals.runs(connection, limit=10_000) if run.at >= middle}
    names |= {row.model for row in quality_feedback.satisfaction(connection, start=middle) if row.model}
    found = {
        name: change(accuracy(connection, model=name, baseline=(middle - BEFORE, middle), current=(middle, now + 1)))
        for name in sorted(names)
    }
    return {name: moved for name, moved in found.items() if moved is not None}
