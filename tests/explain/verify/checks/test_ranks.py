"""The largest, the first and the second of several things are those that are."""

from __future__ import annotations

import pytest

from explain.verify.charts import SHEET
from sereno.explain.verify import verify


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("en", "The largest anomaly of db reached 39.7 s.", True),
        ("en", "The largest anomaly of db reached 24.2 s.", False),
        ("en", "The first anomaly of db, 39.7 s, came on 18 November at 14:05.", True),
        ("en", "The second anomaly of db, 39.7 s, came on 18 November at 14:05.", False),
        ("en", "The second anomaly of db reached 24.2 s.", True),
        ("es", "La mayor anomalía de db llegó a 39,7 s.", True),
        ("es", "La mayor anomalía de db llegó a 24,2 s.", False),
        ("es", "La segunda anomalía de db llegó a 39,7 s.", False),
    ],
)
def test_the_figure_is_of_the_one_told_of(language: str, text: str, true: bool) -> None:
    figures = [one.supported for one in verify(text, SHEET, language).counted if one.kind == "quantity"]
    assert figures == [true]
