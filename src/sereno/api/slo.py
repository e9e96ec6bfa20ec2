"""GET /sereno/api/slo: how the objectives stand by the record, without Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.query.objectives import ObjectiveMessage, objective_message, status_of


def router(context: Context) -> APIRouter:
    """The route of objectives."""
    routes = APIRouter(prefix="/sereno/api", tags=["watchman"])
    view = context.view

    @routes.get("/slo", **described("How each objective stands: attained, budget left, burn rates.", (),
                                    list[ObjectiveMessage]))  # fmt: skip
    async def slo(request: Request) -> Response:
        context.read(request, ())

        def ask() -> list[ObjectiveMessage]:
            return [objective_message(one) for one in status_of(view.store, view.objectives(), view.now())]

        return answer(await context.ask("slo", ask))

    return routes
