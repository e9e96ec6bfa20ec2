"""Numbers as people and spreadsheets write them in text: decimal comma, thousands, percent signs, words for nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NOTHING = frozenset({"", "nan", "null", "none", "na", "n/a", "-"})
ENDLESS = frozenset({"inf", "+inf", "-inf"})
LONGEST = 400
"""Characters of a number; longer text is none."""
_POINT = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?")
_POINT_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_COMMA = re.compile(r"[+-]?(?:\d+(?:,\d*)?|,\d+)(?:e[+-]?\d+)?")
_COMMA_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?")


def numbers_in(texts: Sequence[str]) -> tuple[Floats, str] | None:
    """The numbers of a column of texts, with their unit (`percent`, or ""); None if any text is another word.

    One way of writing must hold for the whole column: decimal points (`1,234.5`) or decimal commas (`1.234,5`); where
    both would do, points. Words for nothing are NaN; a column of nothing else holds no numbers.

    >>> numbers_in(["1,5", "n/a", "20,25"])
    (array([ 1.5 ,   nan, 20.25]), '')
    >>> numbers_in(["5 %", "7.5 %"])
    (array([5. , 7.5]), 'percent')
    """
    bare = [text.strip().lower() for text in texts]
    said = [text for text in bare if text not in NOTHING]
    unit = "percent" if said and all(text.endswith("%") for text in said) else ""
    if unit:
        bare = [text.removesuffix("%").rstrip() for text in bare]
    for plain, grouped, group, point in ((_POINT, _POINT_GROUPED, ",", "."), (_COMMA, _COMMA_GROUPED, ".", ",")):
        numbers = np.full(len(bare), np.nan)
        for place, text in enumerate(bare):
            if text in NOTHING:
                continue
            if text in ENDLESS or (len(text) <= LONGEST and plain.fullmatch(text)):
                numbers[place] = float(text.replace(point, "."))
            elif len(text) <= LONGEST and grouped.fullmatch(text):
                numbers[place] = float(text.replace(group, "").replace(point, "."))
            else:
                break
        else:
            return (numbers, unit) if said else None
    return None


def delimiter_of(header: str) -> str:
    """What parts the columns of a CSV file: the one of `,`, `;` and tab that its first line has most of.

    >>> delimiter_of("fecha;precio, en euros;cantidad")
    ';'
    """
    return max((",", ";", "\t"), key=header.count)
