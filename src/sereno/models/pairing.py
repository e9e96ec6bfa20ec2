"""Lets a judge say which of two answers to each question is better, in both orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sereno.errors import ModelError
from sereno.explain.narrate.prompt import Prompt
from sereno.models.chat import ChatClient
from sereno.models.evaluating import FATAL, JUDGE_TOKENS
from sereno.quality.errors import QualityError
from sereno.quality.judging import Preference, both_orders, pair_question, read_choice
from sereno.quality.pairs import Preferred, Rivals


async def judge_pairs(
    rivals: Sequence[Rivals],
    chat: ChatClient,
    judge: str,
    *,
    at_once: int = 1,
    tell: Callable[[int], None] = lambda _: None,
) -> list[Preferred]:
    """What a judge says of each pair, in their order.

    Args:
        rivals: the pairs. Equal answers are a tie without being judged.
        chat: the judge's server.
        judge: its name there.
        at_once: pairs in flight.
        tell: called with the number of pairs done.

    Raises:
        ModelError: the server cannot be reached or has no such model.
    """
    gate, done = asyncio.Semaphore(max(at_once, 1)), 0

    async def one(pair: Rivals) -> Preferred:
        nonlocal done
        async with gate:
            found = await _one(pair, chat, judge)
        done += 1
        tell(done)
        return found

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(pair)) for pair in rivals]
    except ExceptionGroup as group_of:
        raise group_of.exceptions[0] from None
    return [task.result() for task in tasks]


async def _one(pair: Rivals, chat: ChatClient, judge: str) -> Preferred:
    if pair.a.strip() == pair.b.strip():
        return Preferred(pair.item, "tie")
    try:
        straight = await _choice(pair, pair.a, pair.b, chat, judge)
        swapped = await _choice(pair, pair.b, pair.a, chat, judge)
    except ModelError as trouble:
        if trouble.trouble in FATAL:
            raise
        return Preferred(pair.item, None, error=str(trouble)[:500])
    except QualityError as trouble:
        return Preferred(pair.item, None, error=str(trouble)[:500])
    return Preferred(pair.item, *both_orders(straight, swapped))


async def _choice(pair: Rivals, first: str, second: str, chat: ChatClient, judge: str) -> Preference:
    question = pair_question(pair.prompt, first, second, pair.criteria)
    said = await chat.answer(Prompt(system=question.system, user=question.user), judge, JUDGE_TOKENS)
    return read_choice(said.text)
