"""Tables that fit the terminal, or, when nobody looks, lines with tabs that other programs can cut."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

Row = Sequence[str]


def print_table(
    columns: Row,
    rows: Collection[Row],
    *,
    right: Collection[str] = (),
    flexible: str | None = None,
    dim: Callable[[Row], bool] | None = None,
    style: Callable[[Row], str] | None = None,
) -> None:
    """Print a table without borders.

    Args:
        columns: headings.
        rows: texts, as many as columns; control characters are shown, markup is not understood.
        right: headings of columns of numbers.
        flexible: heading of the column that gives way when the terminal is narrow; the last one by default.
        dim: whether a row is of less interest.
        style: rich style of a row.
    """
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            print("\t".join(clean(cell) for cell in row))
        return
    from rich.console import Console

    table = _table(columns, right, flexible or columns[-1])
    for row in rows:
        chosen = "dim" if dim is not None and dim(row) else style(row) if style is not None else ""
        table.add_row(*(_cell(text) for text in row), style=chosen)
    Console(highlight=False).print(table)


def _table(columns: Row, right: Collection[str], flexible: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in columns:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=True,
            overflow="ellipsis",
            ratio=1 if heading == flexible else None,
        )
    return table


def _cell(text: str) -> Any:
    from rich.text import Text

    return Text(clean(text))


def clean(text: str) -> str:
    """The text on one line, control characters made visible: a prompt must not move the cursor.

    >>> clean(f"a{chr(10)}b{chr(27)}[31m")
    'a b�[31m'
    """
    return "".join(
        " " if char in "\n\r\t" else char if char.isprintable() or char in _JOINERS else "�" for char in text
    )


_JOINERS = "\u200d\u200c"
"""Not printable by Unicode's category (Cf), but parts of emoji and of Persian and Indic words."""
