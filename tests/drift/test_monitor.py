"""One check: scopes, windows, ranks, and whose vectors may be compared."""

from __future__ import annotations

import msgspec
import pytest

from drift.found import found
from drift.lettered import Lettered
from drift.planted import Plan, calls
from sereno.calls import Call
from sereno.drift.frozen import DAY, frozen_of
from sereno.drift.live import ALL
from sereno.drift.monitor import Finding, Found, check, window_of
from sereno.drift.vectors import FEATURE

START = 20_000 * DAY
HOUR = 3600.0


def half(plan: Plan, seed: int, model: str, n: int = 150) -> list[Call]:
    """Traffic of one model."""
    return [msgspec.structs.replace(call, model=model) for call in calls(plan, n, seed, START, HOUR)]


def test_windows() -> None:
    """2024-10-04 16:00 UTC: the last day that is over is the third."""
    now = START + 16 * HOUR
    assert window_of(now, 6 * HOUR, weekdays=False) == (now - 6 * HOUR, now)
    assert window_of(now, 6 * HOUR, weekdays=True) == (START - DAY, START)
    assert window_of(START, 6 * HOUR, weekdays=True) == (START - DAY, START)


def test_the_same_traffic_does_not_drift() -> None:
    frozen = frozen_of(half("null", 1, "a") + half("null", 2, "b"), {}, Lettered())
    findings = check(frozen, half("null", 3, "a") + half("null", 4, "b"), {}, Lettered(), START)
    assert [(one.model, one.severity, one.n_reference, one.n_current) for one in findings] == [
        (ALL, "none", 300, 300), ("a", "none", 150, 150), ("b", "none", 150, 150),
    ]  # fmt: skip


def test_a_model_that_drifts_alone_is_found_and_named() -> None:
    frozen = frozen_of(half("null", 1, "a") + half("null", 2, "b"), {}, None)
    findings = {one.model: one for one in check(frozen, half("null", 3, "a") + half("answer", 4, "b"), {}, None, START)}
    assert findings["a"].severity == "none"
    assert findings["b"].severity == "critical"
    top = findings["b"].top
    assert top is not None
    assert top.feature in {"response_characters", "output_tokens", "latency"}
    assert sum(top.distribution["current"]) == top.n_current == 150
    assert len(top.distribution["labels"]) == len(top.distribution["reference"])


def test_a_model_that_is_silent_has_no_verdict() -> None:
    frozen = frozen_of(half("null", 1, "a") + half("null", 2, "b"), {}, Lettered())
    silent = {one.model: one for one in check(frozen, half("null", 3, "a"), {}, Lettered(), START)}["b"]
    assert (silent.severity, silent.n_current, silent.top) == ("insufficient_data", 0, None)


def test_words_that_no_column_counts_are_seen_as_vectors() -> None:
    """Prompts as long as before, in capitals of another language's letters: only what they are about has changed."""
    before = half("null", 1, "a", 200)
    other = str.maketrans("aeinorst", "bcdfghjk")
    now = [msgspec.structs.replace(one, prompt=one.prompt.translate(other)) for one in half("null", 2, "a", 200)]
    [finding] = check(frozen_of(before, {}, Lettered()), now, {}, Lettered(), START)
    assert {one.feature for one in finding.features if one.severity not in {"none", "insufficient_data"}} == {FEATURE}
    [vectors] = [one for one in finding.features if one.feature == FEATURE]
    assert vectors.distribution["auc"] > 0.95
    assert (vectors.kind, vectors.n_reference, vectors.n_current) == ("embedding", 200, 200)
    assert vectors.psi is not None
    assert vectors.kl == pytest.approx(vectors.psi / 2)  # both ways are the same for normal distributions


def test_a_window_has_one_answer() -> None:
    frozen = frozen_of(half("null", 1, "a"), {}, Lettered())
    now = half("topic", 2, "a")
    assert check(frozen, now, {}, Lettered(), START) == check(frozen, now[::-1], {}, Lettered(), START)


@pytest.mark.parametrize(
    ("installed", "says"), [(None, "none is installed"), (Lettered("1" * 64), "letters is installed")]
)
def test_vectors_of_two_embedders_are_not_compared(installed: Lettered | None, says: str) -> None:
    frozen = frozen_of(half("null", 1, "a"), {}, Lettered())
    with pytest.raises(ValueError, match=f"made by letters, and {says}: .* create a new reference"):
        check(frozen, half("null", 2, "a"), {}, installed, START)


def test_vectors_are_left_out_where_the_reference_has_none() -> None:
    frozen = frozen_of(half("null", 1, "a"), {}, None)
    [finding] = check(frozen, half("null", 2, "a"), {}, Lettered(), START)
    assert FEATURE not in {one.feature for one in finding.features}


def test_too_few_prompts_are_told_and_not_judged() -> None:
    frozen = frozen_of(half("null", 1, "a"), {}, Lettered())
    [finding] = check(frozen, half("null", 2, "a", 49), {}, Lettered(), START)
    [vectors] = [one for one in finding.features if one.feature == FEATURE]
    assert (vectors.severity, vectors.psi, vectors.n_current) == ("insufficient_data", None, 49)


def test_a_weekday_without_a_reference_has_nothing_to_compare() -> None:
    monday = START + 3 * DAY
    frozen = frozen_of(calls("null", 60, 1, monday, DAY), {}, None, weekdays=True)
    assert len(check(frozen, calls("null", 60, 2, monday, DAY), {}, None, monday + 7 * DAY)) == 1
    assert check(frozen, calls("null", 60, 2, monday, DAY), {}, None, monday + DAY) == []


def test_a_feature_with_a_name_goes_before_vectors_of_one_severity() -> None:
    vectors = Found(
        feature=FEATURE, kind="embedding", severity="critical", n_reference=1, n_current=1, psi=9.0, psi_corrected=9.0
    )
    few = found("language", "insufficient_data", None)
    ranked = Finding.of(ALL, [few, vectors, found("latency", "critical", 0.5), found("model", "critical", 0.6)])
    assert [one.feature for one in ranked.features] == ["model", "latency", FEATURE, "language"]
    graver = Finding.of(ALL, [vectors, found("latency", "moderate", 0.5)])
    assert graver.top is not None
    assert graver.top.feature == FEATURE
    assert Finding.of(ALL, [few]).top is None
