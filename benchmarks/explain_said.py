"""What a scripted narrator says: sentences whose lies are known, and figures that know what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


class Figure(str):
    """A figure as it is written down.

    Attributes:
        value: what is written, in the unit of its series. step: one in the last place written.
    """

    __slots__ = ("step", "value")
    value: float
    step: float

    def __new__(cls, text: str, value: float, step: float) -> Self:
        """Write it."""
        made = super().__new__(cls, text)
        made.value, made.step = value, step
        return made


@dataclass(frozen=True)
class Said:
    """A sentence; where its lies stand (start, end), none in a truth; and the trick that made them."""

    text: str
    lies: tuple[tuple[int, int], ...] = ()
    trick: str = ""


def marked(text: str, trick: str) -> Said:
    """A sentence in which each lie stands between \\x02 and \\x03."""
    plain, lies, start = "", [], 0
    for char in text:
        if char == "\x02":
            start = len(plain)
        elif char == "\x03":
            lies.append((start, len(plain)))
        else:
            plain += char
    return Said(plain, tuple(lies), trick)
