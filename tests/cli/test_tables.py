"""What strangers wrote does not steer the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.cli.tables import clean, print_table


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
