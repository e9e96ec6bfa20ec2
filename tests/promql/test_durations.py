"""Durations mean what Prometheus's documentation says they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.promql.durations import milliseconds, seconds, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1s", 1), ("5m", 300), ("1h30m", 5400), ("1d", 86400), ("1w", 604800), ("1y", 31536000), ("1h0m5s", 3605)],
)
def test_units_add_up(text: str, expected: int) -> None:
    assert seconds(text) == expected
    assert milliseconds(text) == expected * 1000


@pytest.mark.parametrize("text", ["", "5", "5 m", "m5", "1m1h", "-5m", "1.5h", "5M", "\u0665m", "1h" * 40])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a number and a unit"):
        milliseconds(text)


@given(st.integers(1, 10**9))
def test_what_is_written_reads_back(total: int) -> None:
    assert seconds(written(total)) == total
