"""How large a share of the readings lies below a figure names the percentile that it must be."""

from __future__ import annotations

import pytest

from explain.verify.charts import SHEET
from sereno.explain.verify import verify


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("en", "95 % of the values of db are below 10.1 s.", True),
        ("en", "5 % of the readings of db are above 10.1 s.", True),
        ("en", "90 % of the values of db are below 10.1 s.", False),
        ("en", "5 % of the values of db are below 10.1 s.", False),
        ("es", "El 95 % de los valores de db está por debajo de 10,1 s.", True),
        ("es", "El 99 % de los valores de db está por debajo de 10,1 s.", False),
    ],
)
def test_share_and_figure_stand_together(language: str, text: str, true: bool) -> None:
    assert [one.supported for one in verify(text, SHEET, language).counted] == [true, true]


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("Half of the readings of db lie below 9.38 s.", True),
        ("Half of the requests of db take more than 10.1 s.", False),
        ("The 95th percentile of db is 10.1 s.", True),
        ("The 90th percentile of db is 10.1 s.", False),
    ],
)
def test_a_percentile_is_its_own_figure(text: str, true: bool) -> None:
    figures = [one.supported for one in verify(text, SHEET).counted if one.kind == "quantity"]
    assert figures == [true]
