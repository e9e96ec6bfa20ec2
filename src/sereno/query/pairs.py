"""Two evaluation runs whose answers a judge compares: which pairs there are, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from sereno.lora.difference import Difference, difference
from sereno.lora.paired import Pair, Paired
from sereno.quality.errors import QualityError
from sereno.quality.eval_set import EvalSet
from sereno.quality.judging import Preference
from sereno.quality.pairs import CRITERIA, POINTS, Preferred, Rivals
from sereno.query.evaluations import RunMessage, run_message
from sereno.store.ledger import quality_evals
from sereno.store.ledger.quality_evals import Run


class ItemPair(msgspec.Struct, frozen=True, kw_only=True):
    """One question: which answer is better, and each side's share of the point, as the gate of a promotion reads it.

    Attributes:
        by_place: whether the judge preferred a place, whichever answer stood there; then it is a tie.
    """

    item: str
    better: Preference
    by_place: bool
    baseline: float
    candidate: float


class PairsMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge says of two runs on the same questions.

    Attributes:
        a_better, b_better, ties: questions. by_place: ties in which the judge preferred a place.
        unread: questions of which it did not say, and why.
        difference: share that b wins less share that a wins, with its interval and the sign test over the questions
            that are no tie; null where nothing was judged.
        eval_set, eval_digest, items: as `sereno lora promote --eval` reads them.
    """

    a: RunMessage
    b: RunMessage
    judge: str
    a_better: int
    b_better: int
    ties: int
    by_place: int
    unread: Mapping[str, str]
    difference: Difference | None
    eval_set: str
    eval_digest: str
    items: Sequence[ItemPair]


def run_of(connection: Connection, questions: EvalSet, given: str) -> Run:
    """A run on these questions: by its id, or the last one of a model.

    Raises:
        QualityError: there is none, or it is on other questions.
    """
    found = quality_evals.run(connection, given)
    if found is None:
        names = {given, f"{given}:latest"}
        runs = (run for name in sorted(names) for run in quality_evals.runs(connection, model=name, limit=1000))
        found = next((run for run in runs if run.set_digest == questions.digest), None)
    if found is None:
        raise QualityError(
            f"{given[:80]!r} is neither a run nor a model that was asked these questions; "
            f"sereno eval run {questions.name} --model {given[:80]} asks it"
        )
    if found.set_digest != questions.digest:
        raise QualityError(
            f"the run {found.id} asked other questions ({found.set_name}, {found.set_digest[:12]}…) than "
            f"{questions.name} ({questions.digest[:12]}…)"
        )
    return found


def rivals_of(connection: Connection, questions: EvalSet, a: Run, b: Run, criteria: str = CRITERIA) -> list[Rivals]:
    """The answers of two runs side by side, of the questions that both answered.

    Raises:
        QualityError: there is none.
    """
    first, second = ({one.item: one for one in quality_evals.results(connection, run.id)} for run in (a, b))
    found = []
    for item in questions.items:
        one, other = first.get(item.id), second.get(item.id)
        if one is None or other is None or not (one.answer and other.answer):
            continue  # what was not answered has nothing to be compared
        by = item.judge.criteria if item.judge is not None else criteria
        found.append(Rivals(item.id, item.prompt, one.answer, other.answer, by))
    if not found:
        raise QualityError("no question was answered in both runs; sereno eval show RUN says why")
    return found


def pairs_message(questions: EvalSet, a: Run, b: Run, judge: str, preferred: Sequence[Preferred]) -> PairsMessage:
    """What comes of them; a tie is half a point for each."""
    items = [
        ItemPair(
            item=one.item, better=one.better, by_place=one.by_place, baseline=1 - POINTS[one.better],
            candidate=POINTS[one.better],
        )
        for one in preferred
        if one.better is not None
    ]  # fmt: skip
    pairs = tuple(Pair(one.item, one.baseline, one.candidate) for one in items)
    said = [one.better for one in items]
    return PairsMessage(
        a=run_message(a), b=run_message(b), judge=judge, a_better=said.count("a"), b_better=said.count("b"),
        ties=said.count("tie"), by_place=sum(one.by_place for one in items),
        unread={one.item: one.error for one in preferred if one.better is None},
        difference=difference(Paired(pairs=pairs)) if pairs else None, eval_set=questions.name,
        eval_digest=questions.digest, items=items,
    )  # fmt: skip
