"""Distributions of durations as figures: even steps on a logarithmic scale, the same for all that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from sereno.stats.histograms import Histogram, upper_bound
from sereno.web.charts import Chart, Series
from sereno.web.shown import Shown

MOST_STEPS = 24
_WIDTHS = (1, 2, 4, 8, 16, 32, 64)
"""Buckets of the record in one step; eight of them double the time."""


class Distribution(msgspec.Struct, frozen=True):
    """How many calls took how long.

    Attributes:
        bounds: seconds between which the steps lie, ascending, one more than there are steps; empty without a call.
        counts: calls that took more than a step's lower and at most its upper bound; one list a set of calls.
    """

    bounds: tuple[float, ...]
    counts: tuple[tuple[int, ...], ...]


def distribution(*histograms: Histogram | None) -> Distribution:
    """Distributions over the same steps, as fine as `MOST_STEPS` of them allow.

    Args:
        histograms: one a set of calls; None or empty where nothing is known.
    """
    sparse = [{} if found is None else found.sparse for found in histograms]
    used = [index for buckets in sparse for index, count in buckets.items() if count]
    if not used:
        return Distribution((), tuple(() for _ in histograms))
    width = next((w for w in _WIDTHS if max(used) // w - min(used) // w < MOST_STEPS), _WIDTHS[-1])
    first, last = min(used) // width, max(used) // width
    steps = [range(step * width, (step + 1) * width) for step in range(first, last + 1)]
    bounds = [
        0.0 if steps[0].start == 0 else upper_bound(steps[0].start - 1),
        *(upper_bound(s.stop - 1) for s in steps),
    ]
    counts = tuple(tuple(sum(buckets.get(i, 0) for i in step) for step in steps) for buckets in sparse)
    return Distribution(tuple(bounds), counts)


def counted(
    found: Distribution, name: str, t: Mapping[str, str], shown: Shown, to: Callable[[float, float], str] | None = None
) -> Chart:
    """One distribution: calls by time.

    Args:
        found: of one set of calls.
        name: begins the keys of title (`…_spread`) and sentence (`…_spread_text`); its chart's id.
        t: texts of the reader's language.
        shown: formats of the reader.
        to: address of the calls between two durations.
    """
    pairs = tuple(zip(found.bounds, found.bounds[1:], strict=False))
    return Chart(
        kind="histogram", id=f"{name}-spread", title=t[f"{name}_spread"], description=t[f"{name}_spread_text"],
        unit="count", x=_names(found, shown),
        series=(Series(name=t["calls"], values=tuple(map(float, found.counts[0])), tone="s1"),),
        links=tuple(to(low, high) for low, high in pairs) if to else (), empty=t[f"{name}_spread_empty"],
    )  # fmt: skip


def overlaid(found: Distribution, names: Sequence[str], name: str, t: Mapping[str, str], shown: Shown) -> Chart:
    """Distributions beside each other, as shares, so that few calls and many compare.

    Args:
        found: of as many sets of calls as there are names.
        names: of the sets, each with its own tone.
        name: as in `counted`.
        t: texts of the reader's language.
        shown: formats of the reader.
    """
    tones = ("s1", "s2")
    return Chart(
        kind="histogram", id=f"{name}-spread", title=t[f"{name}_spread"], description=t["spread_shares_text"],
        unit="ratio", x=_names(found, shown),
        series=tuple(
            Series(name=label, values=_shares(counts), tone=tone)  # type: ignore[arg-type]  # one of Tone
            for label, counts, tone in zip(names, found.counts, tones, strict=True)
        ),
        empty=t[f"{name}_spread_empty"],
    )  # fmt: skip


def _names(found: Distribution, shown: Shown) -> tuple[str, ...]:
    """Each step by its upper bound."""
    return tuple(shown.seconds(bound) for bound in found.bounds[1:])


def _shares(counts: Sequence[int]) -> tuple[float | None, ...]:
    whole = sum(counts)
    return tuple(count / whole if whole else None for count in counts)
