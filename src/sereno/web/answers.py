"""Lists of calls that stand beside figures: of what the figures count, calls to models, and of nothing else.

A pull may take an hour and a port scan leaves errors: neither may hide the slow answers and the failed ones.
"""

from __future__ import annotations

import msgspec

from sereno.store.base import CallQuery, Store
from sereno.web.rows import CallRow, call_row


def counted(query: CallQuery) -> CallQuery:
    """The question for what figures count; any calls where it names an operation."""
    return msgspec.structs.replace(query, llm=query.operation is None)


def answers(store: Store, query: CallQuery) -> list[CallRow]:
    """The first calls to models that a question finds, at most `query.limit`."""
    return [call_row(call) for call in store.calls(counted(query)).calls]
