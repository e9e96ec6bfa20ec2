"""Settings to evaluations: which questions, which server, and where the results are kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib.resources import files
from pathlib import Path
from time import monotonic, time, time_ns

import msgspec

from sereno.assembly.explainer import chat_options
from sereno.assembly.store import open_store
from sereno.calls import id_text, new_id
from sereno.config.table import Settings
from sereno.conventions import INTERNAL_HEADER
from sereno.gateway.salt import salt
from sereno.models.chat import ChatClient, ChatOptions
from sereno.models.evaluating import Asked, calibrate, evaluate
from sereno.quality.correction import Corrected
from sereno.quality.errors import QualityError
from sereno.quality.eval_set import MOST_BYTES, EvalSet, read_eval_set
from sereno.query.evaluations import summary
from sereno.query.models import resolve_model
from sereno.store.ledger import Ledger, quality_evals
from sereno.store.ledger.quality_evals import Calibration, Run, Source
from sereno.trust.internal import internal_value

MARK = "evaluation"
"""The mark of the calls that evaluate: stored and shown apart, out of metrics, SLOs, drift and costs of users."""
Tell = Callable[[int], None]


def load_eval_set(given: str) -> EvalSet:
    """A set by the name of one that comes with Sereno, or by its file.

    Raises:
        QualityError: there is none, or it is wrong.
    """
    shipped = files("sereno.quality").joinpath("sets")
    names = sorted(entry.name.removesuffix(".yaml") for entry in shipped.iterdir() if entry.name.endswith(".yaml"))
    if given in names:
        return read_eval_set(f"{given}.yaml", shipped.joinpath(f"{given}.yaml").read_bytes())
    path = Path(given)
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        told = f"{given} cannot be read: {error.strerror}"
        raise QualityError(f"{told}; expected a file, or one of {', '.join(names)}") from None
    return read_eval_set(path.name, raw)


def eval_options(settings: Settings, url: str | None = None) -> ChatOptions:
    """How a model is asked: the server that explains (`explain.url`, by default our gateway), or another.

    Answers are as repeatable as the server makes them: temperature 0. Only our own gateway gets the mark.

    Raises:
        ConfigError: the key file or a certificate cannot be read.
    """
    if url is not None:
        return ChatOptions(url=url, idle_seconds=settings.explain.timeout, temperature=0.0)
    options = chat_options(settings)
    marks: tuple[tuple[str, str], ...] = ()
    if options.marks:
        marks = ((INTERNAL_HEADER.decode(), internal_value(MARK, salt(settings.data)).decode()),)
    return msgspec.structs.replace(options, marks=marks, temperature=0.0)


async def run_evaluation(
    settings: Settings,
    ledger: Ledger,
    questions: EvalSet,
    model: str,
    *,
    url: str | None = None,
    judge: str | None = None,
    judge_url: str | None = None,
    max_tokens: int = 512,
    at_once: int = 1,
    source: Source = "command",
    tell: Tell = lambda _: None,
) -> Run:
    """Ask a model the questions of a set, score the answers, keep both.

    Args:
        settings: the settings.
        ledger: open for writing.
        questions: the set.
        model: who is asked.
        url: of its server, None for the one that explains.
        judge: who grades what no rule can.
        judge_url: its server, None for the same.
        max_tokens: longest answer.
        at_once: questions in flight.
        source: who wanted it.
        tell: called with the number of questions done.

    Raises:
        ModelError: the server cannot be reached or has no such model; nothing is kept.
        QualityError: a judge is needed and none is named.
    """
    async with AsyncExitStack() as stack:
        chat = ChatClient(eval_options(settings, url))
        stack.push_async_callback(chat.close)
        judge_chat = chat
        if judge_url is not None:
            judge_chat = ChatClient(eval_options(settings, judge_url))
            stack.push_async_callback(judge_chat.close)
        at, began = time(), monotonic()
        asked = Asked(chat=chat, model=model, judge=judge, judge_chat=judge_chat, max_tokens=max_tokens,
                      at_once=at_once, clock=monotonic)  # fmt: skip
        results = await evaluate(questions, asked, tell)
        seconds = monotonic() - began
        digest = await chat.digest(model)
    judged = judge if questions.judged else None
    with ledger.write() as connection:
        known = quality_evals.calibrations(connection, judge=judged, limit=1) if judged else []
        score, low, high, behind = summary(results, known[0] if known else None)
        run = Run(
            id=id_text(new_id(time_ns(), os.urandom(10))), at=at, seconds=seconds, set_name=questions.name,
            set_digest=questions.digest, model=_canonical(settings, model), model_digest=digest, judge=judged,
            items=len(results), failed=sum(one.score is None for one in results), score=score, low=low, high=high,
            source=source, **_told(behind),
        )  # fmt: skip
        quality_evals.add(connection, run, results)
    return run


async def calibrate_judge(
    settings: Settings,
    ledger: Ledger,
    questions: EvalSet,
    judge: str,
    *,
    url: str | None = None,
    tell: Tell = lambda _: None,
) -> Calibration:
    """Let a judge grade answers that people labelled, and keep how it did.

    Raises:
        ModelError: the server cannot be reached or has no such model.
        QualityError: no item is labelled, or no reply held a grade; nothing is kept.
    """
    chat = ChatClient(eval_options(settings, url))
    try:
        confusion, unread = await calibrate(questions, Asked(chat=chat, model=judge, clock=monotonic), tell)
        digest = await chat.digest(judge)
    finally:
        await chat.close()
    found = Calibration(at=time(), judge=judge, judge_digest=digest, set_name=questions.name,
                        set_digest=questions.digest, confusion=confusion, unread=unread)  # fmt: skip
    with ledger.write() as connection:
        quality_evals.keep_calibration(connection, found)
    return found


def _told(found: Corrected | None) -> dict[str, float]:
    if found is None:
        return {}
    return {"corrected": found.value, "corrected_low": found.low, "corrected_high": found.high}


def _canonical(settings: Settings, model: str) -> str:
    """The name under which the record has a model, so that its figures stand with its calls."""
    store = open_store(settings, read_only=True)
    try:
        return resolve_model(model, store.models())
    finally:
        store.close()
