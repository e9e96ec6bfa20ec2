"""The category of a call: its prompt and what else it tells. Only LLM requests have one."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sereno.calls import Call
from sereno.categories.categorise import Categoriser, Verdict


def hints_of(call: Call) -> tuple[str, ...]:
    """The hints (`hints.HINTS`) that a call gives."""
    found = []
    if call.operation == "embeddings":
        found.append("@embeddings")
    if call.tool_calls:
        found.append("@tools")
    if call.images:
        found.append("@images")
    return tuple(found)


def category_of(call: Call, categoriser: Categoriser) -> str | None:
    """The call's category, None if it is no LLM request."""
    return categoriser.name(call.prompt, hints_of(call)) if call.is_llm else None


def verdict_of(call: Call, categoriser: Categoriser) -> Verdict | None:
    """The same with its evidence."""
    return categoriser.verdict(call.prompt, hints_of(call)) if call.is_llm else None


def categorised(categoriser: Categoriser) -> Callable[[Call], Call]:
    """The function that gives a call its category (`keeper.enrich.Enricher`)."""

    def enrich(call: Call) -> Call:
        return msgspec.structs.replace(call, category=category_of(call, categoriser))

    return enrich
