"""/sereno/api/feedback: what people say of answers, taken and told."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import ASKING, TELLING, body, described
from sereno.api.writing import written
from sereno.query.feedback import FeedbackMessage, Word, checked, feedback_message
from sereno.query.fields import FILTERS, LIMIT, OFFSET
from sereno.query.models import resolve_model
from sereno.query.quality import quality_ledger
from sereno.store.ledger import quality_feedback
from sereno.store.ledger.quality_feedback import Source

FIELDS = (*(field for field in FILTERS if field.name in {"model", "start_time", "end_time"}), LIMIT, OFFSET)
AGENT = "sereno-agent"
"""How the agent's User-Agent begins."""


def router(context: Context) -> APIRouter:
    """The routes of feedback."""
    routes = APIRouter(prefix="/sereno/api/feedback", tags=["quality"])
    view = context.view

    @routes.post("", **described("Notes what a person thinks of an answer, or whether it was right; the same twice "
                                 "counts once.", (), FeedbackMessage, errors=TELLING, body=body(Word)))  # fmt: skip
    async def give(request: Request) -> Response:
        word = await written(request, Word, "read", context.options)
        key = request.scope["sereno.reader"].key
        source: Source = "agent" if request.headers.get("user-agent", "").startswith(AGENT) else "api"
        one = checked(word, at=view.now(), source=source, user="" if key is None else key.name)

        def keep() -> None:
            with quality_ledger(view).write() as connection:
                quality_feedback.add(connection, [one])

        await context.ask("feedback_keep", keep)
        return answer(feedback_message(one))

    @routes.get("", **described("What people said of answers, newest first.", FIELDS, list[FeedbackMessage],
                                errors=ASKING))  # fmt: skip
    async def list_(request: Request) -> Response:
        query = context.read(request, FIELDS).query()

        def ask() -> list[FeedbackMessage]:
            model = None if query.model is None else resolve_model(query.model, view.store.models())
            with quality_ledger(view).read() as connection:
                found = quality_feedback.newest(
                    connection, model=model, start=query.start, end=query.end, limit=query.limit, offset=query.offset
                )
            return [feedback_message(one) for one in found]

        return answer(await context.ask("feedback", ask))

    return routes
