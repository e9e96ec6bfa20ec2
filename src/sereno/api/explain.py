"""/sereno/api/explain: charts explained as server-sent events, who can narrate, what was told before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import ASKING, body, described
from sereno.api.explain_events import Explaining, beating
from sereno.api.writing import written
from sereno.errors import QueryError
from sereno.explain.fact import FactSheet
from sereno.explain.verify import Span, verify
from sereno.query.explaining import ChatModel, ExplainRequest
from sereno.query.explaining.request import checked
from sereno.query.fields import LIMIT
from sereno.query.problems import not_found
from sereno.query.view import KeeperView
from sereno.store.ledger import Ledger, explanations
from sereno.store.ledger.explanations import Explanation

_CHANGING = (400, 401, 403, 415, 429, 503)
_NOTE_MOST = 2_000
_ID = {"id": "Id of the explanation, as its first event says."}


class Feedback(msgspec.Struct, frozen=True):
    """What a person thought of an explanation: `score` 1 (thumbs up) or -1 (thumbs down), and why."""

    score: int
    note: str = ""


class Recalled(Explanation, frozen=True, kw_only=True):
    """An explanation of the history; `claims` are its verdicts, as the stream told them."""

    claims: Sequence[Span]


def router(context: Context) -> APIRouter:
    """The routes of explanations."""
    routes = APIRouter(prefix="/sereno/api/explain", tags=["explain"])
    _add_explaining(routes, context)
    _add_history(routes, context)
    return routes


def _add_explaining(routes: APIRouter, context: Context) -> None:
    """A chart explained now."""
    explainer = context.explainer

    @routes.post("", **described("Explains a chart: facts, text, verdicts on it, the end.", (), errors=_CHANGING,
                                 media=("text/event-stream",), body=body(ExplainRequest)))  # fmt: skip
    async def explain(request: Request) -> Response:
        given = await written(request, ExplainRequest, "read", context.options)
        asked = await context.ask("explain_read", lambda: checked(given))
        key = request.scope["sereno.reader"].key
        hold = ExitStack()
        try:
            model = explainer.admit(asked, hold)
        except BaseException:
            hold.close()
            raise
        events = explainer.explain(asked, model=model, by="" if key is None else key.name)
        return Explaining(beating(events), hold)

    @routes.get("/models", **described("Who can narrate: templates first, then the models of the server.", (),
                                       list[ChatModel]))  # fmt: skip
    async def models(request: Request) -> Response:
        context.read(request, ())
        return answer(list(await explainer.models()))


def _add_history(routes: APIRouter, context: Context) -> None:
    """What was told before, and what people thought of it."""
    view = context.view

    @routes.get("/history", **described("What was told before, newest first.", (LIMIT,), list[Explanation],
                                        errors=ASKING))  # fmt: skip
    async def history(request: Request) -> Response:
        limit = context.read(request, (LIMIT,)).query().limit

        def ask() -> list[Explanation]:
            with _ledger(view).read() as connection:
                return list(explanations.newest(connection, limit))

        return answer(await context.ask("explain_history", ask))

    @routes.get("/history/{id}", **described("One of them, checked once more by the verifier of today.", (), Recalled,
                                             path=_ID, errors=ASKING))  # fmt: skip
    async def recalled(request: Request, id: str) -> Response:  # noqa: A002  the path's own word
        context.read(request, ())

        def ask() -> Recalled | None:
            with _ledger(view).read() as connection:
                found = explanations.explanation(connection, id[:36])
            if found is None:
                return None
            claims = verify(found.text, msgspec.convert(found.facts, FactSheet), found.language).spans
            return Recalled(**msgspec.structs.asdict(found), claims=claims)

        one = await context.ask("explain_recalled", ask)
        if one is None:
            raise not_found(f"There is no explanation {id[:40]!r}; /sereno/api/explain/history lists them.")
        return answer(one)

    @routes.post("/{id}/feedback", **described("Notes what a person thought of an explanation.", (), Feedback,
                                               path=_ID, errors=_CHANGING, body=body(Feedback)))  # fmt: skip
    async def feedback(request: Request, id: str) -> Response:  # noqa: A002  the path's own word
        said = await written(request, Feedback, "read", context.options)
        if said.score not in {1, -1}:
            raise QueryError("score", f"score is {said.score}; expected 1 or -1", "1 or -1")
        if len(said.note) > _NOTE_MOST:
            raise QueryError("note", f"note has {len(said.note)} characters; expected at most {_NOTE_MOST}", "text")

        def keep() -> bool:
            with _ledger(view).write() as connection:
                return explanations.give_feedback(connection, id[:36], score=said.score, note=said.note, now=view.now())

        if not await context.ask("explain_feedback", keep):
            raise not_found(f"There is no explanation {id[:40]!r}; /sereno/api/explain/history lists them.")
        return answer(said)


def _ledger(view: KeeperView) -> Ledger:
    if view.ledger is None:
        raise not_found("This keeper remembers no explanations: it was started without a ledger.")
    return view.ledger
