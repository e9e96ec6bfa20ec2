"""The page of a comparison: columns ranked, shares before and now, rows that show it, a sentence for each verdict."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from sereno.drift.columns import column
from sereno.drift.compare import compare
from sereno.drift.reference import freeze
from sereno.drift.report import MOST_PICTURES, QUIET_PICTURES, Example, Side, page
from sereno.drift.texts import Language

RNG = np.random.default_rng(4)
BEFORE = {"kind": ["a"] * 700 + ["b"] * 300, "size": RNG.normal(size=1000), "same": ["x", "y"] * 500}
NOW = {"kind": ["a"] * 80 + ["b"] * 300 + ["c"] * 20, "size": RNG.normal(0.4, 1, 400), "same": ["x", "y"] * 200}


def made(before: dict[str, Any], now: dict[str, Any], language: Language = "en", **more: Any) -> str:
    reference = freeze(before)
    found = compare(reference, now)
    held = {name: column(values) for name, values in now.items()}
    rows = (len(next(iter(side.values()))) for side in (before, now))
    sides = [Side(name, n) for name, n in zip(("before.csv", "now.csv"), rows, strict=True)]
    return page(sides[0], sides[1], reference, held, found, language=language, **more)


def cells(text: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    table = text.partition(heading)[2].partition("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in table.split("<tr>")[2:]]
    return [[re.sub("<[^>]+>", "", cell).strip() for cell in row] for row in rows]


def test_columns_are_ranked_with_their_verdict() -> None:
    ranked = cells(made(BEFORE, NOW), "<h2>Columns")
    assert [row[0] for row in ranked] == ["kind", "size", "same"]
    assert [row[2] for row in ranked] == ["critical", "moderate", "none"]
    assert all(row[5] == "0.000" for row in ranked if row[0] == "same")  # PSI, before the correction
    low, high = map(float, ranked[0][4].split(" – "))
    assert low < float(ranked[0][3]) < high


def test_shares_stand_before_and_now() -> None:
    text = made(BEFORE, NOW)
    assert text.count("<svg viewBox=") >= 3
    shares = {row[0]: row[1:] for row in cells(text, "<h3>kind</h3>")}
    assert shares["a"] == ["70.00 %", "20.00 %"]
    assert shares["b"] == ["30.00 %", "75.00 %"]
    assert ["0.00 %", "5.00 %"] in shares.values()  # c, among the others


def test_rows_that_show_it_have_the_cells_of_the_columns_that_drifted() -> None:
    text = made(BEFORE, NOW, examples=[Example(399, ("c", "<b>1.9</b>"))])
    assert cells(text, "<h2>Rows nearest to the drift") == [["399", "c", "&lt;b&gt;1.9&lt;/b&gt;"]]
    heads = re.findall(r"<th[^>]*>([^<]+)<", text.partition("<h2>Rows nearest")[2].partition("</tr>")[0])
    assert heads == ["row", "kind", "size"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_verdict_is_a_sentence(language: Language) -> None:
    drifted, quiet, few = (
        re.findall(r'class="verdict (\w+)"><span>([^<]+)<', made(before, now, language))[0]
        for before, now in ((BEFORE, NOW), (BEFORE, BEFORE), ({"v": [1, 2]}, {"v": [1, 2]}))
    )
    assert [drifted[0], quiet[0], few[0]] == ["critical", "none", "insufficient_data"]
    assert "2" in drifted[1]
    assert len({drifted[1], quiet[1], few[1]}) == 3


def test_of_many_columns_so_many_are_drawn_and_the_rest_is_counted() -> None:
    rng = np.random.default_rng(1)
    before = {f"c{n}": rng.normal(size=200) for n in range(60)}
    now = {name: rng.normal(2 if n < 30 else 0, 1, 200) for n, name in enumerate(before)}
    text = made(before, now)
    assert text.count('<div class="card">') == MOST_PICTURES + QUIET_PICTURES
    assert f"{60 - MOST_PICTURES - QUIET_PICTURES} more columns are in the table only." in text
    assert len(cells(text, "<h2>Columns")) == 60


def test_it_asks_nobody_for_anything() -> None:
    text = made(BEFORE, NOW)
    assert "default-src 'none'" in text
    assert not re.search(r"(?:src|href)=|<script|url\(|https?://", text)
