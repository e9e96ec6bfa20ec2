"""The frozen reference: what “before” looked like, small enough to keep, and the same for ever.

A reference holds no rows: bins with their counts for every number of bins that a window may ask for, categories with
theirs, how much was missing. It is written as JSON and named by the SHA-256 of its content, so a result can say exactly
what it was compared to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
import numpy as np

from sereno.drift.bins import FEWEST, MOST, Grid, quantile_grid, width_grid
from sereno.drift.columns import Column, Kind, Numbers, Values, column

VERSION = 1
"""Of the JSON form. A reader refuses others."""
MOST_CATEGORIES = 10_000
"""Categories kept by name, the most frequent ones; the rest is one number."""
PICTURE_BINS = 24


class Feature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One frozen feature.

    Attributes:
        name: of the column. kind: `numeric` or `categorical`.
        rows: of the reference, missing ones included. missing: of them.
        grids: numeric: a grid for 4, 5 … 10 bins; a small window is compared in fewer.
        picture: numeric: a grid of equal widths, for drawing.
        categories: categorical: (name, rows), the most frequent first, names in order among equals.
        others: categorical: rows of categories that are not in `categories`.
    """

    name: str
    kind: Kind
    rows: int
    missing: int
    grids: tuple[Grid, ...] = ()
    picture: Grid | None = None
    categories: tuple[tuple[str, int], ...] = ()
    others: int = 0

    def grid(self, bins: int) -> Grid:
        """The grid for so many bins, 4 to 10."""
        return self.grids[bins - FEWEST]


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Frozen features by name, in the order of the columns.

    Attributes:
        features: the features. version: of this form.
    """

    features: tuple[Feature, ...]
    version: int = VERSION

    @property
    def rows(self) -> int:
        """Rows it was made of."""
        return max((feature.rows for feature in self.features), default=0)

    @property
    def digest(self) -> str:
        """SHA-256 of its JSON form, 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json()).hexdigest()

    def to_json(self) -> bytes:
        """Its JSON form: the same bytes for the same content."""
        return msgspec.json.encode(self, order="deterministic")

    @classmethod
    def from_json(cls, document: bytes) -> Reference:
        """Read the JSON form.

        Raises:
            ValueError: it is none, or of another version.
        """
        try:
            found = msgspec.json.decode(document, type=cls)
        except msgspec.DecodeError as error:
            raise ValueError(f"this is no frozen reference: {error}") from error
        if found.version != VERSION:
            raise ValueError(f"the reference has version {found.version}, expected {VERSION}; freeze it anew")
        for feature in found.features:
            _check(feature)
        return found


def freeze(columns: Mapping[str, Values | Column]) -> Reference:
    """Freeze columns as a reference.

    >>> reference = freeze({"latency": np.arange(100.0), "model": ["a"] * 60 + ["b"] * 40})
    >>> [(feature.name, feature.kind, feature.rows) for feature in reference.features]
    [('latency', 'numeric', 100), ('model', 'categorical', 100)]
    """
    return Reference(features=tuple(freeze_feature(name, column(values)) for name, values in columns.items()))


def freeze_feature(name: str, found: Column) -> Feature:
    """Freeze one column."""
    if isinstance(found, Numbers):
        known = np.sort(found.values[np.isfinite(found.values)])
        return Feature(
            name=name, kind="numeric", rows=found.rows, missing=found.rows - len(known),
            grids=tuple(quantile_grid(known, bins) for bins in range(FEWEST, MOST + 1)),
            picture=width_grid(known, PICTURE_BINS),
        )  # fmt: skip
    ranked = sorted(found.counts.items(), key=lambda item: (-item[1], item[0]))
    return Feature(
        name=name, kind="categorical", rows=found.rows, missing=found.missing,
        categories=tuple(ranked[:MOST_CATEGORIES]), others=sum(count for _, count in ranked[MOST_CATEGORIES:]),
    )  # fmt: skip


def _check(feature: Feature) -> None:
    """A file may have been edited: what cannot be is refused before it is computed with."""
    grids = (*feature.grids, *((feature.picture,) if feature.picture else ()))
    sound = (
        all(len(grid.counts) == len(grid.edges) + 1 and min(grid.counts) >= 0 for grid in grids)
        and all(np.isfinite(grid.edges).all() and (np.diff(grid.edges) > 0).all() for grid in grids)
        and (feature.kind == "categorical" or len(feature.grids) == MOST - FEWEST + 1)
        and 0 <= feature.missing <= feature.rows
        and all(count > 0 for _, count in feature.categories)
        and feature.others >= 0
    )
    if not sound:
        raise ValueError(f"the reference's feature {feature.name!r} is damaged; freeze it anew")
