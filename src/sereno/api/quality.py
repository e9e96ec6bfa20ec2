"""/sereno/api/quality: rates of checks, feedback, evaluations and judges; runs and their answers."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import ASKING, described
from sereno.conventions import INTERVALS
from sereno.errors import QueryError
from sereno.quality.errors import QualityError
from sereno.query.evaluations import RunComparison, RunDetail, RunMessage, comparison, run_detail, run_message
from sereno.query.fields import FILTERS, LIMIT, Field
from sereno.query.models import resolve_model
from sereno.query.quality import DAY, quality_ledger
from sereno.query.quality_summary import QualitySummary, quality_summary
from sereno.store.ledger import quality_evals

MODEL = next(field for field in FILTERS if field.name == "model")
FIELDS = tuple(field for field in FILTERS if field.name in {"model", "start_time", "end_time"})
FIRST = Field(name="a", kind="name", help="The run before.", maximum=36, example="0192f0a1")
SECOND = Field(name="b", kind="name", help="The run after, on the same questions.", maximum=36, example="0192f0b2")
_RUN = {"id": "Id of the run, or its beginning."}


def router(context: Context) -> APIRouter:
    """The routes of quality."""
    routes = APIRouter(prefix="/sereno/api", tags=["quality"])
    view = context.view

    @routes.get("/quality", **described("Quality of models: rates of checks with intervals, feedback, evaluations, "
                                        "judges; the last day where no time is given.", FIELDS, QualitySummary,
                                        errors=ASKING))  # fmt: skip
    async def quality(request: Request) -> Response:
        query = context.read(request, FIELDS).query()
        now = view.now()
        end = now if query.end is None else query.end
        start = end - DAY if query.start is None else query.start
        interval = INTERVALS["1h"] if end - start <= 7 * DAY else INTERVALS["1d"]

        def ask() -> QualitySummary:
            model = None if query.model is None else resolve_model(query.model, view.store.models())
            with quality_ledger(view).read() as connection:
                return quality_summary(connection, start=start, end=end, now=now, interval=interval, model=model)

        return answer(await context.ask("quality", ask))

    @routes.get("/evaluations", **described("Evaluation runs, the newest first.", (MODEL, LIMIT), list[RunMessage],
                                            errors=ASKING))  # fmt: skip
    async def runs(request: Request) -> Response:
        query = context.read(request, (MODEL, LIMIT)).query()

        def ask() -> list[RunMessage]:
            with quality_ledger(view).read() as connection:
                return [
                    run_message(run) for run in quality_evals.runs(connection, model=query.model, limit=query.limit)
                ]

        return answer(await context.ask("evaluations", ask))

    @routes.get("/evaluations/compare", **described("Two runs on the same questions: difference, interval, McNemar's "
                                                    "test.", (FIRST, SECOND), RunComparison,
                                                    errors=ASKING))  # fmt: skip
    async def compare(request: Request) -> Response:
        values = context.read(request, (FIRST, SECOND))

        def ask() -> RunComparison:
            with quality_ledger(view).read() as connection:
                try:
                    return comparison(connection, values.get(FIRST) or "", values.get(SECOND) or "")
                except QualityError as error:
                    raise QueryError("b", str(error), "a run of the same set") from None

        return answer(await context.ask("evaluations_compare", ask))

    @routes.get("/evaluations/{id}", **described("One run with its answers.", (), RunDetail, path=_RUN, errors=ASKING))
    async def one(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        context.read(request, ())

        def ask() -> RunDetail:
            with quality_ledger(view).read() as connection:
                return run_detail(connection, id)

        return answer(await context.ask("evaluation", ask))

    return routes
