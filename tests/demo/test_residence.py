"""keep_alive in every form Ollama takes."""

from __future__ import annotations

import math

import pytest

from sereno.demo.answers import ApiError
from sereno.demo.residence import keep_alive


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (None, 300), ("", 300), (0, 0), ("0", 0), (5, 5), (1.5, 1.5), ("10m", 600), ("1h30m", 5400), ("500ms", 0.5),
        ("24h", 86400), (-1, math.inf), ("-1", math.inf), ("-1m", math.inf), ("60", 60),
    ],
)  # fmt: skip
def test_keep_alive_in_seconds(asked: object, seconds: float) -> None:
    assert keep_alive(asked) == seconds


@pytest.mark.parametrize("asked", ["soon", "5 parsecs", "1h3", [], {}])
def test_nonsense_is_named(asked: object) -> None:
    with pytest.raises(ApiError, match="invalid duration"):
        keep_alive(asked)
