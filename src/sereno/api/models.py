"""GET /analytics/models: per model figures and radar scores."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.query.fields import FILTERS
from sereno.query.rows import ModelList, model_list


def router(context: Context) -> APIRouter:
    """The route of models."""
    routes = APIRouter(prefix="/analytics", tags=["models"])

    @routes.get("/models", **described("Models with calls, most used first, with radar scores.", FILTERS, ModelList))
    async def models(request: Request) -> Response:
        query = context.read(request, FILTERS).query()
        return answer(await context.ask("models", lambda: model_list(context.view.store, context.resolved(query))))

    return routes
