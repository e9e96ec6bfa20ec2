"""One call: the conversation, how the answer came, what it used, both sides as on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from sereno.calls import Call
from sereno.query.detail import CallDetailMessage, detail
from sereno.query.problems import not_found
from sereno.store.base import CallDetail, CallQuery, Cursor, Store
from sereno.web.charts import Chart
from sereno.web.curl import curl, needed_credentials
from sereno.web.excerpt import TEXT_CHARACTERS, excerpt
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.peers import peers
from sereno.web.rows import call_table
from sereno.web.timeline import phases, timeline


class CallPage(CallDetailMessage, frozen=True, gc=False, kw_only=True):
    """One call with everything that is known of it.

    Attributes:
        started_at: epoch seconds.
        previous, following: ids of the calls before and after it in its session, None at an end or without a session.
    """

    started_at: float
    previous: str | None
    following: str | None


def gather(ask: Ask) -> CallPage:
    """The call and everything kept of it.

    Raises:
        Problem: there is no such call.
    """
    stored = _stored(ask)
    whole = detail(stored, ask.view.why_category)
    return CallPage(
        **{name: getattr(whole, name) for name in CallDetailMessage.__struct_fields__},
        started_at=stored.call.started_at,
        previous=neighbour(ask.view.store, stored.call, newest_first=True),
        following=neighbour(ask.view.store, stored.call, newest_first=False),
    )


def _stored(ask: Ask) -> CallDetail:
    text = ask.path["id"]
    try:
        stored = ask.view.store.call(str(UUID(text)))
    except ValueError:
        stored = None
    if stored is None:
        raise not_found(f"There is no call {text[:100]!r}; retention may have removed it.")
    return stored


def neighbour(store: Store, call: Call, *, newest_first: bool) -> str | None:
    """Id of the call of the same session before this one (or after it), None at the end."""
    if call.identity.session is None:
        return None
    query = CallQuery(session=call.identity.session, internal=None, limit=1, newest_first=newest_first)
    found = store.calls(msgspec.structs.replace(query, cursor=Cursor(call.started_at, call.id))).calls
    return found[0].id if found else None


def shape(content: CallPage, look: Look) -> Mapping[str, Any]:
    """The drawing of the answer's chunks, what a page can hold of the texts, the command that repeats the call."""
    return {
        "talk": excerpt(content.messages or ()),
        "raw_most": TEXT_CHARACTERS,
        "drawn": timeline(content.timeline, content.timing.total),
        "phases": phases(content.timing),
        "command": curl(content.method, content.path, content.request, look.base),
        "left_out": needed_credentials(content.request),
    }


def beside(ask: Ask, look: Look) -> list[Chart]:
    """The call beside those of its model before it.

    Raises:
        Problem: there is no such call.
    """
    return peers(ask, look, _stored(ask).call)


def table(content: CallPage) -> Table:
    """The call in the columns of exports, its texts whole."""
    return call_table([content])


PAGES = (
    Page(
        name="call", path="/calls/{id}", template="call.html", section="calls", fields=(), gather=gather, shape=shape,
        table=table, figures=beside,
    ),
)  # fmt: skip
