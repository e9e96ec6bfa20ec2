"""100 texts of the demo's 135 M model about charts: what is shown as supported was read twice, and is true.

How it was read, and where the two readings differed: `smollm/README.md`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sereno.explain.fact import FactSheet
from sereno.explain.verify import verify

FOLDER = Path(__file__).parent / "smollm"
TEXTS = sorted(FOLDER.glob("[0-9]*.json"))
LABELS: dict[str, list[list[Any]]] = json.loads((FOLDER / "labels.json").read_text("utf-8"))["labels"]


def test_there_are_a_hundred_texts() -> None:
    assert len(TEXTS) == 100
    assert sum(len(one) for one in LABELS.values()) > 100


def test_most_of_what_is_true_is_shown_as_supported() -> None:
    """A verifier that marks everything would pass the next test."""
    true = shown = 0
    for path in TEXTS:
        told = json.loads(path.read_text("utf-8"))
        sheet = msgspec.convert(told["sheet"], FactSheet)
        right = {(start, end) for start, end, _, good in LABELS.get(path.stem, []) if good}
        found = {(one.start, one.end) for one in verify(told["text"], sheet, told["language"]).counted if one.supported}
        true, shown = true + len(right), shown + len(right & found)
    # A true figure told beside a false one of the same anomaly is doubted with it.
    assert shown >= 0.96 * true


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_nothing_false_is_shown_as_supported(path: Path) -> None:
    """A claim that was not read is not known to be true: read it against the facts, then add its label."""
    told = json.loads(path.read_text("utf-8"))
    sheet = msgspec.convert(told["sheet"], FactSheet)
    right = {(start, end) for start, end, _, true in LABELS.get(path.stem, []) if true}
    supported = [one for one in verify(told["text"], sheet, told["language"]).counted if one.supported]
    assert [one.text for one in supported if (one.start, one.end) not in right] == []
