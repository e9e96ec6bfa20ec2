"""Columns: what is a number, what is a category, what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.drift.columns import Numbers, Words, category, column, kind_of, words


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], "numeric"), ([1, 2.5, None], "numeric"), (np.array([1, 2]), "numeric"),
        (["a", "b"], "categorical"), ([True, False], "categorical"), ([1, "a"], "categorical"),
        ([None, None], "categorical"), ([], "categorical"), (np.array(["a"], dtype=object), "categorical"),
        (np.array([True]), "categorical"),
    ],
)  # fmt: skip
def test_kinds(values: Any, kind: str) -> None:
    assert kind_of(column(values)) == kind


def test_labels_written_two_ways_are_one_category() -> None:
    assert column([1, 0, 1], "categorical").counts == column([1.0, 0.0, 1.0], "categorical").counts  # type: ignore[union-attr]
    assert words(["1", "1.0", 1, 1.0, np.float64(1), np.int64(1)]).counts == {"1": 6}


def test_true_is_not_one() -> None:
    assert words([True, 1, 1.0, False, 0]).counts == {"true": 1, "1": 2, "false": 1, "0": 1}


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf"), "", "  ", "NaN", np.nan])
def test_what_is_missing(missing: Any) -> None:
    assert category(missing) is None


def test_what_cannot_be_hashed_is_counted_by_its_text() -> None:
    assert words([[1], [1], {}]).counts == {"[1]": 2, "{}": 1}


def test_words_where_numbers_are_expected_are_missing() -> None:
    found = column(["1", "2", "x", None], "numeric")
    assert isinstance(found, Numbers)
    assert found.values[:2].tolist() == [1, 2]
    assert np.isnan(found.values[2:]).all()


def test_a_table_is_no_column() -> None:
    with pytest.raises(ValueError, match="one dimension"):
        column(np.zeros((2, 2)))


def test_integers_of_any_size_are_categories() -> None:
    assert category(2**64) == category(float(2**64))
    assert category(10**5000) != category(10**5000 + 1)  # beyond all floats, and longer than Python writes in digits


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())))
def test_no_row_is_lost(values: list[Any]) -> None:
    for kind in (None, "numeric", "categorical"):
        assert column(values, kind).rows == len(values)


@given(st.lists(st.sampled_from(["a", "1", "1.5", ""]), max_size=30))
def test_there_and_back(values: list[str]) -> None:
    found = words(values)
    assert isinstance(column(found, "numeric"), Numbers)
    assert isinstance(column(found), Words)
    assert column(found, "numeric").rows == len(values)
