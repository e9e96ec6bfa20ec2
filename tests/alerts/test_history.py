"""What a history says, on episodes whose answer is plain."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sereno.alerts.catalogue import holds
from sereno.alerts.episode import Episode
from sereno.alerts.history import days, history

START = 1_763_683_200.0  # 2025-11-21T00:00:00Z
HOLDS = {("OllamaDown", "critical"): 30, ("HighLLMLatency", "warning"): 120}


def episode(name: str = "OllamaDown", severity: str = "critical", at: float = 0.0, **fields: Any) -> Episode:
    """One that was told five seconds after it began and goes on."""
    known = {"ends_at": None, "received_at": START + at + 5, "told_at": START + at + 5, **fields}
    for field in ("ends_at", "acknowledged_at"):
        if known.get(field) is not None:
            known[field] += START + at
    return Episode(
        id=1, fingerprint="f", labels={"alertname": name, "severity": severity}, annotations={},
        starts_at=START + at, **known,
    )  # fmt: skip


def test_time_to_acknowledge_counts_criticals_from_when_they_were_told() -> None:
    found = history(
        [
            episode(acknowledged_at=65.0),  # 60 s after it was told
            episode(acknowledged_at=605.0),  # 600 s: too late
            episode(ends_at=100.0),  # over before five minutes: nobody had to come
            episode(ends_at=900.0),  # nobody came
            episode(at=3500.0),  # goes on, but is young
            episode("HighLLMCost", "warning", ends_at=900.0),
        ],
        START + 3600,
        HOLDS,
    ).acknowledge
    assert (found.known, found.mean, found.median, found.greatest) == (2, 330.0, 330.0, 600.0)
    assert (found.due, found.within) == (3, 1 / 3)


def test_detection_begins_with_the_condition_not_with_the_alert() -> None:
    found = history(
        [
            episode(received_at=START + 10),  # 30 s of `for`, 10 s until told
            episode(received_at=START + 100),  # 130 s: more than two minutes
            episode("HighLLMLatency", "warning"),  # not critical
            episode("OfYourOwn"),  # nobody knows its `for`
        ],
        START + 3600,
        HOLDS,
    )
    assert (found.detection.known, found.detection.mean, found.detection.within) == (2, 85.0, 0.5)
    assert (found.delivery.known, found.delivery.greatest) == (4, 100.0)


def test_without_alerts_nothing_is_claimed() -> None:
    found = history([], START, HOLDS)
    for spread in (found.acknowledge, found.detection, found.delivery):
        assert (spread.known, spread.mean, spread.median, spread.within, spread.due) == (0, None, None, None, 0)
    assert (found.episodes, found.rules) == (0, [])


def test_the_noisiest_rule_comes_first() -> None:
    noisy = [episode("Flaps", "warning", at=n * 600.0, ends_at=60.0, told_at=START + n * 600 + 60) for n in range(4)]
    long = episode(at=100.0, ends_at=1000.0, acknowledged_at=50.0)
    on = episode("On", at=3000.0, told_at=START + 3590)
    first, second, third = history([on, long, *noisy], START + 3600, HOLDS).rules
    assert (first.name, first.episodes, first.seconds, first.short, first.acknowledged) == ("Flaps", 4, 240.0, 1.0, 0.0)
    assert (second.name, second.seconds, second.short, second.acknowledged) == ("OllamaDown", 1000.0, 0.0, 1.0)
    assert (third.name, third.firing, third.short, third.seconds) == ("On", 1, None, 590.0)


def test_days_begin_where_the_reader_lives_and_none_is_left_out() -> None:
    found = [episode(at=-1800.0), episode(at=1800.0), episode("B", "warning", at=1800.0)]
    start, end = START - 2 * 86400, START + 86400
    assert [(day.at - START, dict(day.severities)) for day in days(found, start, end, "UTC")] == [
        (-172800.0, {}), (-86400.0, {"critical": 1}), (0.0, {"critical": 1, "warning": 1}),
    ]  # fmt: skip
    madrid = days(found, START - 86400, START + 3600, "Europe/Madrid")  # an hour ahead
    assert [dict(day.severities) for day in madrid] == [{}, {"critical": 2, "warning": 1}]
    assert madrid[1].at == START - 3600


def test_a_day_of_23_hours_is_one_day() -> None:
    spring = 1_774_738_800.0  # 2026-03-29T00:00+01:00, when clocks in Madrid go forward
    found = days([], spring, spring + 2 * 86400 - 3600, "Europe/Madrid")
    assert [day.at - spring for day in found] == [0.0, 82800.0]


def test_every_rule_that_ships_has_its_hold() -> None:
    known = holds()
    assert known["OllamaDown", "critical"] == 30
    assert known["HostHighCpu", "warning"] == 300


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e5), st.booleans(), st.sampled_from(["critical", "info"]))))
def test_shares_are_shares_and_counts_add_up(rows: list[tuple[float, float, bool, str]]) -> None:
    found = [
        episode(name=f"r{int(at) % 3}", severity=severity, at=at, ends_at=length if over else None,
                acknowledged_at=length if over else None)
        for at, length, over, severity in rows
    ]  # fmt: skip
    told = history(found, START + 1e6, HOLDS)
    assert told.episodes == len(found) == sum(rule.episodes for rule in told.rules) == sum(told.severities.values())
    for rule in told.rules:
        assert 0 <= rule.acknowledged <= 1
        assert rule.short is None or 0 <= rule.short <= 1
    for spread in (told.acknowledge, told.detection, told.delivery):
        assert spread.known <= spread.due
        assert spread.within is None or 0 <= spread.within <= 1
    assert msgspec.json.decode(msgspec.json.encode(told), type=type(told)) == told
