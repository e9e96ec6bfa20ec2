"""The stretch of time that a page draws."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from api.client import fetch
from api.double import NOW, chat
from sereno.store.base import CallQuery
from sereno.web.page import Ask
from sereno.web.span import span_of
from web.site_under_test import made

DAY = 86400.0
YEAR_9990 = 253086768000.0
"""`date -u -d 9990-01-01 +%s`."""


class Asking(msgspec.Struct):
    """As much of a question as a span needs."""

    now: float
    query: CallQuery


def asked(start: float | None, end: float | None) -> tuple[float, float]:
    question: Any = Asking(NOW, CallQuery(start=start, end=end))
    kind: type[Ask] = Ask
    assert {"now", "query"} <= set(kind.__struct_fields__)
    span, query = span_of(question, 7 * DAY)
    assert (query.start, query.end) == (span.start, end)
    return span.start - NOW, span.end - NOW


@pytest.mark.parametrize(
    ("start", "end", "drawn"),
    [
        (None, None, (-7 * DAY, 0)),
        (NOW - DAY, None, (-DAY, 0)),
        (NOW - DAY, NOW - 5, (-DAY, -5)),
        (None, NOW - 5, (-7 * DAY - 5, -5)),
        (NOW - DAY, YEAR_9990, (-DAY, DAY)),
        (NOW + 3 * DAY, YEAR_9990, (3 * DAY, 10 * DAY)),
        (NOW + 3 * DAY, None, (-7 * DAY, 0)),  # it would end before it begins
    ],
)
def test_what_is_drawn(start: float | None, end: float | None, drawn: tuple[float, float]) -> None:
    assert asked(start, end) == drawn


def test_all_times_that_can_be_asked_for_are_drawn_soon() -> None:
    app, _ = made([chat("a", "b", at=NOW - 60, serial=1)])
    for end, status in (("9998-12-31T23:59:59Z", 200), ("9999-12-31T23:59:59Z", 400)):
        for page in ("/cost?", "/models?", "/quality?"):
            address = f"/sereno{page}start_time=0&end_time={end}&tz=Pacific/Kiritimati"
            answer = fetch(app, address, headers={"Accept": "text/html"})
            assert answer.status_code == status, (page, end, answer.text[:300])
            assert len(answer.content) < 2_000_000
