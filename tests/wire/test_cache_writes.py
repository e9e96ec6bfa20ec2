"""Anthropic's prompt caching: what is written to the cache is told apart, by how long it is kept."""

from __future__ import annotations

from typing import Any

import pytest

from sereno.calls import Usage
from sereno.wire.anthropic import usage_of


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        # The example of Anthropic's page on prompt caching ("1-hour cache duration").
        (
            {
                "input_tokens": 2048, "cache_read_input_tokens": 1800, "cache_creation_input_tokens": 248,
                "output_tokens": 503,
                "cache_creation": {"ephemeral_5m_input_tokens": 148, "ephemeral_1h_input_tokens": 100},
            },
            Usage(4096, 1800, 503, None, 248, 100),
        ),
        ({"input_tokens": 5, "cache_creation_input_tokens": 7, "output_tokens": 1}, Usage(12, None, 1, None, 7)),
        ({"input_tokens": 5, "output_tokens": 1, "cache_creation": None}, Usage(5, None, 1)),
        ({"input_tokens": 5, "cache_creation": {"ephemeral_1h_input_tokens": "x"}}, Usage(5)),
        ({"input_tokens": 5, "cache_creation": {"ephemeral_1h_input_tokens": -1}}, Usage(5)),
    ],
)  # fmt: skip
def test_what_went_into_the_cache(told: dict[str, Any], usage: Usage) -> None:
    assert usage_of(told) == usage
