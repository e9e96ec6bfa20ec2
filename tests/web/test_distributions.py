"""Distributions keep every value in the step that holds it, however many sets share the steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.conventions import DURATION_EDGES
from sereno.stats.histograms import Histogram
from sereno.web.distributions import MOST_STEPS, counted, distribution, overlaid
from sereno.web.shown import Shown
from sereno.web.texts import texts

SECONDS = st.floats(1e-9, 1e6, allow_nan=False)


def histogram(values: list[float]) -> Histogram:
    made = Histogram.empty(DURATION_EDGES)
    for value in values:
        made.add(value)
    return made


@given(st.lists(SECONDS, max_size=60), st.lists(SECONDS, max_size=60))
def test_every_value_is_counted_between_its_bounds(left: list[float], right: list[float]) -> None:
    found = distribution(histogram(left), histogram(right))
    if not left and not right:
        assert found.bounds == ()
    assert len(found.bounds) - 1 <= MOST_STEPS
    for values, counts in zip((left, right), found.counts, strict=True):
        steps = zip(found.bounds, found.bounds[1:], counts, strict=False)
        assert [sum(low < value <= high for value in values) for low, high, _ in steps] == list(counts)
        assert sum(counts) == len(values)


def test_steps_are_as_fine_as_the_spread_allows() -> None:
    narrow = distribution(histogram([1.0, 1.9]))
    wide = distribution(histogram([0.001, 600.0]))
    assert max(b / a for a, b in zip(narrow.bounds, narrow.bounds[1:], strict=False)) == pytest.approx(2 ** (1 / 8))
    assert max(b / a for a, b in zip(wide.bounds, wide.bounds[1:], strict=False)) <= 2.001


def test_unknown_sets_stay_empty() -> None:
    assert distribution(None).counts == ((),)
    found = distribution(histogram([1.0]), None)
    assert found.counts == ((1,), (0,))
    chart = overlaid(found, ("a", "b"), "latency", texts("en"), Shown())
    assert [series.values for series in chart.series] == [(1.0,), (None,)]  # no share of nothing


def test_a_bar_leads_where_its_calls_are() -> None:
    found = distribution(histogram([1.0, 1.9]))
    chart = counted(found, "latency", texts("es"), Shown("es"), lambda low, high: f"/x?{low:.3f}-{high:.3f}")
    assert len(chart.links) == len(chart.x) == len(found.bounds) - 1
    assert chart.links[0] == f"/x?{found.bounds[0]:.3f}-{found.bounds[1]:.3f}"
    assert chart.x[0] == "1,05\N{NO-BREAK SPACE}s"
