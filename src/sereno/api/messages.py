"""GET /analytics/messages and /analytics/messages/{id}: calls in a list, and one call whole."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.query.cursor import encode_cursor
from sereno.query.detail import CallDetailMessage, detail
from sereno.query.fields import FILTERS, PAGING
from sereno.query.message import CallMessage, message
from sereno.query.paging import address, next_link
from sereno.query.problems import not_found
from sereno.store.base import Page

FIELDS = (*FILTERS, *PAGING)


def canonical_id(text: str) -> str | None:
    """The id as the record writes it, None if it is no UUID."""
    try:
        return str(UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def next_page(request: Request, page: Page) -> dict[str, str]:
    """The Link header of a page of calls, none on the last."""
    if page.next is None:
        return {}
    changed = {"cursor": encode_cursor(page.next), "offset": None}
    return {"Link": next_link(address(request.url.path, request.query_params.multi_items(), changed))}


def router(context: Context) -> APIRouter:
    """The routes of calls."""
    routes = APIRouter(prefix="/analytics", tags=["messages"])

    @routes.get("/messages", **described("Calls in the order asked for; the next page is in the Link header.", FIELDS,
                                         list[CallMessage]))  # fmt: skip
    async def messages(request: Request) -> Response:
        query = context.read(request, FIELDS).query()
        page = await context.ask("messages", lambda: context.view.store.calls(context.resolved(query)))
        return answer([message(call) for call in page.calls], headers=next_page(request, page))

    whole = described(
        "One call with its bodies, conversation and timeline.",
        (),
        CallDetailMessage,
        path={"call_id": "Id of the call, a UUID."},
    )

    @routes.get("/messages/{call_id}", **whole)
    async def one(request: Request, call_id: str) -> Response:
        context.read(request, ())
        asked = canonical_id(call_id)
        stored = None if asked is None else await context.ask("message", lambda: context.view.store.call(asked))
        if stored is None:
            raise not_found(f"There is no call {call_id[:100]!r}; retention may have removed it.")
        return answer(await context.ask("message_detail", lambda: detail(stored, context.view.why_category)))

    return routes
