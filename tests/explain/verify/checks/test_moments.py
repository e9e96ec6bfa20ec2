"""What is told of a moment is of what was then."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from explain.verify.charts import SHEET
from sereno.explain.fact import Fact, Number, Time
from sereno.explain.verify import verify

STEP = Fact(
    id="change-2",
    kind="change_point",
    series=("load",),
    direction="down",
    numbers=(Number("before", 0.803, "percentunit"), Number("after", 0.40, "percentunit")),
    times=(Time("at", 1795188000.0),),
)
"""On 20 November 2026 at 10:00 UTC, the day after `load` rose."""


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("On 20 November at 10:00, load halved.", True),
        ("On 19 November at 10:00, load halved.", False),
        ("On 19 November at 10:00, load rose from 46 % to 80.3 %.", True),
        ("On 20 November at 10:00, load rose from 46 % to 80.3 %.", False),
        ("On 19 November, the mean of db was 9.45 s.", False),
        ("Since 14:05 on 18 November, the mean of db was 9.45 s.", False),
        ("The highest value of db, 39.7 s, came on 18 November at 14:05.", True),
        ("The highest value of db, 39.7 s, came on 19 November at 16:10.", False),
    ],
)
def test_a_figure_is_of_its_moment(text: str, true: bool) -> None:
    sheet = replace(SHEET, facts=(*SHEET.facts, STEP))
    claims = [one.supported for one in verify(text, sheet).counted if one.kind in {"quantity", "ratio"}]
    assert claims
    assert claims[0] is true
