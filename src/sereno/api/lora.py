"""/sereno/api/lora: adapters, their versions side by side, their log; promotion and rollback."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import body, described
from sereno.api.writing import written
from sereno.artifacts.lookup import UnknownVersionError
from sereno.artifacts.promotion import promote, roll_back
from sereno.lora.document import AdapterError
from sereno.lora.gate import Rule
from sereno.lora.paired import Paired, paired_of
from sereno.quality.errors import QualityError
from sereno.query.adapters import (
    AdapterComparison,
    AdapterDetail,
    AdapterMessage,
    LogMessage,
    adapter_comparison,
    adapter_detail,
    adapter_ledger,
    adapter_list,
    adapter_log,
    log_message,
    unknown_version,
)
from sereno.query.evaluations import paired_of_runs
from sereno.query.fields import Field
from sereno.query.problems import Problem
from sereno.store.ledger import lora_figures
from sereno.store.ledger.lora_figures import Figure
from sereno.trust.keys import Scope

BASE = Field(name="base_model", kind="name", help="Adapters of this base model.", maximum=4096,
             example="HuggingFaceTB/SmolLM2-135M-Instruct")  # fmt: skip
FIRST = Field(name="a", kind="name", help="The version before.", maximum=64, example="faq-v1")
SECOND = Field(name="b", kind="name", help="The version after.", maximum=64, example="faq-v2")
_VERSION = {"id": "Name of the version."}
_ERRORS = (400, 401, 403, 404, 429, 503)
_CHANGING = (400, 401, 403, 404, 409, 415, 429, 503)
_SCOPE: Scope = "admin"


class Promote(msgspec.Struct, frozen=True):
    """What a promotion is asked with.

    Attributes:
        evaluation: of both on a frozen set: `baseline`, `candidate`, `eval_set`, `base_digest`, and `items`, a list of
            `{"item", "baseline", "candidate"}` with scores from 0 to 1.
        runs: instead, ids of two evaluation runs on one set: of what is in force, and of this version.
        force: why the gate is overruled, null where it is not.
    """

    evaluation: dict[str, Any] | None = None
    runs: tuple[str, str] | None = None
    force: str | None = None


class RollBack(msgspec.Struct, frozen=True):
    """Why a champion is taken back."""

    base_model: str
    reason: str


def router(context: Context) -> APIRouter:
    """The routes of adapters."""
    routes = APIRouter(prefix="/sereno/api/lora", tags=["lora"])
    view = context.view

    @routes.get("", **described("Adapters, the newest first.", (BASE,), list[AdapterMessage], errors=_ERRORS))
    async def list_(request: Request) -> Response:
        base = context.read(request, (BASE,)).get(BASE)
        return answer(await context.ask("lora", lambda: adapter_list(adapter_ledger(view), base)))

    @routes.get("/log", **described("What was imported, promoted, refused and rolled back, newest first.", (BASE,),
                                    list[LogMessage], errors=_ERRORS))  # fmt: skip
    async def log(request: Request) -> Response:
        base = context.read(request, (BASE,)).get(BASE)
        return answer(await context.ask("lora_log", lambda: adapter_log(adapter_ledger(view), base)))

    @routes.get("/compare", **described("Two versions side by side, and what differs.", (FIRST, SECOND),
                                        AdapterComparison, errors=_ERRORS))  # fmt: skip
    async def compare(request: Request) -> Response:
        values = context.read(request, (FIRST, SECOND))
        a, b = values.get(FIRST) or "", values.get(SECOND) or ""
        return answer(
            await context.ask(
                "lora_compare", lambda: adapter_comparison(adapter_ledger(view), view.store, a, b, view.now())
            )
        )

    @routes.post("/rollback", **described("Makes the version before champion again.", (), LogMessage,
                                          errors=_CHANGING, body=body(RollBack)))  # fmt: skip
    async def rollback(request: Request) -> Response:
        said = await written(request, RollBack, _SCOPE, context.options)
        actor = _actor(request)

        def work() -> LogMessage:
            ledger = adapter_ledger(view)
            try:
                return log_message(roll_back(ledger, said.base_model, now=view.now(), reason=said.reason, actor=actor))
            except AdapterError as error:
                raise _refused(error) from None

        return answer(await context.ask("lora_rollback", work))

    @routes.get("/{id}", **described("One version: settings, training, hashes, traffic, log.", (),
                                          AdapterDetail, path=_VERSION, errors=_ERRORS))  # fmt: skip
    async def one(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        context.read(request, ())
        return answer(
            await context.ask("lora_version", lambda: adapter_detail(adapter_ledger(view), view.store, id, view.now()))
        )

    @routes.get("/{id}/performance",
                **described("What a version did, window by window, oldest first.", (), list[Figure], path=_VERSION,
                            errors=_ERRORS))  # fmt: skip
    async def performance(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        context.read(request, ())

        def ask() -> list[Figure]:
            with adapter_ledger(view).read() as connection:
                return lora_figures.figures(connection, id)

        return answer(await context.ask("lora_performance", ask))

    @routes.post("/{id}/promote",
                 **described("Makes a version champion, if the gate opens; the problem says why where it does not.",
                             (), LogMessage, path=_VERSION, errors=_CHANGING, body=body(Promote)))  # fmt: skip
    async def promotion(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        said = await written(request, Promote, _SCOPE, context.options)
        actor = _actor(request)

        def work() -> LogMessage:
            ledger = adapter_ledger(view)
            try:
                paired = None if said.evaluation is None else _paired(said.evaluation)
                if said.runs is not None:
                    with ledger.read() as connection:
                        paired = paired_of_runs(connection, *said.runs)
                done = promote(ledger, id, now=view.now(), paired=paired, rule=Rule(), force=said.force, actor=actor)
            except UnknownVersionError:
                raise unknown_version(id) from None
            except (AdapterError, QualityError) as error:
                raise _refused(error) from None
            if not done.done:
                raise Problem("adapter-refused", 409, " ".join(done.decision.reasons))
            return log_message(done.event)

        return answer(await context.ask("lora_promote", work))

    return routes


def _paired(evaluation: dict[str, Any]) -> Paired:
    return paired_of("evaluation", evaluation)


def _refused(error: AdapterError | QualityError) -> Problem:
    return Problem("adapter-refused", 409, str(error))


def _actor(request: Request) -> str:
    """Who asks, as the log tells: the key's name, or the address."""
    reader = request.scope["sereno.reader"]
    return str(reader.peer) if reader.key is None else str(reader.key.name)
