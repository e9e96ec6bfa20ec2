"""/sereno/api/alerts: what fires and fired, reported by Alertmanager or Grafana, taken up by people."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.alerts.intake import Payload, reports
from sereno.api.context import Context, answer
from sereno.api.describe import ASKING, TELLING, body, described
from sereno.api.writing import written
from sereno.query.alerts import FIELDS, AlertMessage, Taking, alert_message, checked, filter_of, ledger_of
from sereno.query.paging import address, next_link
from sereno.query.problems import not_found
from sereno.store.ledger import alerts

_NUMBER = {"id": "Number of the alert."}


class Received(msgspec.Struct, frozen=True):
    """How many alerts a report held."""

    alerts: int


def router(context: Context) -> APIRouter:
    """The routes of alerts."""
    routes = APIRouter(prefix="/sereno/api/alerts", tags=["alerts"])
    _add_reports(routes, context)  # before `/{id}`, which would take their words for a number
    _add_reading(routes, context)
    _add_taking(routes, context)
    return routes


def _add_reading(routes: APIRouter, context: Context) -> None:
    """What fires and fired."""
    view = context.view

    @routes.get("", **described("Alerts, the last begun first.", FIELDS, list[AlertMessage], errors=ASKING))
    async def list_(request: Request) -> Response:
        values = context.read(request, FIELDS)
        query = values.query()
        wanted = filter_of(values, query.start, query.end)

        def ask() -> list[AlertMessage]:
            with ledger_of(view).read() as connection:
                found = alerts.episodes(connection, wanted, limit=query.limit, offset=query.offset)
            return [alert_message(one, view.now()) for one in found]

        rows = await context.ask("alerts", ask)
        return answer(rows, headers=_next(request, query.offset + query.limit, full=len(rows) == query.limit))

    @routes.get("/{id}", **described("One alert.", (), AlertMessage, path=_NUMBER))
    async def one(request: Request, id: str) -> Response:  # noqa: A002  as the path has it
        context.read(request, ())
        return answer(await context.ask("alert", lambda: _one(context, id)))


def _add_reports(routes: APIRouter, context: Context) -> None:
    """What Alertmanager and Grafana report."""
    view = context.view

    @routes.post("/webhook", status_code=200,
                 **described("Takes reports as Alertmanager (version 4) and Grafana post them; the same report twice "
                             "changes nothing.", (), Received, errors=TELLING, body=body(Payload)))  # fmt: skip
    async def webhook(request: Request) -> Response:
        payload = await written(request, Payload, "alerts", context.options)

        def keep() -> int:
            with ledger_of(view).write() as connection:
                return alerts.record(connection, reports(payload, view.now()), view.now())

        return answer(Received(await context.ask("alerts_record", keep)))

    @routes.post("/told", status_code=200,
                 **described("Takes what people were just told, as Alertmanager and Grafana post it: an explanation of "
                             "what is new follows within 60 s, if explanations are wanted.", (), Received,
                             errors=TELLING, body=body(Payload)))  # fmt: skip
    async def told(request: Request) -> Response:
        payload = await written(request, Payload, "alerts", context.options)
        if context.follow is None:
            return answer(Received(0))
        firing = [report for report in reports(payload, view.now()) if report.ends_at is None]
        context.follow(firing)
        return answer(Received(len(firing)))


def _add_taking(routes: APIRouter, context: Context) -> None:
    """An alert taken up by a person."""
    view = context.view

    @routes.post("/{id}/acknowledge",
                 **described("Notes that a person takes an alert up; who did so first stays.", (), AlertMessage,
                             path=_NUMBER, errors=TELLING, body=body(Taking)))  # fmt: skip
    async def acknowledge(request: Request, id: str) -> Response:  # noqa: A002  same
        said = await written(request, Taking, "alerts", context.options)
        key = request.scope["sereno.reader"].key
        taking = checked(said, None if key is None else key.name)

        def take() -> AlertMessage:
            found = _one(context, id)
            with ledger_of(view).write() as connection:
                alerts.acknowledge(connection, [found.id], by=taking.by, note=taking.note, now=view.now())
            return _one(context, id)

        return answer(await context.ask("alert_acknowledge", take))


def _one(context: Context, number: str) -> AlertMessage:
    found = None
    if number.isascii() and number.isdigit() and len(number) < 10:
        with ledger_of(context.view).read() as connection:
            found = alerts.episode(connection, int(number))
    if found is None:
        raise not_found(f"There is no alert {number[:20]!r}; /sereno/api/alerts lists them.")
    return alert_message(found, context.view.now())


def _next(request: Request, offset: int, *, full: bool) -> dict[str, str]:
    if not full:
        return {}
    changed = {"offset": str(offset)}
    return {"Link": next_link(address(request.url.path, request.query_params.multi_items(), changed))}
