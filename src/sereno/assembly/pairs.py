"""Settings to a comparison of two runs by a judge."""

from __future__ import annotations

from sereno.assembly.quality import Tell, eval_options
from sereno.config.table import Settings
from sereno.models.chat import ChatClient
from sereno.models.pairing import judge_pairs
from sereno.quality.eval_set import EvalSet
from sereno.quality.pairs import CRITERIA
from sereno.query.pairs import PairsMessage, pairs_message, rivals_of, run_of
from sereno.store.ledger import Ledger


async def compare_answers(
    settings: Settings,
    ledger: Ledger,
    questions: EvalSet,
    a: str,
    b: str,
    judge: str,
    *,
    url: str | None = None,
    criteria: str = CRITERIA,
    at_once: int = 1,
    tell: Tell = lambda _: None,
) -> PairsMessage:
    """Let a judge compare the answers of two runs, question by question, in both orders.

    Args:
        settings: the settings.
        ledger: where the runs are; nothing is written.
        questions: what both were asked.
        a: a run by its id, or a model by its last run on these questions.
        b: likewise.
        judge: who compares.
        url: of its server, None for the one that explains.
        criteria: by which, where a question does not say.
        at_once: pairs in flight.
        tell: called with the number of questions done; those without two answers are done at once.

    Raises:
        QualityError: one of them is not there, or asked other questions.
        ModelError: the server cannot be reached or has no such model.
    """
    with ledger.read() as connection:
        first, second = run_of(connection, questions, a), run_of(connection, questions, b)
        rivals = rivals_of(connection, questions, first, second, criteria)
    skipped = len(questions.items) - len(rivals)
    chat = ChatClient(eval_options(settings, url))
    try:
        preferred = await judge_pairs(rivals, chat, judge, at_once=at_once, tell=lambda done: tell(skipped + done))
    finally:
        await chat.close()
    return pairs_message(questions, first, second, judge, preferred)
