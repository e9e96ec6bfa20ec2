"""One call: the conversation, how the answer came, what it used, both sides as on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sereno.query.detail import CallDetailMessage, detail
from sereno.query.problems import not_found
from sereno.query.times import parse_time
from sereno.web.page import Ask, Look, Page
from sereno.web.timeline import timeline


def gather(ask: Ask) -> CallDetailMessage:
    """The call and everything kept of it.

    Raises:
        Problem: there is no such call.
    """
    text = ask.path["id"]
    try:
        stored = ask.view.store.call(str(UUID(text)))
    except ValueError:
        stored = None
    if stored is None:
        raise not_found(f"There is no call {text[:100]!r}; retention may have removed it.")
    return detail(stored)


def shape(content: CallDetailMessage, look: Look) -> Mapping[str, Any]:  # noqa: ARG001  # nothing depends on the reader
    """The drawing of the answer's chunks."""
    return {
        "started_at": parse_time(content.timestamp, 0.0),
        "drawn": timeline(content.timeline, content.timing.total),
    }


PAGES = (
    Page(
        name="call", path="/calls/{id}", template="call.html", section="calls", fields=(), gather=gather, shape=shape,
    ),
)  # fmt: skip
