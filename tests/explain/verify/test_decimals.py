"""1.234 is a thousand and more in Spanish and one and more in English, unless the text shows the other way."""

from __future__ import annotations

import pytest

from sereno.explain.fact import Fact, FactSheet, Number
from sereno.explain.verify import verify
from sereno.explain.verify.decimals import decimal_mark, shown_decimals


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("3.25 s", "."),
        ("3,25 s", ","),
        ("1,234.5", "."),
        ("1.234,5", ","),
        ("0.123", "."),
        ("1.234 and 1,234", ""),
        ("on 20.11.2026 at 14:05:10, version 1.2.3", ""),
        ("3.2 s, then 3,2 s", ""),
        ("llama3.2", ""),
        ("", ""),
    ],
)
def test_a_mark_is_shown_where_a_number_reads_one_way(text: str, mark: str) -> None:
    assert decimal_mark(shown_decimals(text)) == mark


def believed(mean: float, text: str, language: str) -> bool:
    fact = Fact(
        id="level-1", kind="level", series=("api",), numbers=(Number("mean", mean, "s"), Number("last", 3.25, "s"))
    )
    return verify(text, FactSheet(facts=(fact,), series=("api",)), language).counted[-1].supported


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("The mean of api is 1,234 s.", "en", 1234.0),
        ("The mean of api is 1.234 s.", "en", 1.234),
        ("La media de api es de 1.234 s.", "es", 1234.0),
        ("La media de api es de 1,234 s.", "es", 1.234),
        ("El último valor de api es 3.25 s. La media de api es de 1.234 s.", "es", 1.234),
        ("El último valor de api es 3.25 s. La media de api es de 1,234 s.", "es", 1234.0),
        ("The last value of api is 3,25 s. The mean of api is 1.234 s.", "en", 1234.0),
    ],
)
def test_a_number_is_read_in_one_way(text: str, language: str, says: float) -> None:
    other = {1234.0: 1.234, 1.234: 1234.0}[says]
    assert believed(says, text, language)
    assert not believed(other, text, language)
