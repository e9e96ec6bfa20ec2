"""The buttons of a trigger of fine-tuning: a plain form, so that they work without a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sereno.query.access import check_origin, check_writer
from sereno.query.drift import decide_named
from sereno.query.problems import Problem
from sereno.query.view import KeeperView
from sereno.web.forms import form

BACK = "/sereno/drift"


def deciding(view: KeeperView, state: State) -> Callable[[Request], Awaitable[Response]]:
    """The answer to the form: the trigger is decided, the browser goes back to the page it came from.

    Args:
        view: the keeper.
        state: of the application that `sereno.api.app.create_app` made: its pool and its rules of access.
    """

    async def answer(request: Request) -> Response:
        reader = request.scope["sereno.reader"]
        check_writer(reader, "admin", state.access)
        check_origin(request.headers, form=True)
        given = form(request.headers.get("content-type", ""), await request.body(), "decision and back")
        decision, number = given.get("decision", ""), request.path_params["number"]
        if decision not in {"approve", "reject"}:
            raise Problem("wrong-body", 400, f"The decision is {decision[:20]!r}.", expected="approve or reject")

        def work() -> None:
            decide_named(view, number, approve=decision == "approve", by=reader.name, note="")

        await state.pool.run("drift_decide", work)
        back = given.get("back", BACK)
        return RedirectResponse(back if back.partition("?")[0] == BACK else BACK, 303)

    return answer
