"""What an explanation sends, in order: facts, text with the verdict on each claim once it is known, the end."""

from __future__ import annotations

from typing import Literal

import msgspec

from sereno.explain.fact import FactSheet


class Facts(msgspec.Struct, frozen=True):
    """The facts of the chart; `id` is the explanation's.

    `more` says that they are those which need no search, and that all follow in another such event.
    """

    id: str
    sheet: FactSheet
    more: bool = False


class Text(msgspec.Struct, frozen=True):
    """The next piece of the text."""

    text: str


class Verified(msgspec.Struct, frozen=True):
    """The verdict on one claim.

    Attributes:
        start, end: Unicode code points of the whole text. text: as written.
        supported: whether a fact says so. fact: its id.
    """

    start: int
    end: int
    text: str
    supported: bool
    fact: str | None


class Withheld(msgspec.Struct, frozen=True):
    """Where a sentence was withheld in strict mode: what stands there says so."""

    start: int
    end: int


class Failure(msgspec.Struct, frozen=True):
    """What went wrong, as in a problem document; a text by templates may follow."""

    type: str
    title: str
    detail: str


class End(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the explanation ended.

    Attributes:
        score: share of the claims that facts support, 1.0 where the text claims nothing.
        supported, numbers: how many claims are supported, and how many there are.
        model: who told it, None for templates. seconds: how long it took. tokens: of the answer, where known.
        picture: what the model saw: the picture that was `given`, one `drawn` of the frames, or "" for none.
    """

    score: float
    supported: int
    numbers: int
    model: str | None
    seconds: float
    tokens: int | None = None
    picture: Literal["", "given", "drawn"] = ""


Event = Facts | Text | Verified | Withheld | Failure | End
