"""Texts in pieces: nothing is lost, and what no fact supports is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sereno.explain.fact import Fact, FactSheet, Number
from sereno.explain.verify import Span, verify
from sereno.web.told import fact_rows, pieces

SPANS = st.lists(
    st.builds(
        lambda start, length, ok: Span(start, start + length, "", ok, "level-1" if ok else None, "quantity"),
        st.integers(0, 60), st.integers(-2, 20), st.booleans(),
    )
)  # fmt: skip
SHEET = FactSheet(
    facts=(
        Fact(id="range-1", kind="range", series=("p95",), numbers=(Number("min", 1.0, "s"), Number("max", 9.0, "s"))),
        Fact(id="level-1", kind="level", series=("p95",), numbers=(Number("mean", 2.5, "s"),), p_value=0.01),
    ),
    series=("p95",), units={"p95": "s"},
)  # fmt: skip


@given(st.text(max_size=60), SPANS)
def test_pieces_joined_are_the_text(text: str, spans: list[Span]) -> None:
    assert "".join(piece.text for piece in pieces(text, spans)) == text


def test_a_right_number_leads_to_its_fact_and_a_wrong_one_is_marked() -> None:
    text = "p95 had a mean of 2.5 s, and later a mean of 7.7 s."
    cut = {piece.text: (piece.mark, piece.fact) for piece in pieces(text, verify(text, SHEET).spans) if piece.mark}
    assert cut["2.5 s"] == ("supported", "level-1")
    assert cut["7.7 s"] == ("unsupported", "")
    assert cut["p95"][0] == "series"


def test_what_is_told_stands_first_and_in_words() -> None:
    rows = fact_rows(SHEET, verify("p95 had a mean of 2.5 s.", SHEET).spans, "en")
    assert [(row.id, row.used, row.p_value) for row in rows] == [("level-1", True, 0.01), ("range-1", False, None)]
    assert "2.5 s" in rows[0].said
    assert "2,5 s" in fact_rows(SHEET, (), "es")[1].said
