"""The frozen reference: the same bytes for the same data, and what was edited by hand is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from sereno.drift.compare import compare
from sereno.drift.reference import MOST_CATEGORIES, Reference, freeze


@pytest.fixture
def reference() -> Reference:
    rng = np.random.default_rng(0)
    return freeze({"latency": rng.lognormal(size=500), "model": rng.choice(["a", "b"], 500)})


def test_it_survives_json(reference: Reference) -> None:
    again = Reference.from_json(reference.to_json())
    assert again == reference
    assert again.digest == reference.digest
    current: dict[str, Any] = {"latency": np.random.default_rng(1).lognormal(size=200), "model": ["a"] * 200}
    assert compare(again, current).results[0].psi == compare(reference, current).results[0].psi


def test_the_digest_names_the_content(reference: Reference) -> None:
    assert len(reference.digest) == 64
    other = freeze({"latency": np.arange(500.0), "model": ["a"] * 500})
    assert other.digest != reference.digest


def test_rows_in_another_order_are_the_same_reference() -> None:
    rng = np.random.default_rng(2)
    values, names = rng.normal(size=300), rng.choice(["x", "y", "z"], 300)
    order = rng.permutation(300)
    assert freeze({"v": values, "n": names}).digest == freeze({"v": values[order], "n": names[order]}).digest


@pytest.mark.parametrize("document", [b"", b"[]", b"{}", b'{"features": 1, "version": 1}', b"\xff"])
def test_what_is_none_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match="no frozen reference"):
        Reference.from_json(document)


def test_a_newer_version_is_refused(reference: Reference) -> None:
    document = msgspec.json.encode(msgspec.structs.replace(reference, version=2))
    with pytest.raises(ValueError, match="version 2, expected 1"):
        Reference.from_json(document)


@pytest.mark.parametrize(
    ("before", "after"),
    [(b'"missing":0', b'"missing":9999'), (b'"counts":[', b'"counts":[7,'), (b'"counts":[', b'"counts":[-7,')],
)
def test_a_damaged_one_is_refused(reference: Reference, before: bytes, after: bytes) -> None:
    assert before in reference.to_json()
    with pytest.raises(ValueError, match="is damaged"):
        Reference.from_json(reference.to_json().replace(before, after, 1))


def test_endless_categories_are_bounded() -> None:
    feature = freeze({"id": [f"id-{n}" for n in range(MOST_CATEGORIES + 500)]}).features[0]
    assert len(feature.categories) == MOST_CATEGORIES
    assert feature.others == 500
