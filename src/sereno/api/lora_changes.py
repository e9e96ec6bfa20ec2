"""/sereno/api/lora: promotion through the gate, and rollback; a key of scope `admin` may."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import DECIDING, body, described
from sereno.api.writing import written
from sereno.artifacts.lookup import UnknownVersionError
from sereno.artifacts.promotion import promote, roll_back
from sereno.lora.document import AdapterError
from sereno.lora.paired import Paired, paired_of
from sereno.lora.rule import Rule
from sereno.quality.errors import QualityError
from sereno.query.adapters import LogMessage, adapter_ledger, log_message, unknown_version
from sereno.query.evaluations import paired_of_runs
from sereno.query.problems import Problem
from sereno.query.view import KeeperView
from sereno.store.ledger import Ledger
from sereno.trust.keys import Scope

_VERSION = {"id": "Name of the version."}
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


def add_changes(routes: APIRouter, context: Context) -> None:
    """The routes that change which version is champion."""
    view = context.view

    @routes.post("/rollback", **described("Makes the version before champion again.", (), LogMessage,
                                          errors=DECIDING, body=body(RollBack)))  # fmt: skip
    async def rollback(request: Request) -> Response:
        said = await written(request, RollBack, _SCOPE, context.options)
        actor = request.scope["sereno.reader"].name
        return answer(await context.ask("lora_rollback", lambda: _roll_back(view, said, actor)))

    @routes.post("/{id}/promote",
                 **described("Makes a version champion, if the gate opens; the problem says why where it does not.",
                             (), LogMessage, path=_VERSION, errors=DECIDING, body=body(Promote)))  # fmt: skip
    async def promotion(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        said = await written(request, Promote, _SCOPE, context.options)
        actor, rule = request.scope["sereno.reader"].name, context.options.gate
        return answer(await context.ask("lora_promote", lambda: _promote(view, id, said, rule, actor)))


def _roll_back(view: KeeperView, said: RollBack, actor: str) -> LogMessage:
    ledger = adapter_ledger(view)
    try:
        return log_message(roll_back(ledger, said.base_model, now=view.now(), reason=said.reason, actor=actor))
    except AdapterError as error:
        raise _refused(error) from None


def _promote(view: KeeperView, version: str, said: Promote, rule: Rule, actor: str) -> LogMessage:
    ledger = adapter_ledger(view)
    try:
        paired = _evaluation(ledger, said)
        done = promote(ledger, version, now=view.now(), paired=paired, rule=rule, force=said.force, actor=actor)
    except UnknownVersionError:
        raise unknown_version(version) from None
    except (AdapterError, QualityError) as error:
        raise _refused(error) from None
    if not done.done:
        raise Problem("adapter-refused", 409, " ".join(done.decision.reasons))
    return log_message(done.event)


def _evaluation(ledger: Ledger, said: Promote) -> Paired | None:
    """What the promotion is judged by: two runs, results sent along, or nothing."""
    if said.runs is not None:
        with ledger.read() as connection:
            return paired_of_runs(connection, *said.runs)
    return None if said.evaluation is None else paired_of("evaluation", said.evaluation)


def _refused(error: AdapterError | QualityError) -> Problem:
    return Problem("adapter-refused", 409, str(error))
