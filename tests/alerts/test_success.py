"""The success figures, on histories and scrapes whose answer is plain."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.alerts import success
from sereno.alerts.episode import Episode
from sereno.alerts.history import history

DAY = 86400.0


def down(start: float, end: float | None, name: str = "OllamaDown", severity: str = "critical") -> Episode:
    told = start if end is None else end
    return Episode(
        id=1, fingerprint="f", labels={"alertname": name, "severity": severity}, annotations={}, starts_at=start,
        ends_at=end, received_at=start + 10, told_at=told,
    )  # fmt: skip


def test_availability_by_history_counts_time_in_which_something_was_down_once() -> None:
    found = [
        down(0, 864), down(432, 864, "RedisDown"), down(9000, 9864), down(0, 90000, "HighLLMLatency"),
        down(0, 90000, "QdrantDown", "warning"),
    ]  # fmt: skip
    figure = success.availability_by_history(found, 10 * DAY, 0)
    assert figure.value == pytest.approx(1 - 1728 / (10 * DAY))
    assert figure.met is False
    assert success.availability_by_history(found[:1], 20 * DAY, 0).met is True
    assert success.availability_by_history([down(-500, 100)], 1000, 0).value == pytest.approx(0.9)


def test_a_history_that_begins_now_claims_nothing() -> None:
    assert success.availability_by_history([], 5.0, 5.0).met is None


def test_coverage_is_of_services_not_of_jobs() -> None:
    figure = success.coverage(
        {"sereno": True, "redis": False, "redis-exporter": True, "qdrant-probe": True, "n8n": False}, ["vault"]
    )
    assert figure.value == pytest.approx(2 / 5)
    assert figure.note == "2 of 5 services; without: n8n, qdrant, vault"
    assert success.coverage({f"s{n}": n > 0 for n in range(10)}).met is True  # 90 %
    assert success.coverage({}).met is None


def test_one_that_nobody_took_up_misses_however_fast_the_others_were() -> None:
    late = down(0, None)
    taken = Episode(**{n: getattr(down(0, 9000), n) for n in Episode.__struct_fields__} | {"acknowledged_at": 30.0})
    assert success.acknowledgement(history([taken], 9000, {})).met is True
    figure = success.acknowledgement(history([taken, late], 9000, {}))
    assert (figure.value, figure.met) == (20.0, False)
    assert success.acknowledgement(history([], 9000, {})).met is None


def test_detection_is_the_mean_of_criticals() -> None:
    holds = {("OllamaDown", "critical"): 30}
    assert success.detection(history([down(0, 5)], 100, holds)).value == 40.0
    assert success.detection(history([down(0, 5, "Own")], 100, holds)).value is None


@pytest.mark.parametrize(
    ("calls", "bodies", "value", "met"),
    [(None, 90, 90, True), (None, None, math.inf, True), (365, 29, 29, False), (30, None, 30, True)],
)
def test_retention_is_the_shorter_of_both(calls: float | None, bodies: float | None, value: float, met: bool) -> None:
    figure = success.retention(calls, bodies)
    assert (figure.value, figure.met) == (value, met)


def test_availability_by_up_names_the_least() -> None:
    figure = success.availability_by_up({"sereno": 1.0, "redis": 0.996})
    assert figure.value == pytest.approx(0.998)
    assert figure.met is False
    assert "redis with 99.600 %" in figure.note
    assert success.availability_by_up({}).met is None


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)))
def test_spans_cover_what_a_ruler_measures(spans: list[list[int]]) -> None:
    ticks = {tick for first, last in spans for tick in range(first, last)}
    assert success.covered([(float(a), float(b)) for a, b in spans]) == len(ticks)
