"""Mergeable histograms: exact at the edges, bounded elsewhere, independent of order."""

from __future__ import annotations

from math import ceil, fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.conventions import COST_EDGES, DURATION_EDGES
from sereno.stats.histograms import BOUNDS, BUCKETS, Histogram, bucket_of, upper_bound

DURATIONS = st.one_of(
    st.floats(0, 1000), st.floats(1e-9, 1e-3), st.sampled_from(DURATION_EDGES), st.sampled_from(BOUNDS), st.just(1e9)
)
SAMPLES = st.lists(DURATIONS, max_size=60)


def of(values: list[float]) -> Histogram:
    histogram = Histogram.empty(DURATION_EDGES)
    for value in values:
        histogram.add(value)
    return histogram


@given(SAMPLES)
def test_counts_at_every_edge_are_exact(values: list[float]) -> None:
    assert of(values).cumulative() == [(le, sum(v <= le for v in values)) for le in DURATION_EDGES]


@given(SAMPLES, SAMPLES, SAMPLES)
def test_merging_is_associative_and_commutative(a: list[float], b: list[float], c: list[float]) -> None:
    left = of(a)
    left.merge(of(b))
    left.merge(of(c))
    inner = of(c)
    inner.merge(of(b))
    right = inner
    right.merge(of(a))
    assert left == right == of(a + b + c) == of(c + b + a)


@given(SAMPLES.filter(bool), st.floats(0.001, 1.0))
def test_a_quantile_is_off_by_one_bucket_at_most(values: list[float], q: float) -> None:
    exact = sorted(values)[max(1, ceil(q * len(values) - 1e-9)) - 1]
    estimate = of(values).quantile(q)
    assert estimate is not None
    if exact <= BOUNDS[-1]:
        width = 2 ** (1 / 8) * (1 + 1e-9)
        assert (exact / width if exact > 1e-6 else 0) <= estimate <= max(exact, 1e-6) * width
        if len(values) == 1:
            assert estimate == pytest.approx(exact, abs=1e-9)
    else:
        assert estimate > BOUNDS[-1]


@given(st.lists(st.floats(0, 1e6), max_size=50))
def test_the_sum_is_right_to_a_billionth_a_value(values: list[float]) -> None:
    assert of(values).total == pytest.approx(fsum(values), abs=1e-9 * (len(values) + 1), rel=1e-12)


@given(DURATIONS)
def test_a_bucket_holds_its_values(value: float) -> None:
    index = bucket_of(value)
    assert 0 <= index < BUCKETS
    assert index == BUCKETS - 1 or value <= upper_bound(index)
    assert index == 0 or value > BOUNDS[index - 1]


def test_bounds_double_every_eight_buckets() -> None:
    assert (upper_bound(0), upper_bound(8), upper_bound(160)) == (1e-6, 2e-6, 1.048576)
    assert upper_bound(320) == pytest.approx(2**40 * 1e-6)


def test_an_empty_histogram_knows_nothing() -> None:
    assert (of([]).quantile(0.5), of([]).mean, of([]).total) == (None, None, 0.0)


def test_other_edges_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="different edges"):
        of([1.0]).merge(Histogram.empty(COST_EDGES))
