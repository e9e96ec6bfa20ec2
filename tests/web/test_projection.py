"""The month's projection by hand, over clock changes and short records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.web.projection import DAY, Month, days_before, month_of, projection

NOON = datetime(2025, 11, 19, 12, tzinfo=UTC).timestamp()
NOVEMBER = Month(datetime(2025, 11, 1, tzinfo=UTC).timestamp(), datetime(2025, 12, 1, tzinfo=UTC).timestamp())


def days(*costs: float | None) -> list[tuple[float, float | None]]:
    """Costs of days that end with today, the 19th."""
    today = NOON - DAY / 2
    return [(today - DAY * (len(costs) - 1 - i), cost) for i, cost in enumerate(costs)]


def test_weeks_are_whole_and_the_last_ones() -> None:
    found = projection(NOON, NOVEMBER, days(100.0, *[1.0] * 7, *[3.0] * 7, 0.5))
    assert found is not None
    assert (found.weeks, found.per_day) == (2, 2.0)
    assert found.spent == pytest.approx(100 + 7 + 21 + 0.5)
    assert found.expected == pytest.approx(128.5 + 2.0 * 11.5)  # half of the 19th and eleven days are left
    assert [found.low, found.high] == pytest.approx([128.5 + 11.5, 128.5 + 3.0 * 11.5])


def test_days_of_the_month_before_are_gone_by_but_not_spent() -> None:
    found = projection(NOON, NOVEMBER, days(*[2.0] * 28, 0.0))
    assert found is not None
    assert found.weeks == 4
    assert found.spent == pytest.approx(18 * 2.0)


def test_one_week_has_no_range_and_six_days_have_no_projection() -> None:
    found = projection(NOON, NOVEMBER, days(*[1.0] * 7, 0.0))
    assert found is not None
    assert (found.weeks, found.low, found.high) == (1, None, None)
    assert projection(NOON, NOVEMBER, days(*[1.0] * 6, 0.0)) is None
    assert projection(NOON, NOVEMBER, days(*[None] * 28, 1.0)) is None
    assert projection(NOON, NOVEMBER, days(*[None] * 28, None)) is None


def test_a_day_without_calls_inside_the_record_costs_nothing_one_before_it_is_left_out() -> None:
    found = projection(NOON, NOVEMBER, days(*[None] * 20, 7.0, None, None, None, None, None, None, 0.0))
    assert found is not None
    assert found.per_day == pytest.approx(1.0)


@pytest.mark.parametrize("tz", ["UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
@given(at=st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001  # naive: of any zone
def test_days_are_those_of_the_zone_and_cover_month_and_four_weeks(tz: str, at: datetime) -> None:
    now = at.replace(tzinfo=ZoneInfo(tz)).timestamp()
    found = days_before(now, tz)
    month = month_of(now, tz)
    assert found == sorted(set(found))
    assert found[0] <= month.start <= found[-1] <= now < month.end
    assert len(found) >= 29
    assert {datetime.fromtimestamp(day, ZoneInfo(tz)).strftime("%H:%M") for day in found} <= {"00:00", "01:00"}
    assert month.start in found
    assert all(timedelta(hours=22) <= timedelta(seconds=b - a) for a, b in pairwise(found))
