"""Numbers of rules are exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.slo.spec import decimal_text


@pytest.mark.parametrize(
    ("objective", "budget"),
    [
        ("99.9", "0.001"),
        ("99.5", "0.005"),
        ("99.99", "0.0001"),
        ("99.95", "0.0005"),
        ("95", "0.05"),
        ("99.999", "0.00001"),
    ],
)
def test_budgets_have_no_float_noise(objective: str, budget: str) -> None:
    # 1 - 0.999 is 0.0010000000000000009 in floats, and Sloth writes 0.9990000000000001 for an objective.
    assert decimal_text((100 - Decimal(objective)) / 100) == budget


@given(st.decimals(min_value="0.000001", max_value=1000, places=6))
def test_decimals_read_back(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value
    assert Decimal(decimal_text(Fraction(value))) == value


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=100))
def test_fractions_that_are_no_decimals_have_seventeen_digits(value: Fraction) -> None:
    assert abs(Fraction(decimal_text(value)) - value) <= value / 10**16
