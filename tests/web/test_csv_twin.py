"""CSV as RFC 4180 has it, and as no spreadsheet runs it."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from sereno.web.csv_twin import csv_text
from sereno.web.page import Table

PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.tuples(PLAIN, st.integers() | st.none()), max_size=5))
def test_a_reader_gets_the_cells_back(rows: list[tuple[str, int | None]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(Table(("text", "number"), rows)).decode(), newline="")))
    assert read[0] == ["text", "number"]
    for (text, number), cells in zip(rows, read[1:], strict=True):
        assert cells == [cells[0], "" if number is None else str(number)]
        assert cells[0] in (text, "'" + text)
        assert cells[0][:1] not in tuple("=+-@\t\r")


def test_records_end_and_quote_as_rfc_4180_says() -> None:
    told = csv_text(Table(("a", "b"), [('say "x"', "1\n2"), ("=1+1", None), (-1.5, True)]))
    assert told == b'a,b\r\n"say ""x""","1\n2"\r\n\'=1+1,\r\n-1.5,True\r\n'


def test_what_is_no_unicode_does_not_fail() -> None:
    assert csv_text(Table(("a",), [("\ud800",)])) == b"a\r\n?\r\n"
