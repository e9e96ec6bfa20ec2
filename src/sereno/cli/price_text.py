"""Amounts of money as the command line shows them."""

from __future__ import annotations

DIGITS = 4
"""Digits that say something."""


def usd(amount: float) -> str:
    """US dollars: cents, or as many places as small amounts need.

    >>> usd(1234.5), usd(0.0), usd(0.000123456), usd(0.25)
    ('1,234.50', '0', '0.0001235', '0.25')
    """
    if not amount:
        return "0"
    if amount >= 1:
        return f"{amount:,.2f}"
    short = f"{amount:.{DIGITS}g}"
    return f"{amount:.12f}".rstrip("0") if "e" in short else short
