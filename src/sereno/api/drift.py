"""/drift: how traffic differs from the reference: summary, checks, features, events, references, triggers."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import ASKING, described
from sereno.api.drift_changes import add_changes
from sereno.query.drift import check_list, drift_ledger, event_list, feature_list, reference_list, summary, trigger_list
from sereno.query.drift_messages import (
    CheckMessage,
    DriftSummary,
    EventMessage,
    FeatureMessage,
    ReferenceMessage,
    TriggerMessage,
)
from sereno.query.fields import LIMIT, OFFSET, Field

DAY = 86_400.0
DAYS = Field(name="days", kind="integer", help="How many days back.", minimum=1, maximum=36_500, default=7,
             example="30")  # fmt: skip
EVENT_DAYS = Field(name="days", kind="integer", help="How many days back.", minimum=1, maximum=36_500, default=90,
                   example="7")  # fmt: skip
CHECK = Field(name="check", kind="integer", help="Number of the check; left out, the last one that did not fail.",
              minimum=1, maximum=2**31 - 1, example="12")  # fmt: skip
MODEL = Field(name="model", kind="name", help="Calls of this model; empty for all calls together.", maximum=256,
              example="llama3.2:latest")  # fmt: skip
STATUS = Field(name="status", kind="choice", help="Triggers in this state.",
               choices=("pending", "approved", "rejected", "running", "succeeded", "failed"),
               example="pending")  # fmt: skip
MOST_CHECKS = 10_000


def router(context: Context) -> APIRouter:
    """The routes of drift."""
    routes = APIRouter(prefix="/drift", tags=["drift"])
    _add_checks(routes, context)
    _add_lists(routes, context)
    add_changes(routes, context)
    return routes


def _add_checks(routes: APIRouter, context: Context) -> None:
    """What checks found."""
    view = context.view

    @routes.get("/summary", **described("How it stands: verdict, headline figures, latest events.", (), DriftSummary,
                                        errors=ASKING))  # fmt: skip
    async def summary_(request: Request) -> Response:
        context.read(request, ())
        return answer(await context.ask("drift_summary", lambda: summary(drift_ledger(view))))

    @routes.get("/metrics", **described("Checks, the newest first.", (DAYS,), list[CheckMessage], errors=ASKING))
    async def metrics(request: Request) -> Response:
        days = context.read(request, (DAYS,)).get(DAYS) or 7
        since = view.now() - float(days) * DAY
        return answer(await context.ask("drift_metrics", lambda: check_list(drift_ledger(view), since, MOST_CHECKS)))

    @routes.get("/features", **described("What a check found, feature by feature, the most important first.",
                                         (CHECK, MODEL), list[FeatureMessage], errors=ASKING))  # fmt: skip
    async def features(request: Request) -> Response:
        values = context.read(request, (CHECK, MODEL))
        number, model = values.get(CHECK), values.get(MODEL)
        return answer(await context.ask("drift_features", lambda: feature_list(drift_ledger(view), number, model)))


def _add_lists(routes: APIRouter, context: Context) -> None:
    """What happened, what is compared with, what is to be done."""
    view = context.view

    @routes.get("/events", **described("What happened, the newest first.", (EVENT_DAYS, LIMIT, OFFSET),
                                       list[EventMessage], errors=ASKING))  # fmt: skip
    async def events(request: Request) -> Response:
        values = context.read(request, (EVENT_DAYS, LIMIT, OFFSET))
        since = view.now() - float(values.get(EVENT_DAYS) or 90) * DAY
        limit, offset = int(values.get(LIMIT) or 100), int(values.get(OFFSET) or 0)
        return answer(await context.ask("drift_events", lambda: event_list(drift_ledger(view), since, limit, offset)))

    @routes.get("/references", **described("Frozen references, the newest first.", (), list[ReferenceMessage],
                                           errors=ASKING))  # fmt: skip
    async def references(request: Request) -> Response:
        context.read(request, ())
        return answer(await context.ask("drift_references", lambda: reference_list(drift_ledger(view))))

    @routes.get("/triggers", **described("Triggers of fine-tuning, the newest first.", (STATUS,),
                                         list[TriggerMessage], errors=ASKING))  # fmt: skip
    async def triggers(request: Request) -> Response:
        status = context.read(request, (STATUS,)).get(STATUS)
        return answer(await context.ask("drift_triggers", lambda: trigger_list(drift_ledger(view), status)))
