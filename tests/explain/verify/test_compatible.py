"""Which figure of a fact a word for a role lets a number be: of an anomaly its mean, its peak, how long it lasted."""

from __future__ import annotations

import pytest

from explain.verify.charts import SHEET
from sereno.explain.verify import verify


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("en", "cola behaved in an anomalous way, averaging 95 ms where 81.5 ms was expected.", True),
        ("en", "cola behaved in an anomalous way, averaging 103 ms where 81.5 ms was expected.", False),
        ("en", "For 10 minutes, cola was anomalous, at a mean of about 95 ms (expected: 81.5 ms).", True),
        ("en", "For 20 minutes, cola was anomalous, at a mean of 95 ms (expected: 81.5 ms).", False),
        ("en", "For 10 minutes, cola was anomalous, at a mean of 81.5 ms (expected: 95 ms).", False),
        ("en", "The anomaly of cola had a peak of 103 ms.", True),
        ("es", "Durante 10 minutos, cola fue anómala, con una media de 95 ms (esperado: 81,5 ms).", True),
        ("es", "Durante 10 minutos, cola fue anómala, con una media de 103 ms (esperado: 81,5 ms).", False),
    ],
)
def test_the_figures_of_one_anomaly(language: str, text: str, true: bool) -> None:
    figures = [one for one in verify(text, SHEET, language).counted if " ms" in one.text]
    assert figures
    assert figures[0].supported is true
