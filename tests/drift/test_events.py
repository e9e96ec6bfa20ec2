"""What happened is told once: when it begins, when it grows worse, when it is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from drift.found import finding, found
from sereno.drift.events import Event, accuracy_event, at_least, drift_events
from sereno.drift.live import ALL
from sereno.drift.monitor import Finding
from sereno.drift.verdict import ORDER, Severity


def told(standing: Mapping[str, Severity], findings: Sequence[Finding], least: Severity = "moderate") -> list[str]:
    """Events as `kind model severity`."""
    return [f"{event.kind} {event.model or '*'} {event.severity}" for event in drift_events(standing, findings, least)]


@pytest.mark.parametrize(
    ("standing", "now", "expected"),
    [
        (None, "none", []),
        (None, "notice", []),  # below what is told
        (None, "moderate", ["drift * moderate"]),
        ("moderate", "moderate", []),
        ("moderate", "critical", ["drift * critical"]),
        ("critical", "moderate", []),  # milder, but not over
        ("critical", "notice", ["recovered * none"]),
        ("critical", "none", ["recovered * none"]),
        ("critical", "insufficient_data", []),  # a silent night ends nothing
        (None, "insufficient_data", []),
    ],
)
def test_of_all_calls(standing: Severity | None, now: Severity, expected: list[str]) -> None:
    assert told({ALL: standing} if standing else {}, [finding(ALL, now)]) == expected


def test_what_is_told_is_chosen() -> None:
    assert told({}, [finding(ALL, "significant")], least="critical") == []
    assert told({}, [finding(ALL, "notice")], least="notice") == ["drift * notice"]


def test_a_model_is_told_alone_only_where_it_drifts_alone() -> None:
    both = [finding(ALL, "significant"), finding("a", "critical"), finding("b", "none")]
    assert told({}, both) == ["drift * significant"]
    assert drift_events({}, both, "moderate")[0].details["models"] == ["a"]
    alone = [finding(ALL, "none"), finding("a", "critical"), finding("b", "none")]
    assert told({}, alone) == ["drift a critical"]
    assert drift_events({}, alone, "moderate")[0].details["models"] == []


def test_models_end_each_for_itself() -> None:
    after = [finding(ALL, "none"), finding("a", "none"), finding("b", "moderate")]
    assert told({"a": "critical", "b": "moderate"}, after) == ["recovered a none"]


def test_the_event_carries_what_it_rests_on() -> None:
    features = [
        found("latency", "critical", 0.9), found("prompt_characters", "moderate", 0.2),
        found("model", "moderate", 0.19), found("language", "notice", 0.08), found("category", "notice", 0.07),
        found("output_tokens", "none", 0.01),
    ]  # fmt: skip
    [event] = drift_events({ALL: "moderate"}, [Finding.of(ALL, features)], "moderate")
    assert event == Event(
        kind="drift", severity="critical", feature="latency",
        details={
            "psi": 0.9, "psi_corrected": 0.885, "kl_divergence": 0.45, "p_value": 0.001, "n_reference": 200,
            "n_current": 100, "others": ["prompt_characters", "model", "language"], "models": [],
            "before": "moderate",
        },
    )  # fmt: skip


def test_what_ends_says_how_grave_it_was() -> None:
    [event] = drift_events({ALL: "critical"}, [finding(ALL, "none")], "moderate")
    assert (event.feature, event.details) == (None, {"before": "critical"})


@pytest.mark.parametrize(
    ("standing", "now", "expected"),
    [
        (None, None, None),
        ("critical", None, None),  # what is not measured ends nothing
        (None, "none", None),
        (None, "notice", None),
        (None, "significant", ("accuracy", "significant")),
        ("significant", "significant", None),
        ("significant", "critical", ("accuracy", "critical")),
        ("critical", "significant", None),
        ("critical", "notice", ("accuracy_recovered", "none")),
        ("significant", "none", ("accuracy_recovered", "none")),
    ],
)
def test_of_accuracy(standing: Severity | None, now: Severity | None, expected: tuple[str, str] | None) -> None:
    event = accuracy_event(standing, now, {"current": 0.6})
    assert (event and (event.kind, event.severity)) == expected
    assert event is None or event.details == {"current": 0.6}


def test_bands_are_ordered() -> None:
    for i, least in enumerate(ORDER):
        assert [at_least(one, least) for one in ORDER] == [False] * i + [True] * (len(ORDER) - i)
