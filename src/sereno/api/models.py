"""GET /analytics/models: per model figures and radar scores."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.query.fields import FILTERS
from sereno.query.quality import known_quality
from sereno.query.rows import ModelList, model_list


def router(context: Context) -> APIRouter:
    """The route of models."""
    routes = APIRouter(prefix="/analytics", tags=["models"])
    view = context.view

    @routes.get("/models", **described("Models with calls, most used first, with radar scores.", FILTERS, ModelList))
    async def models(request: Request) -> Response:
        query = context.read(request, FILTERS).query()

        def ask() -> ModelList:
            quality = known_quality(view.ledger, view.now())
            return model_list(view.store, context.resolved(query), quality)

        return answer(await context.ask("models", ask))

    return routes
