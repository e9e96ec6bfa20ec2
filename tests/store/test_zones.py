"""Days of any zone: hours of roll-ups, and minutes or calls in the hours that the beginning of a day cuts."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from sereno.metrics.rollups import HOUR
from sereno.store.base import CallQuery, Store
from sereno.store.sql.buckets import buckets
from store.made import a_batch, a_call
from store.reference import grouped

DAY = 86400.0
BEGUN = datetime(2026, 10, 2, tzinfo=UTC).timestamp()
"""Two days before clocks change in Adelaide and on Lord Howe Island."""
ZONES = {
    "Asia/Kolkata": {18},  # +5:30
    "Asia/Kathmandu": {18},  # +5:45, +5:30 until 1985
    "America/St_Johns": {3, 2, 1},  # -3:30 and -2:30, in 1988 also -1:30
    "Australia/Adelaide": {14, 13},  # +9:30, +10:30
    "Australia/Lord_Howe": {13, 12},  # +10:30 and, in summer, +11, until 1985 +11:30
    "Pacific/Chatham": {11, 10},  # +12:45, +13:45
    "Europe/Madrid": set(),
}


def test_hours_that_a_day_cuts_are_known() -> None:
    found = {zone: {hour // HOUR for hour in buckets(DAY, zone).borders} for zone in ZONES}
    assert found == ZONES


@pytest.mark.parametrize("by", [(), ("model", "status"), ("user",)])
def test_days_of_every_zone_are_those_of_the_calendar(store: Store, by: tuple[str, ...]) -> None:
    user = a_call().identity
    times = [BEGUN + 450.0 * n for n in range(4 * 192)]
    calls = [
        msgspec.structs.replace(
            a_call(n),
            started_at=at,
            status="error" if n % 7 == 0 else "success",
            identity=msgspec.structs.replace(user, user=f"user-{n % 3}"),
        )
        for n, at in enumerate(times)
    ]
    store.add(a_batch(calls))
    for zone in ZONES:
        for query in (CallQuery(), CallQuery(start=BEGUN + 1234.5, end=BEGUN + 3 * DAY + 4321.0)):
            expected = grouped(calls, query, by, DAY, zone)
            groups = store.aggregate(query, by, DAY, zone)  # type: ignore[arg-type]  # of dimensions
            assert {(g.at, *g.key): g.totals.calls for g in groups} == {key: len(of) for key, of in expected.items()}
            assert sum(g.totals.latency.count for g in groups if g.totals.latency) == sum(map(len, expected.values()))
