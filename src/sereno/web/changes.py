"""How a figure moved against the range of the same length before it."""

from __future__ import annotations

from typing import Literal

import msgspec

from sereno.web.shown import Shown

STILL = 0.005
"""Moved by less than this share: not moved."""
NOTABLE = 0.1
"""Moved by less than this share: neither good nor bad."""
MOST = 9.99
"""Beyond this the figure before was next to nothing: by how much exactly says no more."""


class Change(msgspec.Struct, frozen=True):
    """A text such as `+12.0%`, and `good`, `bad` or "" for how to see it."""

    text: str
    tone: Literal["", "good", "bad"]


def change(
    value: float | None, before: float | None, shown: Shown, better: Literal["more", "less"] | None = None
) -> Change | None:
    r"""The change of a figure, None where either is unknown or was nothing.

    Args:
        value: in the range.
        before: in the range before.
        shown: formats of the reader.
        better: which way is good, None where neither is.

    >>> change(1.5, 1.0, Shown(), "less"), change(1.0, 1.004, Shown()), change(1.0, 0, Shown())
    (Change(text='+50.0%', tone='bad'), Change(text='±0%', tone=''), None)
    """
    if value is None or not before:
        return None
    moved = value / before - 1
    tone: Literal["", "good", "bad"] = ""
    if better is not None and abs(moved) >= NOTABLE:
        tone = "good" if (moved < 0) == (better == "less") else "bad"
    return Change(signed(moved, shown), tone)


def signed(moved: float, shown: Shown) -> str:
    r"""A change as a share, with its sign.

    >>> signed(0.123, Shown()), signed(1.5, Shown("es")), signed(0.001, Shown()), signed(640.0, Shown())
    ('+12.3%', '+150\xa0%', '±0%', '>+999%')
    """
    if abs(moved) < STILL:
        text = "±0"
    elif moved > MOST:
        text = f">+{MOST * 100:.0f}"
    else:
        text = ("+" if moved > 0 else "−") + shown.number(abs(moved) * 100, 1 if abs(moved) < 1 else 0)
    return f"{text}%" if shown.language == "en" else f"{text}\N{NO-BREAK SPACE}%"
