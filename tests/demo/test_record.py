"""The comparison of what was sent with what is recorded must find every difference."""

from __future__ import annotations

from typing import Any

import pytest

from sereno.demo.record import differences, figures, quantile
from sereno.demo.script import SCENES, SEARCH_WORD
from sereno.demo.visitors import Sent, planned

SENT = [Sent("ana", "chat", "success", 34, 8), Sent("luis", "chat", "error"), Sent("eva", "chat", "aborted")]


def call(user: str, status: str, given: int | None, made: int | None, **more: Any) -> dict[str, Any]:
    return {
        "user": user, "operation": "chat", "status": status, "input_tokens": given, "output_tokens": made,
        "model": "m", "latency": 1.0, "ttft": 0.1, "tokens_per_second": 50.0, **more,
    }  # fmt: skip


RECORDED = [call("ana", "success", 34, 8), call("luis", "error", None, None), call("eva", "aborted", None, 3)]


def test_equal_records_have_no_differences() -> None:
    assert differences(SENT, RECORDED) == []


@pytest.mark.parametrize(
    "calls",
    [
        RECORDED[:2],
        [*RECORDED, RECORDED[0]],
        [call("ana", "success", 34, 9), *RECORDED[1:]],
        [call("eva", "success", 34, 8), *RECORDED[1:]],
        [call("ana", "error", 34, 8), *RECORDED[1:]],
    ],
    ids=["lost", "twice", "tokens", "user", "status"],
)
def test_each_difference_is_found(calls: list[dict[str, Any]]) -> None:
    assert differences(SENT, calls)


def test_figures_are_sums_and_quantiles_of_the_record() -> None:
    summary = figures(RECORDED, 1)
    assert (summary.calls, summary.users, summary.input_tokens, summary.output_tokens) == (3, 3, 34, 11)
    assert summary.statuses == {"success": 1, "error": 1, "aborted": 1}
    assert figures([], 0).latency_p50 is None


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (0.01, 1), (1.0, 100)])
def test_quantiles_by_nearest_rank(share: float, value: int) -> None:
    assert quantile(list(range(1, 101)), share) == value


@pytest.mark.parametrize("calls", [4, 10, 24, 100])
def test_the_plan_makes_exactly_the_asked_calls(calls: int) -> None:
    made = sum(1 if scene.api.endswith(("embed", "embeddings")) else len(scene.questions) for scene in planned(calls))
    assert made == calls - 2, "the wrong model and the visitor who leaves are the other two"


def test_the_search_word_is_in_the_script() -> None:
    assert any(SEARCH_WORD in question for scene in SCENES for question in scene.questions)
