"""Scores by hand: what each axis is, and when it is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from sereno.conventions import TPOT_EDGES
from sereno.query.figures import figures, generation_speed
from sereno.query.model_sums import ModelSums, summed
from sereno.query.scores import DEFINITIONS, Scores, cost_per_1000_tokens, scores
from sereno.stats.histograms import Histogram
from sereno.store.base import Group, Totals


def totals(**given: Any) -> Totals:
    return Totals(**{"calls": 10, "success": 10, "input_tokens": 600, "output_tokens": 400} | given)


def whole(*models: Totals) -> list[ModelSums]:
    """Models all of whose calls have the same source of price."""
    return summed([Group((str(i), None), None, found) for i, found in enumerate(models)])


def tpot(*seconds: float) -> Histogram:
    made = Histogram.empty(TPOT_EDGES)
    for value in seconds:
        made.add(value)
    return made


def test_speed_is_what_the_server_told_else_what_the_gateway_saw_else_unknown() -> None:
    told = totals(eval_tokens=300, eval_seconds=6.0, tpot=tpot(0.5))
    assert generation_speed(told) == 50.0
    assert generation_speed(totals(tpot=tpot(0.02, 0.06))) == pytest.approx(1 / 0.04)
    assert generation_speed(totals(tpot=tpot())) is None
    assert generation_speed(totals()) is None
    assert figures(told).tokens_per_second == 50.0


def test_cost_of_a_thousand_tokens_needs_a_price() -> None:
    assert cost_per_1000_tokens(totals(cost_usd=0.5, cost_known=10)) == pytest.approx(0.5)
    assert cost_per_1000_tokens(totals()) is None
    assert cost_per_1000_tokens(totals(cost_known=10)) == 0.0


def test_axes_compare_the_models_of_one_answer() -> None:
    fast, dear, free, unknown = scores(
        whole(
            totals(eval_tokens=100, eval_seconds=1.0, cost_usd=0.1, cost_known=10),
            totals(eval_tokens=25, eval_seconds=1.0, cost_usd=0.4, cost_known=10, success=3, error=1, aborted=6),
            totals(cost_known=10),
            Totals(calls=2, aborted=2),
        )
    )
    assert (fast.speed, dear.speed, free.speed) == (1.0, 0.25, None)
    assert (fast.cost, dear.cost, free.cost) == (0.0, 0.0, 1.0)  # nothing is as cheap as free
    assert dear.reliability == 0.75
    assert unknown == Scores(speed=None, cost=None, quality=None, reliability=None)
    assert scores(whole(totals(cost_usd=0.1, cost_known=10), totals(cost_usd=0.4, cost_known=10)))[1].cost == 0.25


def test_every_axis_is_defined() -> None:
    assert tuple(DEFINITIONS) == Scores.__struct_fields__


def test_a_price_per_token_is_made_of_priced_calls_alone() -> None:
    paid = totals(cost_usd=0.5, cost_known=10)
    (found,) = summed([Group(("m", "local:gpu"), None, paid), Group(("m", None), None, totals(calls=30, unpriced=30))])
    assert (found.model, found.whole.calls, found.whole.unpriced, found.priced.calls) == ("m", 40, 30, 10)
    assert cost_per_1000_tokens(found.priced) == pytest.approx(0.5)


def test_models_come_with_the_most_calls_first() -> None:
    groups = [
        Group((name, None), None, Totals(calls=calls)) for name, calls in (("b", 1), (None, 3), ("a", 1), ("b", 1))
    ]
    assert [(s.model, s.whole.calls) for s in summed(groups)] == [(None, 3), ("b", 2), ("a", 1)]


def test_embeddings_do_not_flatten_the_cost_of_models_that_generate() -> None:
    found = scores(
        whole(
            totals(cost_usd=0.2, cost_known=10),
            totals(cost_usd=0.4, cost_known=10),
            totals(cost_usd=0.0001, cost_known=10, output_tokens=0),
        )
    )
    assert [score.cost for score in found] == [1.0, pytest.approx(0.5), 1.0]
