"""Burn windows are the SRE workbook's (chapter 5, table 5-8), and Sloth's for other periods."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sereno.slo.windows import DAY, HOUR, WINDOWS, pairs


def test_thirty_days_are_the_workbooks_table() -> None:
    assert [(pair.severity, pair.long, pair.short, float(pair.factor)) for pair in pairs(30 * DAY)] == [
        ("page", HOUR, 5 * 60, 14.4),
        ("page", 6 * HOUR, 30 * 60, 6),
        ("ticket", 24 * HOUR, 2 * HOUR, 3),
        ("ticket", 72 * HOUR, 6 * HOUR, 1),
    ]


def test_four_weeks_are_sloths_google_28d() -> None:
    # 13.44, 5.6, 2.8 and 0.934 (rounded) in Sloth's windows/google-28d.yaml; here exact.
    assert [pair.factor for pair in pairs(28 * DAY)] == [
        Fraction("13.44"),
        Fraction("5.6"),
        Fraction("2.8"),
        Fraction(28, 30),
    ]


def test_every_window_of_the_table_is_recorded_with_sloths_windows() -> None:
    assert list(WINDOWS) == [300, 1800, 3600, 7200, 21600, 86400, 259200]


@pytest.mark.parametrize("days", [1, 7, 27, 93, 365])
def test_a_period_that_no_window_fits_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match=f"no alert window fits a period of {days} days; expected 28d to 92d"):
        pairs(days * DAY)
