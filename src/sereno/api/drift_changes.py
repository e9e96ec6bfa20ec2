"""/drift: a check now, new references, decisions on triggers; a key of scope `admin` may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import DECIDING, body, described
from sereno.api.writing import written
from sereno.errors import DriftError
from sereno.query.access import check_origin, check_writer
from sereno.query.drift import decide_named
from sereno.query.drift_messages import CheckMessage, ReferenceMessage, TriggerMessage, check_message, reference_message
from sereno.query.drifting import Monitor, refused
from sereno.query.problems import Problem, not_found
from sereno.query.times import TIME_EXPECTED, parse_time
from sereno.trust.keys import Scope

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


def add_changes(routes: APIRouter, context: Context) -> None:
    """The routes that check, and those that change what is compared and what is done about it."""
    _add_check(routes, context)
    _add_references(routes, context)
    _add_decisions(routes, context)


def _add_check(routes: APIRouter, context: Context) -> None:
    @routes.post("/check", **described("Checks now; a check that fails is an answer with `status` error.", (),
                                       CheckMessage, errors=DECIDING))  # fmt: skip
    async def check(request: Request) -> Response:
        # No body, so no media type: `curl -X POST` is enough.
        check_writer(request.scope["sereno.reader"], _SCOPE, context.options.access)
        check_origin(request.headers, form=False)
        context.read(request, ())
        monitor = _monitor(context)
        return answer(check_message(await context.ask("drift_check", lambda: _doing(monitor.check))))


def _add_references(routes: APIRouter, context: Context) -> None:
    view = context.view

    @routes.post("/references", **described("Freezes the calls of a window as a reference.", (), ReferenceMessage,
                                            errors=DECIDING, body=body(NewReference)))  # fmt: skip
    async def create(request: Request) -> Response:
        said = await written(request, NewReference, _SCOPE, context.options)
        start, end = _time("start", said.start, view.now()), _time("end", said.end, view.now())
        monitor, by = _monitor(context), request.scope["sereno.reader"].name

        def work() -> ReferenceMessage:
            made = monitor.create(said.name, start, end, weekdays=said.weekdays, by=by)
            return reference_message(monitor.use(made.label, by) if said.use else made)

        return answer(await context.ask("drift_create", lambda: _doing(work)), status=201)

    @routes.post("/references/use", **described("Compares with a reference from now on.", (), ReferenceMessage,
                                                errors=DECIDING, body=body(UseReference)))  # fmt: skip
    async def use(request: Request) -> Response:
        said = await written(request, UseReference, _SCOPE, context.options)
        monitor, by = _monitor(context), request.scope["sereno.reader"].name
        done = await context.ask("drift_use", lambda: _doing(lambda: monitor.use(said.reference, by)))
        return answer(reference_message(done))


def _add_decisions(routes: APIRouter, context: Context) -> None:
    async def decided(request: Request, number: str, *, approve: bool) -> Response:
        said = await written(request, Decision, _SCOPE, context.options)
        by = request.scope["sereno.reader"].name
        return answer(
            await context.ask(
                "drift_decide", lambda: decide_named(context.view, number, approve=approve, by=by, note=said.note)
            )
        )

    @routes.post("/triggers/{id}/approve", **described("Approves a trigger: what is set is called.", (),
                                                       TriggerMessage, path=_NUMBER, errors=DECIDING,
                                                       body=body(Decision)))  # fmt: skip
    async def approve(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        return await decided(request, id, approve=True)

    @routes.post("/triggers/{id}/reject", **described("Rejects a trigger.", (), TriggerMessage, path=_NUMBER,
                                                      errors=DECIDING, body=body(Decision)))  # fmt: skip
    async def reject(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        return await decided(request, id, approve=False)


def _monitor(context: Context) -> Monitor:
    if context.monitor is None:
        raise not_found("This keeper watches no drift.")
    return context.monitor


def _doing(work: Callable[[], T]) -> T:
    """What is asked for, or 409 with the sentence that says why not."""
    try:
        return work()
    except DriftError as error:
        raise refused(error) from None


def _time(name: str, text: str, now: float) -> float:
    try:
        return parse_time(text, now)
    except ValueError as error:
        raise Problem("wrong-body", 400, f"{name} is {error}.", expected=TIME_EXPECTED) from None
