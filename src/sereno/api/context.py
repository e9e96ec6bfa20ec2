"""What every router gets: the keeper's view, the options, the query pool."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from fastapi import Request, Response

from sereno.alerts.episode import Report
from sereno.api.options import ApiOptions
from sereno.query.drifting import Monitor
from sereno.query.explaining import Explainer
from sereno.query.explaining.history import fresh_id, remembering
from sereno.query.fields import Field
from sereno.query.models import resolve_model
from sereno.query.parameters import Values, read
from sereno.query.pool import QueryPool
from sereno.query.view import KeeperView
from sereno.store.base import CallQuery

T = TypeVar("T")
Follow = Callable[[Sequence[Report]], None]
"""What takes alerts that people were just told of; returns at once, called in the event loop."""
_encoder = msgspec.json.Encoder()


class Context:
    """The API's surroundings.

    Attributes:
        view: the keeper.
        options: settings.
        pool: where queries run.
        exports: permits of heavy exports.
        live: number of live streams open.
        explainer: explains charts.
        follow: is given alerts that people were just told of; None where nobody explains them.
        monitor: watches drift; None where nobody does.
    """

    def __init__(
        self,
        view: KeeperView,
        options: ApiOptions,
        explainer: Explainer | None = None,
        follow: Follow | None = None,
        monitor: Monitor | None = None,
    ) -> None:
        self.view = view
        self.options = options
        self.pool = QueryPool(options.query_threads, options.query_waiting, options.query_seconds, view.observe_query)
        self.exports = asyncio.Semaphore(options.exports)
        self.live = 0
        self.follow = follow
        self.monitor = monitor
        self.explainer = explainer or _by_templates(view)

    def read(self, request: Request, fields: Sequence[Field]) -> Values:
        """The request's query parameters; `Problem` or `QueryError` names a wrong one."""
        return read(request.query_params.multi_items(), fields, self.view.now())

    async def ask(self, name: str, query: Callable[[], T]) -> T:
        """Run a store query in the pool."""
        return await self.pool.run(name, query)

    def resolved(self, query: CallQuery) -> CallQuery:
        """The query with the model's canonical name; asks the store, so call it in the pool."""
        if query.model is None:
            return query
        return msgspec.structs.replace(query, model=resolve_model(query.model, self.view.store.models()))


def _by_templates(view: KeeperView) -> Explainer:
    keep = None if view.ledger is None else remembering(view.ledger, view.now)
    return Explainer(chat=None, keep=keep, new_id=lambda: fresh_id(view.now))


def answer(body: object, *, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(_encoder.encode(body), status, headers, media_type="application/json")
