"""`Mention`: one thing that a text claims of a chart, as it is written, before anything is said of its truth."""

from __future__ import annotations

from typing import Literal

import msgspec

from sereno.explain.verify.units import Unit

MentionKind = Literal["quantity", "count", "moment", "ratio", "direction", "series", "ordinal"]
Hedge = Literal["", "about", "over", "under"]
Role = str


class Reading(msgspec.Struct, frozen=True):
    """One way to read a written quantity.

    Attributes:
        value: in the unit. step: one in the last place shown. loose: one in the last place that is not a zero.
        unit: None for a bare number. per: seconds of a rate's denominator (3600 for "an hour"), None without.
    """

    value: float
    step: float
    loose: float
    unit: Unit | None = None
    per: float | None = None


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A date or time as far as it is written.

    Attributes:
        year, month, day, hour, minute, second, weekday: what is shown, None for what is not; Monday is 0.
        swapped: whether day and month may be meant the other way round (3/4/2026).
        before_end: seconds before the end of the chart ("2 h ago"); step: one in its last place.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    weekday: int | None = None
    swapped: bool = False
    before_end: float | None = None
    step: float = 0.0


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A claim in a sentence.

    Attributes:
        start, end: where it is written, code points of the sentence.
        kind: what it claims.
        readings: of quantities, durations and counts.
        moment: of dates and times.
        value: of a ratio (2 for doubled), an ordinal, a direction (+1, 0, −1).
        signed: −1 or +1 where a sign is written, otherwise 0.
        hedge: "about", "more than", "less than".
        word: what a count counts, a direction word's class, or the canonical name of a series.
        negated: whether the claim is that it is not so.
    """

    start: int
    end: int
    kind: MentionKind
    readings: tuple[Reading, ...] = ()
    moment: Moment | None = None
    value: float = 0.0
    signed: int = 0
    hedge: Hedge = ""
    word: str = ""
    negated: bool = False
