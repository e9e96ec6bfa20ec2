"""The ends of an interval are told together; one alone is not what is forecast."""

from __future__ import annotations

import pytest

from sereno.explain.fact import Fact, FactSheet, Number
from sereno.explain.verify import verify

SHEET = FactSheet(
    series=("db",),
    units={"db": "s"},
    facts=(
        Fact(
            id="forecast-1",
            kind="forecast",
            series=("db",),
            direction="up",
            numbers=(Number("expected", 12.0, "s", low=10.2, high=14.1), Number("last_level", 9.1, "s")),
            confidence=0.9,
        ),
        Fact(
            id="capacity-1",
            kind="capacity",
            series=("db",),
            direction="up",
            numbers=(Number("limit", 20.0, "s"), Number("remaining", 259_200.0, "s", low=172_800.0, high=432_000.0)),
        ),
    ),
)


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("en", "The forecast for db is 12 s.", [True]),
        ("en", "The forecast for db is 12 s, between 10.2 s and 14.1 s.", [True, True, True]),
        ("en", "db is forecast to be 12 s, in an interval from 10.2 s to 14.1 s.", [True, True, True]),
        ("en", "db is forecast to be 12 s, in an interval from 10.2 s to 14.9 s.", [True, False, False]),
        ("en", "db will rise to 14.1 s.", [False, False]),
        ("en", "db will rise from 10.2 s to 14.1 s.", [False, False, False]),
        ("en", "The forecast is between 12 s and 14.1 s.", [False, False]),
        ("en", "The limit of 20 s is reached in 2 days.", [True, False]),
        ("es", "Se prevén 12 s en db, entre 10,2 y 14,1 s.", [True, True, True]),
        ("es", "db subirá hasta 14,1 s.", [False, False]),
        ("es", "Se prevé que db llegue a 10,2 s.", [False]),
        ("es", "Quedan de 2 a 5 días hasta el límite de 20 s.", [True, True, True]),
    ],
)
def test_an_end_of_an_interval_needs_the_other(language: str, text: str, true: list[bool]) -> None:
    assert [one.supported for one in verify(text, SHEET, language).counted] == true
