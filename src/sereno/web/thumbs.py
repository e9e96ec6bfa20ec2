"""The thumbs of explanations: plain forms, so that they work without a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sereno.errors import QueryError
from sereno.query.access import check_origin, check_writer
from sereno.query.problems import not_found
from sereno.query.view import KeeperView
from sereno.store.ledger.explanations import give_feedback
from sereno.web.forms import form

BACK = "/sereno/explanations"
_NOTE_MOST = 2_000


def judging(view: KeeperView, state: State) -> Callable[[Request], Awaitable[Response]]:
    """The answer to the form: what a person thought is noted, the browser goes back to the page it came from.

    Args:
        view: the keeper.
        state: of the application that `sereno.api.app.create_app` made: its pool and its rules of access.
    """

    async def answer(request: Request) -> Response:
        check_writer(request.scope["sereno.reader"], "read", state.access)
        check_origin(request.headers, form=True)
        given = form(request.headers.get("content-type", ""), await request.body(), "score and back")
        score = {"1": 1, "-1": -1}.get(given.get("score", ""))
        if score is None:
            raise QueryError("score", f"score is {given.get('score', '')[:20]!r}; expected 1 or -1", "1 or -1")
        identity = request.path_params["id"][:36]
        note = given.get("note", "")[:_NOTE_MOST]

        def keep() -> bool:
            if view.ledger is None:
                return False
            with view.ledger.write() as connection:
                return give_feedback(connection, identity, score=score, note=note, now=view.now())

        if not await state.pool.run("explain_feedback", keep):
            raise not_found(f"There is no explanation {identity!r}.")
        back = given.get("back", BACK)
        path = back.partition("?")[0]
        return RedirectResponse(back if path in {BACK, f"{BACK}/{identity}"} else BACK, 303)

    return answer
