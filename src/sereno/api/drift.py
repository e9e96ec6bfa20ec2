"""/drift: how traffic differs from the reference: summary, checks, features, events, references, triggers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import body, described
from sereno.api.writing import written
from sereno.errors import DriftError
from sereno.query.access import check_origin, check_writer
from sereno.query.drift import (
    CheckMessage,
    DriftSummary,
    EventMessage,
    FeatureMessage,
    ReferenceMessage,
    TriggerMessage,
    check_list,
    check_message,
    decide,
    drift_ledger,
    event_list,
    feature_list,
    reference_list,
    reference_message,
    summary,
    trigger_list,
)
from sereno.query.drifting import Monitor
from sereno.query.fields import LIMIT, OFFSET, Field
from sereno.query.problems import Problem, not_found
from sereno.query.times import TIME_EXPECTED, parse_time
from sereno.trust.keys import Scope

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
_ERRORS = (400, 401, 403, 404, 429, 503)
_CHANGING = (400, 401, 403, 404, 409, 415, 429, 503)
_NUMBER = {"id": "Number of the trigger."}
_SCOPE: Scope = "admin"
T = TypeVar("T")


class NewReference(msgspec.Struct, frozen=True):
    """A reference to be made.

    Attributes:
        name: letters, digits, dots, underscores, hyphens; the same name again makes its next version.
        start, end: the calls that it is made of: RFC 3339, epoch seconds or an age such as 14d.
        weekdays: whether each weekday has a reference of its own.
        use: whether checks compare with it from now on.
    """

    name: str
    start: str = "7d"
    end: str = "now"
    weekdays: bool = False
    use: bool = True


class UseReference(msgspec.Struct, frozen=True):
    """Which reference checks compare with: `NAME@VERSION`, or `NAME` for its newest version."""

    reference: str


class Decision(msgspec.Struct, frozen=True):
    """Why a trigger was approved or rejected."""

    note: str = ""


def router(context: Context) -> APIRouter:
    """The routes of drift."""
    routes = APIRouter(prefix="/drift", tags=["drift"])
    view = context.view

    @routes.get("/summary", **described("How it stands: verdict, headline figures, latest events.", (), DriftSummary,
                                        errors=_ERRORS))  # fmt: skip
    async def summary_(request: Request) -> Response:
        context.read(request, ())
        return answer(await context.ask("drift_summary", lambda: summary(drift_ledger(view))))

    @routes.get("/metrics", **described("Checks, the newest first.", (DAYS,), list[CheckMessage], errors=_ERRORS))
    async def metrics(request: Request) -> Response:
        days = context.read(request, (DAYS,)).get(DAYS) or 7
        since = view.now() - float(days) * DAY
        return answer(await context.ask("drift_metrics", lambda: check_list(drift_ledger(view), since, 10_000)))

    @routes.post("/check", **described("Checks now; a check that fails is an answer with `status` error.", (),
                                       CheckMessage, errors=_CHANGING))  # fmt: skip
    async def check(request: Request) -> Response:
        # No body, so no media type: `curl -X POST` is enough.
        check_writer(request.scope["sereno.reader"], _SCOPE, context.options.access)
        check_origin(request.headers, form=False)
        context.read(request, ())
        monitor = _monitor(context)
        return answer(check_message(await context.ask("drift_check", lambda: _doing(monitor.check))))

    @routes.get("/features", **described("What a check found, feature by feature, the most important first.",
                                         (CHECK, MODEL), list[FeatureMessage], errors=_ERRORS))  # fmt: skip
    async def features(request: Request) -> Response:
        values = context.read(request, (CHECK, MODEL))
        number, model = values.get(CHECK), values.get(MODEL)
        return answer(await context.ask("drift_features", lambda: feature_list(drift_ledger(view), number, model)))

    @routes.get("/events", **described("What happened, the newest first.", (EVENT_DAYS, LIMIT, OFFSET),
                                       list[EventMessage], errors=_ERRORS))  # fmt: skip
    async def events(request: Request) -> Response:
        values = context.read(request, (EVENT_DAYS, LIMIT, OFFSET))
        since = view.now() - float(values.get(EVENT_DAYS) or 90) * DAY
        limit, offset = int(values.get(LIMIT) or 100), int(values.get(OFFSET) or 0)
        return answer(await context.ask("drift_events", lambda: event_list(drift_ledger(view), since, limit, offset)))

    @routes.get("/references", **described("Frozen references, the newest first.", (), list[ReferenceMessage],
                                           errors=_ERRORS))  # fmt: skip
    async def references(request: Request) -> Response:
        context.read(request, ())
        return answer(await context.ask("drift_references", lambda: reference_list(drift_ledger(view))))

    @routes.post("/references", **described("Freezes the calls of a window as a reference.", (), ReferenceMessage,
                                            errors=_CHANGING, body=body(NewReference)))  # fmt: skip
    async def create(request: Request) -> Response:
        said = await written(request, NewReference, _SCOPE, context.options)
        start, end = _time("start", said.start, view.now()), _time("end", said.end, view.now())
        monitor, by = _monitor(context), _actor(request)

        def work() -> ReferenceMessage:
            made = monitor.create(said.name, start, end, weekdays=said.weekdays, by=by)
            return reference_message(monitor.use(made.label, by) if said.use else made)

        return answer(await context.ask("drift_create", lambda: _doing(work)), status=201)

    @routes.post("/references/use", **described("Compares with a reference from now on.", (), ReferenceMessage,
                                                errors=_CHANGING, body=body(UseReference)))  # fmt: skip
    async def use(request: Request) -> Response:
        said = await written(request, UseReference, _SCOPE, context.options)
        monitor, by = _monitor(context), _actor(request)
        done = await context.ask("drift_use", lambda: _doing(lambda: monitor.use(said.reference, by)))
        return answer(reference_message(done))

    @routes.get("/triggers", **described("Triggers of fine-tuning, the newest first.", (STATUS,),
                                         list[TriggerMessage], errors=_ERRORS))  # fmt: skip
    async def triggers(request: Request) -> Response:
        status = context.read(request, (STATUS,)).get(STATUS)
        return answer(await context.ask("drift_triggers", lambda: trigger_list(drift_ledger(view), status)))

    @routes.post("/triggers/{id}/approve", **described("Approves a trigger: what is set is called.", (),
                                                       TriggerMessage, path=_NUMBER, errors=_CHANGING,
                                                       body=body(Decision)))  # fmt: skip
    async def approve(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        return await decided(request, id, approve=True)

    @routes.post("/triggers/{id}/reject", **described("Rejects a trigger.", (), TriggerMessage, path=_NUMBER,
                                                      errors=_CHANGING, body=body(Decision)))  # fmt: skip
    async def reject(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        return await decided(request, id, approve=False)

    async def decided(request: Request, number: str, *, approve: bool) -> Response:
        said = await written(request, Decision, _SCOPE, context.options)
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise not_found(f"There is no trigger {number[:20]!r}.")
        by = _actor(request)
        return answer(await context.ask("drift_decide", lambda: _doing(lambda: decide(
            drift_ledger(view), int(number), approve=approve, by=by, note=said.note, now=view.now()))))  # fmt: skip

    return routes


def _monitor(context: Context) -> Monitor:
    if context.monitor is None:
        raise not_found("This keeper watches no drift.")
    return context.monitor


def _doing(work: Callable[[], T]) -> T:
    """What is asked for, or 409 with the sentence that says why not."""
    try:
        return work()
    except DriftError as error:
        raise Problem("drift-refused", 409, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None


def _time(name: str, text: str, now: float) -> float:
    try:
        return parse_time(text, now)
    except ValueError as error:
        raise Problem("wrong-body", 400, f"{name} is {error}.", expected=TIME_EXPECTED) from None


def _actor(request: Request) -> str:
    """Who asks, as events tell: the key's name, or the address."""
    reader = request.scope["sereno.reader"]
    return str(reader.peer) if reader.key is None else str(reader.key.name)
