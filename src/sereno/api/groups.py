"""GET /analytics/groups: calls by any dimension, over time where an interval is given."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.query.fields import BY, FILTERS, GROUP_INTERVAL, GROUPS, TIMEZONE
from sereno.query.groups import Grouped, grouped

_FIELDS = (*FILTERS, BY, GROUPS, GROUP_INTERVAL, TIMEZONE)


def router(context: Context) -> APIRouter:
    """The route of groups."""
    routes = APIRouter(prefix="/analytics", tags=["aggregations"])
    view = context.view

    @routes.get("/groups", **described("Totals, rates and percentiles by any dimension; times bound the end "
                                       "of calls.", _FIELDS, Grouped))  # fmt: skip
    async def groups(request: Request) -> Response:
        values = context.read(request, _FIELDS)
        query, by, limit = values.query(), values.get(BY), values.get(GROUPS)
        interval, tz = values.get(GROUP_INTERVAL), values.get(TIMEZONE)
        return answer(
            await context.ask(
                "groups",
                lambda: grouped(view.store, context.resolved(query), by, limit, interval, tz, view.now()),
            )
        )

    return routes
