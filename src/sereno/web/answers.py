"""Lists of calls that stand beside figures: of what the figures count, calls to models, and of nothing else.

A pull may take an hour and a port scan leaves errors: neither may hide the slow answers and the failed ones.
"""

from __future__ import annotations

import msgspec

from sereno.store.base import CallQuery, Store
from sereno.web.rows import CallRow, call_row

ROUNDS = (2, 8, 32)
"""How many times the rows that are wanted are looked at, one round after another while too few are found."""


def answers(store: Store, query: CallQuery) -> list[CallRow]:
    """The first calls to models that a question finds, at most `query.limit`; any calls where it names an operation."""
    if query.operation is not None:
        return [call_row(call) for call in store.calls(query).calls]
    found: list[CallRow] = []
    offset = query.offset
    for times in ROUNDS:
        asked = msgspec.structs.replace(query, offset=offset, limit=times * query.limit)
        calls = store.calls(asked).calls
        found += [call_row(call) for call in calls if call.is_llm]
        offset += len(calls)
        if len(found) >= query.limit or len(calls) < asked.limit:
            break
    return found[: query.limit]
