"""Features of calls that are read from their texts: the language of the prompt, whether the answer refuses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sereno.calls import Call
from sereno.drift.live import MOST_ROWS, TextFeature
from sereno.quality.language import language_of
from sereno.quality.refusal import refuses


@lru_cache(maxsize=MOST_ROWS)
def _language(prompt: str) -> str:
    return language_of(prompt) or "unclear"


def _prompt_language(call: Call) -> str | None:
    return _language(call.prompt) if call.prompt else None


def _refusal(call: Call) -> str | None:
    return None if not call.response else "yes" if refuses(call.response) else "no"


TEXTS: Mapping[str, TextFeature] = {"language": _prompt_language, "refusal": _refusal}
"""Features that are read from texts."""
