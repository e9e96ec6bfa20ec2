"""Which figure of a fact a word for a role lets a number be: of an anomaly its mean, its peak, how long it lasted."""

from __future__ import annotations

import pytest

from explain.verify.charts import SHEET
from sereno.explain.fact import Fact, FactSheet, Number
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


SHARES = FactSheet(
    series=("gpu",),
    units={"gpu": "percentunit"},
    facts=(
        Fact(
            id="anomaly-1",
            kind="anomaly",
            series=("gpu",),
            direction="down",
            note="point",
            numbers=(
                Number("value", -1.495, "percentunit"),
                Number("expected", 0.4285, "percentunit"),
                Number("difference", -1.9235, "percentunit"),
                Number("difference_percent", -448.8, "percent"),
            ),
        ),
        Fact(
            id="capacity-1",
            kind="capacity",
            series=("gpu",),
            direction="up",
            numbers=(Number("limit", 1.0, "percentunit"), Number("current", 0.379, "percentunit")),
        ),
        Fact(
            id="threshold-1",
            kind="threshold",
            series=("gpu",),
            note="never",
            numbers=(Number("threshold", 4.6, "percentunit"),),
        ),
    ),
)


@pytest.mark.parametrize(
    ("language", "text", "true"),
    [
        ("en", "There was an anomaly in gpu, with -149.5 % instead of the usual 42.85 %.", [True, True]),
        ("en", "There was an anomaly in gpu, with -448.8 % instead of the usual 42.85 %.", [False, False]),
        ("en", "The anomaly of gpu: -149.5 %.", [True]),
        ("en", "The anomaly of gpu: -448.8 %.", [False]),
        ("en", "gpu kept below its threshold of 460 %.", [True]),
        ("en", "gpu kept below its threshold of 100 %.", [False]),
        ("en", "The limit of gpu is 100 %.", [True]),
        ("es", "gpu se quedó por debajo de su umbral de 460 %.", [True]),
        ("es", "gpu se quedó por debajo de su umbral de 100 %.", [False]),
    ],
)
def test_shares_are_not_their_differences_nor_limits_thresholds(language: str, text: str, true: list[bool]) -> None:
    assert [one.supported for one in verify(text, SHARES, language).counted] == true
