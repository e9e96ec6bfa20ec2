"""When training is proposed: what lasts, not twice in a short time, and not where nothing was harmed."""

from __future__ import annotations

from typing import Any

import pytest

from sereno.drift.triggers import Past, Rule, lasting, proposal
from sereno.drift.verdict import Severity

HOUR = 3600.0
DAY = 24 * HOUR
NOW = 100 * DAY


def past(days_ago: float, verdict: Severity = "significant", *, window: float = DAY, **more: Any) -> Past:
    """A check whose window ended so many days ago."""
    end = NOW - days_ago * DAY
    given = {"reference": "march", "verdicts": {"": verdict}, **more}
    return Past(start=end - window, end=end, **given)


THREE = [past(0), past(1), past(2)]


def test_three_windows_in_a_row() -> None:
    found = proposal(Rule(), THREE, None, NOW)
    assert found is not None
    assert (found.type, found.severity, found.model, found.windows, found.fell) == ("drift", "significant", "", 3, None)
    assert found.reason == "Calls differ from march in 3 windows in a row; accuracy is not measured."
    assert proposal(Rule(), THREE[:2], None, NOW) is None
    assert proposal(Rule(windows=2), THREE[:2], None, NOW) is not None


def test_nothing_was_checked() -> None:
    assert proposal(Rule(), [], None, NOW) is None


def test_windows_that_overlap_are_one() -> None:
    """A check an hour over windows of a day: 48 checks are three windows only from the 49th on."""
    hourly = [past(hours / 24) for hours in range(49)]
    assert proposal(Rule(), hourly[:48], None, NOW) is None
    assert proposal(Rule(), hourly, None, NOW) is not None


@pytest.mark.parametrize("between", ["none", "notice", "moderate", "insufficient_data"])
def test_a_break_begins_anew(between: Severity) -> None:
    assert proposal(Rule(), [past(0), past(1, between), past(2), past(3), past(4)], None, NOW) is None


def test_graver_counts_as_well_and_the_newest_is_told() -> None:
    found = proposal(Rule(), [past(0, "critical"), past(1), past(2)], None, NOW)
    assert found is not None
    assert found.severity == "critical"
    assert proposal(Rule(severity="critical"), THREE, None, NOW) is None


@pytest.mark.parametrize(("since", "proposed"), [(6.99, False), (7.0, True), (30.0, True)])
def test_cooldown(since: float, *, proposed: bool) -> None:
    assert (proposal(Rule(), THREE, NOW - since * DAY, NOW) is not None) == proposed


def test_checks_against_another_reference_do_not_count() -> None:
    assert proposal(Rule(), [past(0), past(1), past(2, reference="february")], None, NOW) is None


@pytest.mark.parametrize(
    ("on", "fell", "proposed"),
    [
        ("auto", None, True),  # nobody measures accuracy
        ("auto", True, True),
        ("auto", False, False),  # inputs changed and did no harm
        ("drift", False, True),
        ("accuracy", True, False),  # accuracy is not low
        ("off", True, False),
    ],
)
def test_what_counts(on: Any, fell: bool | None, *, proposed: bool) -> None:
    checks = [past(day, fell=fell, accuracy=None if fell is None else "none") for day in range(3)]
    assert (proposal(Rule(on=on), checks, None, NOW) is not None) == proposed


@pytest.mark.parametrize("on", ["auto", "drift", "accuracy"])
def test_low_accuracy_needs_no_drift(on: Any) -> None:
    checks = [past(day, "none", accuracy="critical", fell=True) for day in range(3)]
    found = proposal(Rule(on=on), checks, None, NOW)
    assert found is not None
    assert (found.type, found.severity, found.windows) == ("accuracy", "critical", 3)
    assert found.reason == "Accuracy is critical in 3 windows in a row."
    assert proposal(Rule(on=on), checks[:2], None, NOW) is None
    assert proposal(Rule(on="off"), checks, None, NOW) is None


def test_low_accuracy_outlives_a_new_reference() -> None:
    """Accuracy is measured on labelled answers: what traffic is compared with does not matter."""
    checks = [past(day, "none", accuracy="significant", reference=str(day)) for day in range(3)]
    found = proposal(Rule(), checks, None, NOW)
    assert found is not None
    assert found.type == "accuracy"


def test_a_model_that_drifts_alone() -> None:
    checks = [past(day, verdicts={"": "none", "qwen3:8b": "critical"}, fell=True) for day in range(3)]
    found = proposal(Rule(), checks, None, NOW)
    assert found is not None
    assert (found.model, found.severity) == ("qwen3:8b", "critical")
    assert found.reason == "Calls of qwen3:8b differ from march in 3 windows in a row; accuracy has fallen."


def test_all_calls_go_before_a_model() -> None:
    checks = [past(day, verdicts={"a": "critical", "": "significant"}) for day in range(3)]
    found = proposal(Rule(), checks, None, NOW)
    assert found is not None
    assert found.model == ""


def test_a_model_not_seen_before_has_not_lasted() -> None:
    checks = [past(0, verdicts={"new": "critical"}), past(1, verdicts={}), past(2, verdicts={})]
    assert proposal(Rule(), checks, None, NOW) is None


def test_windows_that_touch_do_not_overlap() -> None:
    assert lasting(THREE, [True, True, True]) == 3
    assert lasting([past(0), past(1 - 1e-6), past(2)], [True, True, True]) == 2
