"""What a drift monitor compares with: references of all calls and of each model, of every day or weekday by weekday."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from sereno.calls import Call
from sereno.drift.live import ALL, Live, TextFeature, by_scope, live_of
from sereno.drift.reference import Reference, freeze
from sereno.drift.vectors import LEAST, Embedder
from sereno.drift.verdict import LEAST_ROWS

MOST_MODELS = 10
"""Models that are watched on their own, those called most in the reference."""
DAY = 86_400.0
VERSION = 1


class Scope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The reference of one scope.

    Attributes:
        model: "" for all calls.
        weekday: 0 for Monday, None for every day.
        reference: the frozen columns.
        vectors: float16 vectors of a sample of prompts, row after row; none without an embedder.
    """

    model: str
    weekday: int | None = None
    reference: Reference
    vectors: bytes = b""


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reference.

    Attributes:
        scopes: all calls first. embedder, embedder_digest: what made the vectors, None where there are none.
        dimensions: of a vector. version: of this form.
    """

    scopes: tuple[Scope, ...]
    embedder: str | None = None
    embedder_digest: str | None = None
    dimensions: int = 0
    version: int = VERSION

    @property
    def rows(self) -> int:
        """Calls it was made of."""
        return sum(scope.reference.rows for scope in self.scopes if scope.model == ALL)

    @property
    def models(self) -> list[str]:
        """Models that have a scope of their own."""
        return list(dict.fromkeys(scope.model for scope in self.scopes if scope.model != ALL))

    @property
    def weekdays(self) -> bool:
        """Whether it tells weekdays apart."""
        return any(scope.weekday is not None for scope in self.scopes)

    def of(self, weekday: int) -> list[Scope]:
        """The scopes that a window of this weekday is compared with."""
        return [scope for scope in self.scopes if scope.weekday in {None, weekday}]

    def vectors(self, scope: Scope) -> NDArray[np.float32]:
        """Vectors of a scope's prompts, shape (prompts, dimensions)."""
        return np.frombuffer(scope.vectors, dtype=np.float16).reshape(-1, max(self.dimensions, 1)).astype(np.float32)

    def to_bytes(self) -> bytes:
        """Its form on disk (MessagePack); the same content has the same bytes."""
        return msgspec.msgpack.encode(self, order="deterministic")

    @classmethod
    def from_bytes(cls, document: bytes, digest: str) -> Frozen:
        """Read the form on disk.

        Raises:
            ValueError: it is damaged, changed, or of another version.
        """
        if digest_of(document) != digest:
            raise ValueError("the reference is not what was frozen: its digest differs; create a new one")
        try:
            found = msgspec.msgpack.decode(document, type=cls)
        except msgspec.DecodeError as error:
            raise ValueError(f"the reference cannot be read: {error}; create a new one") from error
        if found.version != VERSION:
            raise ValueError(f"the reference has version {found.version}, expected {VERSION}; create a new one")
        return found


def digest_of(document: bytes) -> str:
    """SHA-256 in 64 hexadecimal digits."""
    return hashlib.sha256(document).hexdigest()


def weekday_of(at: float) -> int:
    """0 for Monday, in UTC.

    >>> weekday_of(0.0)
    3
    """
    return datetime.fromtimestamp(at, UTC).weekday()


def frozen_of(
    calls: Sequence[Call], texts: Mapping[str, TextFeature], embedder: Embedder | None, *, weekdays: bool = False
) -> Frozen:
    """Freeze calls.

    Args:
        calls: of the chosen window.
        texts: features that come of texts.
        embedder: None leaves the vectors out.
        weekdays: whether each weekday has a reference of its own.

    Raises:
        ValueError: there are too few calls to compare anything with.
    """
    days: Sequence[int | None] = range(7) if weekdays else (None,)
    scopes: list[Scope] = []
    dimensions = 0
    for day in days:
        of_day = [call for call in calls if day is None or weekday_of(call.started_at) == day]
        for model, group in by_scope(of_day, MOST_MODELS).items():
            if len(group) < LEAST_ROWS:
                continue
            live = live_of(group, texts)
            vectors, width = _vectors(live, embedder)
            dimensions = width or dimensions
            scopes.append(Scope(model=model, weekday=day, reference=freeze(live.columns), vectors=vectors))
    if not any(scope.model == ALL for scope in scopes):
        each = " on any weekday" if weekdays else ""
        raise ValueError(
            f"there are {len(calls)} calls in that time, fewer than {LEAST_ROWS}{each}; choose a longer one"
        )
    used = embedder if dimensions else None
    return Frozen(
        scopes=tuple(sorted(scopes, key=lambda scope: scope.model != ALL)),
        embedder=None if used is None else used.name,
        embedder_digest=None if used is None else used.digest,
        dimensions=dimensions,
    )


def _vectors(live: Live, embedder: Embedder | None) -> tuple[bytes, int]:
    if embedder is None or len(live.prompts) < LEAST:
        return b"", 0
    found = embedder.embed(live.prompts)
    return found.astype(np.float16).tobytes(), int(found.shape[1])
