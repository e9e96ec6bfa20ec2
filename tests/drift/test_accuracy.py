"""Accuracy as the drift monitor grades it: by the upper end of its interval, so that few answers alarm nobody."""

from __future__ import annotations

import pytest

from sereno.dashboards.limits import Limits
from sereno.drift.accuracy import BANDS, Accuracy
from sereno.quality import accuracy as quality


@pytest.mark.parametrize(
    ("upper", "severity"),
    [(1.0, "none"), (0.80, "none"), (0.7999, "notice"), (0.75, "notice"), (0.7499, "significant"),
     (0.70, "significant"), (0.6999, "critical"), (0.0, "critical")],
)  # fmt: skip
def test_the_bands_of_the_contract(upper: float, severity: str) -> None:
    assert Accuracy(current=upper / 2, upper=upper, samples=9).severity == severity


def test_rooms_that_cannot_import_each_other_have_the_same_bands() -> None:
    limits = Limits()
    mine = tuple(least for least, _ in BANDS)
    assert mine == (quality.GOOD, quality.WARNING, quality.CRITICAL)
    assert mine == (limits.accuracy_yellow, limits.accuracy_orange, limits.accuracy_red)


def test_what_is_not_measured_has_no_verdict() -> None:
    assert Accuracy().severity is None
    assert Accuracy(baseline=0.9).severity is None
    assert Accuracy(baseline=0.9).fell is None


@pytest.mark.parametrize(("upper", "fell"), [(0.79, True), (0.8, False), (0.95, False)])
def test_it_fell_where_its_whole_interval_lies_below(upper: float, *, fell: bool) -> None:
    assert Accuracy(baseline=0.8, current=0.7, upper=upper, samples=40).fell is fell
    assert Accuracy(baseline=None, current=0.7, upper=upper, samples=40).fell is None
