"""What stands right behind a way from one figure to another is how far it went; a line's end is no reading."""

from __future__ import annotations

import pytest

from explain.verify.charts import END, START
from sereno.explain.fact import Fact, FactSheet, Number
from sereno.explain.verify import verify

SHEET = FactSheet(
    start=START,
    end=END,
    series=("disk",),
    units={"disk": "percent"},
    facts=(
        Fact(
            id="change_point-1", kind="change_point", series=("disk",), direction="up",
            numbers=(Number("before", 10.0, "percent"), Number("after", 13.9, "percent"),
                     Number("change", 3.9, "percent"), Number("change_percent", 39.0, "percent")),
        ),
        Fact(
            id="capacity-1", kind="capacity", series=("disk",), direction="up",
            numbers=(Number("limit", 100.0, "percent"), Number("current", 78.6, "percent")),
        ),
        Fact(
            id="level-1", kind="level", series=("disk",),
            numbers=(Number("mean", 59.6, "percent"), Number("last", 81.2, "percent")),
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "wrong"),
    [
        ("en", "disk rose from 10 % to 13.9 % (39 %).", []),
        ("en", "disk rose from 10 % to 13.9 % (14 %).", ["14 %"]),
        ("es", "disk subió de 10 % a 13,9 % (39 %).", []),
        ("es", "disk subió de 10 % a 13,9 % (14 %).", ["14 %"]),
        ("es", "La media de disk es 59,6 %; su último valor es 81,2 %.", []),
        ("es", "La media de disk es 59,6 %; su último valor es 78,6 %.", ["78,6 %"]),
        ("en", "The last value of disk is 78.6 %.", ["78.6 %"]),
    ],
)
def test_another_figure_of_the_same_facts_is_not_believed(language: str, text: str, wrong: list[str]) -> None:
    figures = [one for one in verify(text, SHEET, language).counted if one.kind == "quantity"]
    assert [one.text for one in figures if not one.supported] == wrong
