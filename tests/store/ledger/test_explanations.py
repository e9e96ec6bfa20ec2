"""Explanations in the ledger, on each database: what was told is there, the last thumb counts, the old is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from sereno.explain.facts import facts
from sereno.explain.frame import Categories, Chart, Series
from sereno.query.explaining import End
from sereno.query.explaining.explainer import Kept
from sereno.query.explaining.history import DAY, fresh_id, remembering
from sereno.query.explaining.request import Asked
from sereno.store.ledger import METADATA, Ledger, explained_charts, explanations
from sereno.store.ledger.url import postgres_url, sqlite_url

NOW = 1_793_000_000.0
# JSON with half a surrogate pair is refused before it comes here.
HOSTILE = "a\x00b '; DROP TABLE explanations; -- 🌋"


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on each database."""
    if request.param == "sqlite":
        ledger = Ledger(sqlite_url(tmp_path / "sereno.db"))
        with ledger.write() as connection:
            METADATA.create_all(connection)
    else:
        ledger = Ledger(postgres_url(request.getfixturevalue("databases").url(tmp_path)))
    yield ledger
    ledger.close()


_numbers = count(1)


def kept(title: str = "Latency", *, model: str | None = None, **asked: Any) -> Kept:
    """An explanation of a line with a gap and a value that no JSON has."""
    values = np.array([1.0, np.nan, np.inf, *range(40)])
    chart = Chart(title=title, series=(Series(name=title, times=NOW + np.arange(43.0), values=values, unit="s"),))
    given = {"analysis": "question", "question": "¿Por qué?", "language": "es", "context": ""} | asked
    return Kept(
        id=f"0199-{next(_numbers):04}",
        asked=Asked(chart=chart, model=None, strict=None, image=None, **given),
        sheet=facts(chart),
        text="Sube.",
        end=End(score=0.5, supported=1, numbers=2, model=model, seconds=0.25, tokens=7, picture="drawn"),
        by="grafana",
        strict=True,
    )


def test_what_was_told_comes_back(ledger: Ledger) -> None:
    one = kept(model="moondream")
    remembering(ledger, lambda: NOW)(one)
    with ledger.read() as connection:
        told = explanations.explanation(connection, one.id)
        chart = explained_charts.chart_of(connection, one.id)
        assert explanations.explanation(connection, "nobody") is None
    assert told is not None
    assert (told.created_at, told.title, told.question, told.language) == (NOW, "Latency", "¿Por qué?", "es")
    assert (told.model, told.strict, told.text, told.asked_by) == ("moondream", True, "Sube.", "grafana")
    assert (told.score, told.numbers, told.supported, told.seconds, told.tokens) == (0.5, 2, 1, 0.25, 7)
    assert told.facts == msgspec.json.decode(msgspec.json.encode(one.sheet))
    assert chart is not None
    assert chart[0]["values"][1:3] == [None, None]
    assert (told.feedback, told.feedback_note, told.feedback_at) == (None, "", None)


def test_the_newest_come_first_and_the_second_thumb_counts(ledger: Ledger) -> None:
    first, second = kept("first"), kept("second")
    remembering(ledger, lambda: NOW)(first)
    remembering(ledger, lambda: NOW + 1)(second)
    with ledger.write() as connection:
        assert explanations.give_feedback(connection, first.id, score=-1, note="wrong", now=NOW + 2)
        assert explanations.give_feedback(connection, first.id, score=1, note="", now=NOW + 3)
        assert not explanations.give_feedback(connection, "nobody", score=1, note="", now=NOW)
    with ledger.read() as connection:
        assert [one.title for one in explanations.newest(connection, 5)] == ["second", "first"]
        (last,) = explanations.newest(connection, 1)
        assert last.title == "second"
        told = explanations.explanation(connection, first.id)
    assert told is not None
    assert (told.feedback, told.feedback_note, told.feedback_at) == (1, "", NOW + 3)


def test_the_old_is_forgotten_with_its_chart(ledger: Ledger) -> None:
    old, new = kept("old"), kept("new")
    remembering(ledger, lambda: NOW - 91 * DAY)(old)
    remembering(ledger, lambda: NOW, days=90)(new)
    with ledger.read() as connection:
        assert [one.title for one in explanations.newest(connection, 5)] == ["new"]
        assert explained_charts.chart_of(connection, old.id) is None
        assert explained_charts.chart_of(connection, new.id) is not None


def test_texts_of_anybody_are_remembered(ledger: Ledger) -> None:
    one = kept(HOSTILE, model="m" * 200, question=HOSTILE)
    remembering(ledger, lambda: NOW)(one)
    with ledger.read() as connection:
        (told,) = explanations.newest(connection, 5)
    assert told.title.startswith("a")
    assert "DROP TABLE" in told.title
    assert "🌋" in told.question


def test_categories_without_a_chart_over_time(ledger: Ledger) -> None:
    chart = Chart(title="cost", categories=(Categories(name="cost", names=("a", "b"), values=np.array([1.0, 2.0])),))
    one = kept()
    one = msgspec.structs.replace(one, asked=msgspec.structs.replace(one.asked, chart=chart), sheet=facts(chart))
    remembering(ledger, lambda: NOW)(one)
    with ledger.read() as connection:
        assert explained_charts.chart_of(connection, one.id) is None
        assert explanations.explanation(connection, one.id) is not None


def test_ids_are_in_the_order_of_time() -> None:
    assert fresh_id(lambda: NOW) < fresh_id(lambda: NOW + 1)
