"""Results of two adapters on the same frozen items: what a promotion is judged by.

Read from JSON, as `sereno eval` writes it, or from CSV with the columns `item, baseline, candidate`.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.lora.document import AdapterError, Document, read_object

BASE = "base"
"""As the baseline: the base model without any adapter."""
MOST_ITEMS = 1_000_000
_WORDS = {"1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0, "pass": 1.0, "fail": 0.0, "yes": 1.0, "no": 0.0}


class Pair(msgspec.Struct, frozen=True):
    """One item: its id, and the score of each, 0 (wrong) to 1 (right)."""

    item: str
    baseline: float
    candidate: float


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """An evaluation of two versions on one set.

    Attributes:
        pairs: by item, each item once.
        baseline, candidate: the versions; `base` is the model without an adapter; None where the file does not say.
        eval_set: name of the frozen set. eval_digest: of its bytes, None where unknown.
        base_digest: of the base model that both ran on, `sha256:…`.
    """

    pairs: tuple[Pair, ...]
    baseline: str | None = None
    candidate: str | None = None
    eval_set: str = ""
    eval_digest: str | None = None
    base_digest: str | None = None

    @property
    def binary(self) -> bool:
        """Whether every score is right or wrong."""
        return all(pair.baseline in (0.0, 1.0) and pair.candidate in (0.0, 1.0) for pair in self.pairs)


def read_paired(name: str, raw: bytes) -> Paired:
    """Paired results from a file's bytes.

    Args:
        name: of the file; `.csv` is read as CSV, all else as JSON
            (`{"baseline", "candidate", "eval_set", "base_digest", "items": [{"item", "baseline", "candidate"}]}`).
        raw: its bytes.

    Raises:
        AdapterError: it holds no paired results; names the line.
    """
    if name.lower().endswith(".csv"):
        return Paired(pairs=_unique(name, _csv(name, raw)))
    return paired_of(name, read_object(name, raw).values)


def paired_of(name: str, values: Mapping[str, Any]) -> Paired:
    """Paired results from what a JSON object holds.

    Args:
        name: where it came from, for messages.
        values: its members.

    Raises:
        AdapterError: it holds no paired results; names the item.
    """
    document = Document(name, values)
    items = document.values.get("items")
    if not isinstance(items, list) or not items:
        raise AdapterError(f'{name}: expected "items", a list of {{"item", "baseline", "candidate"}}')
    pairs = []
    for number, row in enumerate(items[: MOST_ITEMS + 1], 1):
        if not isinstance(row, dict) or "item" not in row:
            raise AdapterError(f'{name}: item {number} is no {{"item", "baseline", "candidate"}}')
        where = f"{name}: item {number}"
        baseline, candidate = (_score(where, key, row.get(key)) for key in ("baseline", "candidate"))
        pairs.append(Pair(str(row["item"])[:200], baseline, candidate))
    return Paired(
        pairs=_unique(name, pairs),
        baseline=document.text("baseline"),
        candidate=document.text("candidate"),
        eval_set=document.text("eval_set") or "",
        eval_digest=document.text("eval_digest"),
        base_digest=document.text("base_digest"),
    )


def _csv(name: str, raw: bytes) -> list[Pair]:
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
        columns = {"item", "baseline", "candidate"}
        if not columns <= set(reader.fieldnames or ()):
            raise AdapterError(f"{name} has the columns {reader.fieldnames}; expected item, baseline, candidate")
        pairs = []
        for row in reader:
            where = f"{name}:{reader.line_num}"
            baseline, candidate = (_score(where, key, row[key]) for key in ("baseline", "candidate"))
            pairs.append(Pair((row["item"] or "")[:200], baseline, candidate))
    except UnicodeDecodeError:
        raise AdapterError(f"{name} is not UTF-8 text; expected CSV") from None
    except csv.Error as error:
        raise AdapterError(f"{name} cannot be read as CSV: {error}") from None
    return pairs


def _score(where: str, key: str, value: object) -> float:
    if isinstance(value, str):
        value = _WORDS.get(value.strip().lower(), value)
    try:
        score = float(value)  # type: ignore[arg-type]  # what cannot be a number raises TypeError
    except (TypeError, ValueError, OverflowError):
        score = math.nan
    if not 0 <= score <= 1:
        raise AdapterError(f"{where}: {key} is {str(value)[:40]!r}; expected a score from 0 (wrong) to 1 (right)")
    return score


def _unique(name: str, pairs: list[Pair]) -> tuple[Pair, ...]:
    if not pairs:
        raise AdapterError(f"{name} holds no item")
    if len(pairs) > MOST_ITEMS:
        raise AdapterError(f"{name} holds more than {MOST_ITEMS:,} items")
    seen: set[str] = set()
    for pair in pairs:
        if pair.item in seen:
            raise AdapterError(f"{name}: item {pair.item!r} stands twice; pairs must be one an item")
        seen.add(pair.item)
    return tuple(pairs)
