"""An end of an interval is told beside its other end: alone it would be taken for the middle, "it will be at 14 s"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sereno.explain.verify.context import Context
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.support import Support

_OTHER = {".low": ".high", ".high": ".low"}


def check_bounds(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """Leave an end of an interval only where the figure before or after is its other end, and no way leads there."""
    numbers = [i for i, one in enumerate(mentions) if one.kind in {"quantity", "count"}]
    kept = {}
    for place, index in enumerate(numbers):
        # "Rises from 10 s to 14 s" tells a way, which no interval is.
        moved = told[index].role in {"from", "to"} and bool(told[index].direction)
        near = [found[i] for i in numbers[max(0, place - 1) : place + 2] if i != index and not moved]
        left = {fact: frozenset(_paired(fact, names, near)) for fact, names in found[index].items()}
        kept[index] = {fact: names for fact, names in left.items() if names}
    for index, support in kept.items():
        found[index] = support


def _paired(fact: int, names: frozenset[str], near: list[Support]) -> Iterator[str]:
    for name in names:
        figure, dot, end = name.rpartition(".")
        if dot + end not in _OTHER or any(figure + _OTHER[dot + end] in one.get(fact, ()) for one in near):
            yield name
