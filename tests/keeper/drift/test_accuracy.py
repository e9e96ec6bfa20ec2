"""What the drift monitor is told of accuracy, from evaluation runs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from sereno.keeper.drift.accuracy import accuracy_of
from sereno.store.ledger import Ledger, quality_evals
from sereno.store.ledger.quality_evals import Run

DAY = 86400.0


def test_a_fall_between_two_runs_of_a_set_is_told(tmp_path: Path) -> None:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    with ledger.write() as connection:
        for identity, at, score in (("a", 10 * DAY, 0.9), ("b", 29.5 * DAY, 0.5)):
            quality_evals.add(connection, Run(
                id=identity, at=at, seconds=1, set_name="s", set_digest="d", model="m", items=200, failed=0,
                score=score, low=0, high=1,
            ), [])  # fmt: skip
    found = accuracy_of(ledger)(29 * DAY, 30 * DAY)
    assert (found.baseline, found.current, found.samples) == (0.9, 0.5, 200)
    assert (found.severity, found.fell) == ("critical", True)
    nothing = accuracy_of(ledger)(100 * DAY, 101 * DAY)
    assert (nothing.baseline, nothing.current, nothing.severity) == (None, None, None)
    ledger.close()
