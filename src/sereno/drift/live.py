"""A window of live traffic: its columns, its prompts, all together and model by model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias
from zlib import crc32

import msgspec

from sereno.calls import Call
from sereno.drift.columns import Column, words
from sereno.drift.traffic import columns_of

TextFeature: TypeAlias = Callable[[Call], str | None]
"""What the texts of a call tell (a language, whether it was refused): a category, None where it cannot be told."""
MOST_ROWS = 10_000
"""Calls of a window that are looked at: a sample of so many tells a share to one percent."""
MOST_PROMPTS = 400
"""Prompts of a window that are compared as vectors; time and memory grow with their square."""
ALL = ""
"""The scope of all calls together; every other scope is the name of a model."""


class Live(msgspec.Struct, frozen=True, eq=False):
    """Calls of one scope.

    Attributes:
        rows: how many. columns: by feature.
        prompts: a sample of their prompts, those that are not empty.
    """

    rows: int
    columns: Mapping[str, Column]
    prompts: Sequence[str]


def sampled(call_id: str, total: int, most: int = MOST_ROWS) -> bool:
    """Whether a call is in the sample of a window that has so many; by its id, so the same question has one answer."""
    return total <= most or crc32(call_id.encode()) * total < most << 32


def live_of(calls: Sequence[Call], texts: Mapping[str, TextFeature]) -> Live:
    """The columns of calls."""
    columns = columns_of(calls)
    for name, feature in texts.items():
        columns[name] = words([feature(call) for call in calls])
    chosen = sorted((call for call in calls if call.prompt.strip()), key=lambda call: crc32(call.id.encode()))
    return Live(len(calls), columns, [call.prompt for call in chosen[:MOST_PROMPTS]])


def by_scope(calls: Iterable[Call], most_models: int) -> dict[str, list[Call]]:
    """Calls of every scope: all together, then the models that are called most.

    Where one model answers everything it has no scope of its own: it would say the same twice.
    """
    every = list(calls)
    counts = Counter(call.model for call in every if call.model)
    named = [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    scopes = {ALL: every}
    if len(named) > 1:
        kept = set(named[:most_models])
        scopes |= {name: [] for name in named[:most_models]}
        for call in every:
            if call.model in kept:
                scopes[call.model].append(call)
    return scopes
