"""When evaluations are due. Cron moments are those of crontab(5), over changes of the clock too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.quality.errors import QualityError
from sereno.quality.plan import RETRY, Plan, due


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("cron", "timezone", "before", "after"),
    [
        ("0 3 * * *", "UTC", "2026-11-21T03:00", "2026-11-22T03:00"),
        ("30 2 * * 1", "UTC", "2026-11-21T00:00", "2026-11-23T02:30"),  # a Monday
        ("0 0 29 2 *", "UTC", "2026-11-21T00:00", "2028-02-29T00:00"),
        ("*/20 * * * *", "UTC", "2026-11-21T00:19:59", "2026-11-21T00:20"),
        ("0 3 * * *", "Europe/Madrid", "2026-07-01T00:30", "2026-07-01T01:00"),
        ("0 3 * * *", "Europe/Madrid", "2026-10-24T02:00", "2026-10-25T02:00"),  # summer time has ended
    ],
)
def test_cron_names_the_next_moment(cron: str, timezone: str, before: str, after: str) -> None:
    assert Plan(cron=cron, timezone=timezone).after(at(before)) == at(after)


@pytest.mark.parametrize(
    "cron", ["", "x", "* * * *", "* * * * * *", "0 25 * * *", "0 0 31 2 *", "\u0660 3 * * *", "@daily"]
)
def test_what_is_no_cron_expression_is_a_sentence(cron: str) -> None:
    with pytest.raises(QualityError, match="five fields"):
        Plan(cron=cron).after(0)


@pytest.mark.parametrize("zone", ["Mars", "../etc/passwd", "", "/etc"])
def test_what_is_no_time_zone_is_a_sentence(zone: str) -> None:
    with pytest.raises(QualityError, match="Europe/Madrid"):
        Plan(cron="0 3 * * *", timezone=zone).after(0)


def test_the_first_run_is_at_once_or_when_cron_says() -> None:
    assert due(Plan(every=3600), since=100, attempted=None, failed=False) == 100
    assert due(Plan(cron="0 3 * * *"), since=100, attempted=None, failed=False) == 3 * 3600


@given(st.floats(60, 1e7), st.floats(0, 2e9))
def test_a_failure_brings_the_next_run_nearer_and_never_further(every: float, attempted: float) -> None:
    plan = Plan(every=every)
    again = due(plan, since=0, attempted=attempted, failed=True)
    usual = due(plan, since=0, attempted=attempted, failed=False)
    assert attempted < again <= usual
    assert again == pytest.approx(min(usual, attempted + RETRY))
