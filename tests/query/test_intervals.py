"""Intervals of a time series: days as calendars have them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sereno.query.intervals import floor, starts

HOUR, DAY = 3600.0, 86400.0


# Midnights by `TZ=ZONE date -d DAY +%s`.
@pytest.mark.parametrize(
    ("zone", "first", "last", "hours"),
    [
        ("Europe/Madrid", 1774652400, 1774821600, [24, 23, 24]),  # 2026-03-28 to 30: the clocks go forward on the 29th
        ("Europe/Madrid", 1792792800, 1792969200, [24, 25, 24]),  # 2026-10-24 to 26: and back on the 25th
        ("Pacific/Apia", 1325152800, 1325325600, [24, 24, 24]),  # 2011-12-29, 31, 2012-01-01: the 30th never was
        ("America/Havana", 1772859600, 1773028800, [24, 23, 24]),  # 2026-03-07 to 09: midnight of the 8th never was
    ],
)
def test_days(zone: str, first: float, last: float, hours: list[int]) -> None:
    found = list(starts(first + HOUR, last + DAY + 1, DAY, zone))
    assert found[0] == first
    assert [(b - a) / HOUR for a, b in pairwise(found)] == hours


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Apia", "Pacific/Kwajalein", "Asia/Manila", "UTC"])
def test_each_day_once_and_in_order(zone: str) -> None:
    found = list(starts(0.0, 2e9, DAY, zone))
    assert all(a < b for a, b in pairwise(found))
    assert len(found) == pytest.approx(2e9 / DAY, abs=2)
    assert found[1234] == floor(found[1234] + 5 * HOUR, DAY, zone)


def test_hours_are_of_the_epoch_wherever_one_is() -> None:
    assert list(starts(5000.0, 10800.0, HOUR, "Asia/Kathmandu")) == [3600.0, 7200.0]
    assert list(starts(5000.0, 5000.0, HOUR, "UTC")) == [3600.0]
    assert list(starts(7200.0, 7200.0, HOUR, "UTC")) == []
