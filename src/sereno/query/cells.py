"""Cells of CSV files that a spreadsheet would run as formulas.

A spreadsheet evaluates a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return (OWASP, "CSV
Injection"), also after spaces and in full width; prompts are written by strangers. Such cells get a leading
apostrophe, which spreadsheets hide. JSON, JSONL and Parquet carry texts untouched.
"""

from __future__ import annotations

_DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  # the full-width forms are meant


def neutralised(text: str) -> str:
    """A text that no spreadsheet runs.

    >>> neutralised("=1+1"), neutralised(" @SUM(A1)"), neutralised("2 = 2")
    ("'=1+1", "' @SUM(A1)", '2 = 2')
    """
    if text[:1] in _DANGEROUS and text:
        return "'" + text
    first = text.lstrip(" \u00a0\u200b\ufeff")[:1]
    return "'" + text if first and first in _DANGEROUS else text
