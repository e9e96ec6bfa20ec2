"""The button of the page of alerts: a plain form, so that it works without a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sereno.query.access import check_origin, check_writer
from sereno.query.alerts import Taking, checked, ledger_of
from sereno.query.problems import not_found
from sereno.query.view import KeeperView
from sereno.store.ledger.alerts import acknowledge, episode
from sereno.web.forms import form

BACK = "/sereno/alerts"


def acknowledging(view: KeeperView, state: State) -> Callable[[Request], Awaitable[Response]]:
    """The answer to the form: the alert is taken up, the browser goes back to the page it came from.

    Args:
        view: the keeper.
        state: of the application that `sereno.api.app.create_app` made: its pool and its rules of access.
    """

    async def answer(request: Request) -> Response:
        reader = request.scope["sereno.reader"]
        check_writer(reader, "alerts", state.access)
        check_origin(request.headers, form=True)
        given = form(request.headers.get("content-type", ""), await request.body(), "by, note and back")
        said = Taking(by=given.get("by", ""), note=given.get("note", ""))
        taking = checked(said, None if reader.key is None else reader.key.name)
        number = request.path_params["number"]

        def take() -> None:
            if not (number.isascii() and number.isdigit() and len(number) < 10):
                raise not_found(f"There is no alert {number[:20]!r}.")
            with ledger_of(view).write() as connection:
                if episode(connection, int(number)) is None:
                    raise not_found(f"There is no alert {number}.")
                acknowledge(connection, [int(number)], by=taking.by, note=taking.note, now=view.now())

        await state.pool.run("alert_acknowledge", take)
        back = given.get("back", BACK)
        return RedirectResponse(back if back.partition("?")[0] == BACK else BACK, 303)

    return answer
