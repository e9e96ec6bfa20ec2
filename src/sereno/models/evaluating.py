"""Asks a model the questions of an evaluation set, and a judge what no rule can score."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import msgspec

from sereno.errors import ModelError
from sereno.explain.narrate.prompt import Prompt
from sereno.models.chat import ChatClient
from sereno.quality.correction import Confusion
from sereno.quality.errors import QualityError
from sereno.quality.eval_set import EvalSet, Item
from sereno.quality.judging import GOOD, Question, grade_question, mean_grade, unit
from sereno.quality.scoring import score
from sereno.store.ledger.quality_evals import Result

LONGEST_ANSWER = 1_000_000
KEPT_ANSWER = 8_000
JUDGE_TOKENS = 64
FATAL = frozenset({"unreachable", "unknown-model"})
"""Troubles after which no other question needs to be asked."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked, and how.

    Attributes:
        chat: the server. model: which of its models.
        judge: who grades, None where nobody has to. judge_chat: its server, None for the same.
        max_tokens: longest answer. at_once: questions in flight.
        clock: seconds that only grow.
    """

    chat: ChatClient
    model: str
    judge: str | None = None
    judge_chat: ChatClient | None = None
    max_tokens: int = 512
    at_once: int = 1
    clock: Callable[[], float]


async def evaluate(questions: EvalSet, asked: Asked, tell: Callable[[int], None] = lambda _: None) -> list[Result]:
    """What comes of every question, in their order.

    Args:
        questions: the set.
        asked: of whom.
        tell: called with the number of questions done.

    Raises:
        QualityError: a judge is needed and none is named.
        ModelError: the server cannot be reached or has no such model.
    """
    if questions.judged and asked.judge is None:
        raise QualityError(f"{questions.name} has questions that a model judges; name it with --judge MODEL")
    gate, done = asyncio.Semaphore(max(asked.at_once, 1)), 0

    async def one(item: Item) -> Result:
        nonlocal done
        async with gate:
            found = await _one(item, asked)
        done += 1
        tell(done)
        return found

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in questions.items]
    except ExceptionGroup as group_of:
        raise group_of.exceptions[0] from None
    return [task.result() for task in tasks]


async def calibrate(
    questions: EvalSet, asked: Asked, tell: Callable[[int], None] = lambda _: None
) -> tuple[Confusion, int]:
    """What a judge says of answers that people labelled, and how many of its replies held no grade.

    Args:
        questions: items with `answer`, `label` and `judge`; others are passed over.
        asked: the judge is `model`.
        tell: called with the number of answers judged.

    Raises:
        QualityError: no item is labelled, or no reply held a grade.
        ModelError: the server cannot be reached or has no such model.
    """
    labelled = [item for item in questions.items if item.label is not None and item.judge is not None]
    if not labelled:
        raise QualityError(
            f"{questions.name} has no item with an answer, a label and a judge; docs/quality.md shows one"
        )
    counts = {"good": [0, 0], "bad": [0, 0]}
    unread = 0
    for number, item in enumerate(labelled, 1):
        try:
            grade = await _grade(item, item.answer or "", asked.chat, asked.model)
        except QualityError:
            unread += 1
        else:
            assert item.label is not None
            counts[item.label][0] += 1
            counts[item.label][1] += (grade >= GOOD) == (item.label == "good")
        tell(number)
    if unread == len(labelled):
        raise QualityError(
            f"none of {unread} replies of {asked.model} held a grade from 1 to 5; a judge must be able to give one"
        )
    (good, good_found), (bad, bad_found) = counts["good"], counts["bad"]
    return Confusion(good=good, good_found=good_found, bad=bad, bad_found=bad_found), unread


async def _one(item: Item, asked: Asked) -> Result:
    began = asked.clock()
    answer, error, found = "", "", None
    try:
        answer = await _ask(asked.chat, asked.model, Question(item.system, item.prompt), asked.max_tokens)
        if item.kind == "judge":
            assert asked.judge is not None
            found = unit(await _grade(item, answer, asked.judge_chat or asked.chat, asked.judge))
        else:
            found = score(item, answer)
    except ModelError as trouble:
        if trouble.trouble in FATAL:
            raise
        error = str(trouble)
    except QualityError as trouble:
        error = str(trouble)
    return Result(item=item.id, kind=item.kind, score=found, answer=answer[:KEPT_ANSWER], error=error[:500],
                  seconds=asked.clock() - began)  # fmt: skip


async def _grade(item: Item, answer: str, chat: ChatClient, judge: str) -> float:
    assert item.judge is not None
    question = grade_question(item.prompt, answer, item.judge.criteria, item.judge.reference)
    said = await chat.answer(Prompt(system=question.system, user=question.user), judge, JUDGE_TOKENS)
    return mean_grade(said.text, said.tokens)


async def _ask(chat: ChatClient, model: str, question: Question, max_tokens: int) -> str:
    pieces: list[str] = []
    length = 0
    stream = chat.stream(Prompt(system=question.system, user=question.user), model, max_tokens)
    async with aclosing(stream) as told:
        async for piece in told:
            if isinstance(piece, str):
                pieces.append(piece)
                length += len(piece)
                if length > LONGEST_ANSWER:
                    raise ModelError("invalid", f"{model} answered more than {LONGEST_ANSWER:,} characters")
    return "".join(pieces)
