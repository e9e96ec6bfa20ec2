"""What strangers wrote does not steer the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sereno.cli.tables import clean, cut, layout, print_table


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = clean(text)
    assert len(shown) == len(text)
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)


@pytest.mark.parametrize("text", ["héllo wörld", "日本語", "👩\u200d💻", "שלום", "a b"])
def test_ordinary_text_stays(text: str) -> None:
    assert clean(text) == text


def test_bidirectional_overrides_are_made_visible() -> None:
    assert clean("a\u202eb\x1b]0;x\x07") == "a�b�]0;x�"


def test_without_a_terminal_rows_are_lines_with_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("1\t2", "[bold]x[/]\nend")])
    assert capsys.readouterr().out == "a\tb\n1 2\t[bold]x[/] end\n"


COLUMNS = ("id", "model", "s", "prompt")
ROWS = [("1", "a", "0.1", "short"), ("22", "日本語モデル", "10.25", "x" * 300), ("3", "[b]", "", "👩\u200d💻 end")]


@given(st.integers(30, 200))
def test_a_table_fits_the_terminal(width: int) -> None:
    lines = layout(COLUMNS, ROWS, width, right={"s"}, flexible="prompt", drop=("s", "model"))
    assert len(lines) == 4
    assert max(map(cell_len, lines)) <= width


def test_columns_are_left_out_in_the_order_given_before_the_flexible_one_is_lost() -> None:
    def headings(width: int) -> list[str]:
        return layout(COLUMNS, ROWS, width, right={"s"}, flexible="prompt", drop=("s", "model"))[0].split()

    assert headings(80) == ["id", "model", "s", "prompt"]
    assert headings(40) == ["id", "model", "s", "prompt"]
    assert headings(35) == ["id", "model", "prompt"]
    assert headings(24) == ["id", "prompt"]


def test_a_table_as_it_looks() -> None:
    assert layout(COLUMNS, ROWS[:2], 40, right={"s"}, flexible="prompt") == [
        "id  model             s  prompt",
        "1   a               0.1  short",
        "22  日本語モデル  10.25  xxxxxxxxxxxxxx…",
    ]
    assert layout(("a", "b"), [("12345678", "x")], 80, flexible="b", most={"a": 5}) == ["a      b", "1234…  x"]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 40))
def test_cut_text_has_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(cut(clean(text), width)) == width
