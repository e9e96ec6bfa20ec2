"""The gate: every reason against a promotion, and none where there is none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from lora.test_difference import paired
from sereno.lora.gate import Facts, judge
from sereno.lora.paired import BASE, Paired
from sereno.lora.rule import Rule

BASE_DIGEST = "sha256:" + "b" * 64


def facts(**changed: Any) -> Facts:
    good = msgspec.structs.replace(paired(150, 20, 10, 20), baseline="v1", candidate="v2", base_digest=BASE_DIGEST)
    known = Facts(version="v2", champion="v1", base_digest=BASE_DIGEST, champion_base_digest=BASE_DIGEST,
                  digest="a" * 64, found_digest="a" * 64,
                  paired=good)  # fmt: skip
    return msgspec.structs.replace(known, **changed)


def evaluation(found: Paired, **changed: Any) -> Paired:
    return msgspec.structs.replace(found, **changed)


def test_a_better_candidate_passes() -> None:
    decision = judge(facts(), Rule())
    assert decision.reasons == ()
    assert decision.open
    assert decision.difference is not None
    assert decision.difference.difference == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"found_digest": "c" * 64}, "not those that were imported"),
        ({"found_digest": None, "why_unread": "no such folder"}, "no such folder"),
        ({"base_digest": None}, "not known which base model"),
        ({"champion_base_digest": "sha256:" + "e" * 64}, "champion's base model is another"),
        ({"paired": evaluation(paired(150, 20, 10, 20), base_digest="sha256:" + "e" * 64)}, "evaluation's base model"),
        ({"paired": None}, "no paired evaluation"),
        ({"paired": evaluation(paired(150, 20, 10, 20), candidate="v3")}, "evaluation is of v3"),
        ({"paired": evaluation(paired(150, 20, 10, 20), baseline=BASE)}, "v1 is in force"),
        ({"paired": paired(40, 9, 0, 0)}, "has 49 items; at least 100"),
        ({"paired": paired(120, 10, 20, 50)}, "may be worse by more than 0.02"),
    ],
)
def test_each_reason_closes_the_gate(changed: dict[str, Any], said: str) -> None:
    decision = judge(facts(**changed), Rule())
    assert not decision.open
    assert [reason for reason in decision.reasons if said in reason], decision.reasons


def test_equal_but_uncertain_is_not_enough_and_a_wider_margin_is() -> None:
    uncertain = facts(paired=paired(90, 10, 10, 90))
    assert not judge(uncertain, Rule(margin=0.02)).open
    assert judge(uncertain, Rule(margin=0.05)).open


def test_the_first_champion_is_compared_with_the_base_model() -> None:
    first = facts(champion=None, champion_base_digest=None,
                  paired=evaluation(paired(150, 20, 10, 20), baseline=BASE, candidate="v2"))  # fmt: skip
    assert judge(first, Rule()).open


def test_all_reasons_are_told_at_once() -> None:
    decision = judge(facts(found_digest=None, why_unread="gone", base_digest=None, paired=None), Rule())
    assert len(decision.reasons) == 3
