"""Tables that fit the terminal, or, when nobody looks, lines with tabs that other programs can cut."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence

Row = Sequence[str]
GAP = "  "
LEAST_FLEXIBLE = 14
"""Below so many characters of the flexible column others are left out."""
_STYLES = {"": "", "bold": "\x1b[1m", "dim": "\x1b[2m", "red": "\x1b[31m", "yellow": "\x1b[33m", "green": "\x1b[32m"}


def print_table(
    columns: Row,
    rows: Collection[Row],
    *,
    right: Collection[str] = (),
    flexible: str | None = None,
    drop: Sequence[str] = (),
    most: Mapping[str, int] | None = None,
    dim: Callable[[Row], bool] | None = None,
    style: Callable[[Row], str] | None = None,
) -> None:
    """Print a table without borders.

    Args:
        columns: headings.
        rows: texts, as many as columns; control characters are made visible.
        right: headings of columns of numbers.
        flexible: heading of the column that gives way when the terminal is narrow; the last one by default.
        drop: headings of columns that are left out when it is narrower still, the least important first.
        most: greatest width by heading.
        dim: whether a row is of less interest.
        style: `red`, `yellow`, `green`, `dim` or "" of a row.
    """
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            print("\t".join(clean(cell) for cell in row))
        return
    styles = [("dim" if dim is not None and dim(row) else style(row) if style is not None else "") for row in rows]
    lines = layout(
        columns, rows, shutil.get_terminal_size().columns,
        right=right, flexible=flexible or columns[-1], drop=drop, most=most or {},
    )  # fmt: skip
    for line, chosen in zip(lines, ["bold", *styles], strict=True):
        print(f"{_STYLES[chosen]}{line}\x1b[0m" if chosen else line)


def layout(
    columns: Row,
    rows: Collection[Row],
    width: int,
    *,
    right: Collection[str] = (),
    flexible: str,
    drop: Sequence[str] = (),
    most: Mapping[str, int] | None = None,
) -> list[str]:
    """The lines of a table, headings first, none wider than `width` as long as the columns that stay allow it."""
    from rich.cells import cell_len

    table = [[clean(cell) for cell in row] for row in (columns, *rows)]
    widths = {
        name: min(max(cell_len(row[at]) for row in table), (most or {}).get(name, width))
        for at, name in enumerate(columns)
    }
    shown = list(columns)
    for name in (*drop, None):
        left = width - sum(widths[other] + len(GAP) for other in shown if other != flexible)
        if left >= min(LEAST_FLEXIBLE, widths[flexible]) or name is None:
            break
        if name in shown:
            shown.remove(name)
    widths[flexible] = max(min(widths[flexible], left), 4)
    indices = [columns.index(name) for name in shown]

    def cell(text: str, name: str) -> str:
        shown = cut(text, widths[name])
        return " " * (widths[name] - cell_len(text)) + text if name in right and shown.rstrip() == text else shown

    return [GAP.join(cell(row[at], columns[at]) for at in indices).rstrip() for row in table]


def cut(text: str, width: int) -> str:
    """The text in exactly `width` cells: filled up with spaces, or ending in `…`.

    >>> cut("abc", 5), cut("abcdef", 5), cut("日本語", 5)
    ('abc  ', 'abcd…', '日本…')
    """
    from rich.cells import cell_len, set_cell_size

    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    shown = set_cell_size(text, max(width - 1, 0)).rstrip() + "…"
    return shown + " " * (width - cell_len(shown))


def clean(text: str) -> str:
    """The text on one line, control characters made visible: a prompt must not move the cursor.

    >>> clean(f"a{chr(10)}b{chr(27)}[31m")
    'a b�[31m'
    """
    if text.isprintable():
        return text
    return "".join(
        " " if char in "\n\r\t" else char if char.isprintable() or char in _JOINERS else "�" for char in text
    )


_JOINERS = "\u200d\u200c"
"""Not printable by Unicode's category (Cf), but parts of emoji and of Persian and Indic words."""
