"""What a store must answer, by plain Python lists: slow, short and easy to believe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sereno.calls import Call
from sereno.store.base import CallQuery


def folded_words(text: str) -> set[str]:
    """Words for the texts of these tests: no diacritics, no case, Han by character."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return set(re.findall("[\u4e00-\u9fff]|[^\\W_\u4e00-\u9fff]+", plain))


def matching(calls: Iterable[Call], query: CallQuery, *, aggregate: bool = False) -> list[Call]:
    """The calls that match, in the order of lists."""
    wanted = folded_words(query.search) if query.search else set()

    def fits(call: Call) -> bool:
        at = call.ended_at if aggregate else call.started_at
        sent, got, took = call.usage.input_tokens, call.usage.output_tokens, call.timing.total
        return (
            (query.model is None or (call.model or "") == query.model)
            and (query.user is None or (call.identity.user or "") == query.user)
            and (query.session is None or call.identity.session == query.session)
            and (query.status is None or call.status == query.status)
            and (
                query.operation == call.operation
                or (query.operation is None and not ((aggregate or query.llm) and call.operation == "other"))
            )
            and (query.category is None or (call.category or "") == query.category)
            and (query.key is None or call.identity.key == query.key)
            and (query.client is None or call.identity.client == query.client)
            and (query.error_type is None or call.error_type == query.error_type)
            and (query.start is None or at >= query.start)
            and (query.end is None or at < query.end)
            and (query.min_input_tokens is None or (sent is not None and sent >= query.min_input_tokens))
            and (query.max_input_tokens is None or (sent is not None and sent <= query.max_input_tokens))
            and (query.min_output_tokens is None or (got is not None and got >= query.min_output_tokens))
            and (query.max_output_tokens is None or (got is not None and got <= query.max_output_tokens))
            and (query.min_latency is None or took >= query.min_latency)
            and (query.max_latency is None or took <= query.max_latency)
            and (query.internal is None or bool(call.internal) == query.internal)
            and wanted <= folded_words(call.prompt) | folded_words(call.response)
            and not (query.search and query.search.strip() and not wanted)
        )

    found = sorted((c for c in calls if fits(c)), key=lambda c: (c.started_at, c.id), reverse=query.newest_first)
    figure = FIGURES[query.sort]
    known = [c for c in found if figure(c) is not None]
    known.sort(key=lambda c: figure(c) or 0.0, reverse=query.newest_first)  # stable: ties stay by start and id
    return known + [c for c in found if figure(c) is None]


def tokens(call: Call) -> int | None:
    """Input and output tokens together."""
    parts = [n for n in (call.usage.input_tokens, call.usage.output_tokens) if n is not None]
    return sum(parts) if parts else None


FIGURES: dict[str, Callable[[Call], float | None]] = {
    "started": lambda c: c.started_at,
    "latency": lambda c: c.timing.total,
    "tokens": tokens,
    "cost": lambda c: c.cost_usd,
}


DIMENSIONS: dict[str, Callable[[Call], str | None]] = {
    "model": lambda c: c.model,
    "operation": lambda c: c.operation,
    "status": lambda c: c.status,
    "user": lambda c: c.identity.user,
    "category": lambda c: c.category,
    "session": lambda c: c.identity.session,
    "error_type": lambda c: c.error_type,
}


def grouped(
    calls: Iterable[Call], query: CallQuery, by: Sequence[str] = (), interval: float | None = None, tz: str = "UTC"
) -> dict[tuple[Any, ...], list[Call]]:
    """The calls of each group by (interval's start, dimensions)."""
    groups: dict[tuple[Any, ...], list[Call]] = {}
    for call in matching(calls, query, aggregate=True):
        at = None if interval is None else call.ended_at // interval * interval
        if interval == 86400:
            day = datetime.fromtimestamp(call.ended_at, ZoneInfo(tz)).replace(hour=0, minute=0, second=0, microsecond=0)
            at = day.timestamp()
        groups.setdefault((at, *(DIMENSIONS[d](call) for d in by)), []).append(call)
    if not by and interval is None:
        groups.setdefault((None,), [])
    return groups
