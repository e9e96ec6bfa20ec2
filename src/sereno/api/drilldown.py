"""GET /analytics/sessions, /analytics/sessions/{id}, /analytics/users: drilling down from the totals."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.api.messages import next_page
from sereno.query.fields import FILTERS, PAGING, ROWS, SESSION_SORT, USER_SORT
from sereno.query.message import CallMessage, message
from sereno.query.paging import address, next_link
from sereno.query.parameters import OLDEST
from sereno.query.problems import not_found
from sereno.query.rows import SessionMessage, UserMessage, session_message, user_message
from sereno.store.base import CallQuery, Page, SessionRow

_SESSIONS = (*FILTERS, *ROWS, SESSION_SORT)
_USERS = (*FILTERS, *ROWS, USER_SORT)
_OF_ONE = (*(f for f in FILTERS if f.name != "session"), *PAGING)


class SessionDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation and a page of its calls, oldest first."""

    session: SessionMessage
    messages: list[CallMessage]


def _next_rows(request: Request, query: CallQuery, got: int) -> dict[str, str]:
    """The Link header of a list paged by offset: a full page may have a next one."""
    if got < query.limit:
        return {}
    changed = {"offset": str(query.offset + query.limit)}
    return {"Link": next_link(address(request.url.path, request.query_params.multi_items(), changed))}


def router(context: Context) -> APIRouter:
    """The routes of conversations and users."""
    routes = APIRouter(prefix="/analytics")
    store = context.view.store

    @routes.get("/sessions", tags=["sessions"],
                **described("Conversations that have a matching call, whole.", _SESSIONS,
                            list[SessionMessage]))  # fmt: skip
    async def sessions(request: Request) -> Response:
        values = context.read(request, _SESSIONS)
        query = values.query()
        rows = await context.ask("sessions", lambda: store.sessions(context.resolved(query), values.get(SESSION_SORT)))
        return answer([session_message(row) for row in rows], headers=_next_rows(request, query, len(rows)))

    @routes.get("/sessions/{session}", tags=["sessions"],
                **described("One conversation and its calls, oldest first.", _OF_ONE, SessionDetail,
                            path={"session": "Id of the conversation."}))  # fmt: skip
    async def one(request: Request, session: str) -> Response:
        values = context.read(request, _OF_ONE)
        oldest = values.given.get("order", "oldest") in OLDEST
        query = msgspec.structs.replace(values.query(), session=session, newest_first=not oldest)

        def ask() -> tuple[SessionRow, Page] | None:
            rows = store.sessions(CallQuery(session=session, limit=1, internal=None))
            return (rows[0], store.calls(context.resolved(query))) if rows else None

        found = await context.ask("session", ask)
        if found is None:
            raise not_found(f"There is no conversation {session[:100]!r}; retention may have removed it.")
        row, page = found
        body = SessionDetail(session=session_message(row), messages=[message(call) for call in page.calls])
        return answer(body, headers=next_page(request, page))

    @routes.get("/users", tags=["users"], **described("Users with the sums of their matching calls.", _USERS,
                                                        list[UserMessage]))  # fmt: skip
    async def users(request: Request) -> Response:
        values = context.read(request, _USERS)
        query = values.query()
        rows = await context.ask("users", lambda: store.users(context.resolved(query), values.get(USER_SORT)))
        return answer([user_message(row) for row in rows], headers=_next_rows(request, query, len(rows)))

    return routes
