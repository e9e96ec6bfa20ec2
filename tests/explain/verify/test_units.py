"""How far a share moved is in percentage points; by how many percent is another claim."""

from __future__ import annotations

import pytest

from explain.verify.charts import SHEET
from sereno.explain.verify import verify


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("en", "load rose by 74.6 %, from 46 % to 80.3 %.", True),
        ("en", "load rose by 34.3 percentage points, from 46 % to 80.3 %.", True),
        ("en", "load rose by 34.3 %, from 46 % to 80.3 %.", False),
        ("en", "load rose by 74.6 percentage points, from 46 % to 80.3 %.", False),
        ("es", "load subió 34,3 puntos porcentuales, de 46 % a 80,3 %.", True),
        ("es", "load subió un 34,3 %, de 46 % a 80,3 %.", False),
    ],
)
def test_points_are_not_percent(language: str, text: str, true: bool) -> None:
    first = next(one for one in verify(text, SHEET, language).counted if one.kind == "quantity")
    assert first.supported is true


@pytest.mark.parametrize(
    "text", ["load repeats every 0.3 hours.", "load rose by 77 %.", "load repeats every 77 minutes."]
)
def test_a_cycle_has_one_period(text: str) -> None:
    assert [one.supported for one in verify(text, SHEET).counted if one.kind == "quantity"] == [False]
