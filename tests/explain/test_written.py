"""Numbers as text: each way of writing, and what is no number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.explain.written import delimiter_of, numbers_in


@pytest.mark.parametrize(
    ("texts", "numbers", "unit"),
    [
        (["1", "2.5", "-3e2", ".5"], [1, 2.5, -300, 0.5], ""),
        (["1,234", "5"], [1234, 5], ""),  # ISO 31-0 would write a space; a comma before three digits groups them
        (["1,234.5", "12,345,678.25"], [1234.5, 12345678.25], ""),
        (["1,5", "2,25"], [1.5, 2.25], ""),
        (["1.234,5", "7"], [1234.5, 7], ""),
        (["5%", " 7.5 % ", ""], [5, 7.5, np.nan], "percent"),
        (["N/A", "-", "inf", "-INF", "4"], [np.nan, np.nan, np.inf, -np.inf, 4], ""),
        (["1e308", "-1e308"], [1e308, -1e308], ""),
    ],
)
def test_ways_of_writing(texts: list[str], numbers: list[float], unit: str) -> None:
    read = numbers_in(texts)
    assert read is not None
    np.testing.assert_array_equal(read[0], numbers)
    assert read[1] == unit


@pytest.mark.parametrize(
    "texts", [["1", "two"], ["", "n/a"], [], ["1,5", "2.5"], ["1,2,3"], ["5%", "6"], ["0x10"], ["1_000"], ["9" * 401]]
)
def test_what_is_no_column_of_numbers(texts: list[str]) -> None:
    assert numbers_in(texts) is None


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_what_python_writes_is_read_back(values: list[float]) -> None:
    read = numbers_in([repr(value) for value in values])
    assert read is not None
    assert read[0].tolist() == values


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20), st.booleans())
def test_cents_with_points_and_with_commas(cents: list[int], grouped: bool) -> None:
    points = [f"{cent / 100:,.2f}" if grouped else f"{cent / 100:.2f}" for cent in cents]
    commas = [text.translate(str.maketrans(",.", ".,")) for text in points]
    for texts in (points, commas):
        read = numbers_in(texts)
        assert read is not None
        np.testing.assert_allclose(read[0], np.array(cents) / 100, rtol=1e-12)


@pytest.mark.parametrize(("header", "delimiter"), [("a,b,c", ","), ("a;b", ";"), ("a\tb\tc", "\t"), ("a", ",")])
def test_what_parts_the_columns(header: str, delimiter: str) -> None:
    assert delimiter_of(header) == delimiter
