"""Drift that is planted in traffic through the gateway leads to the right event, the right feature, and no other."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from drift.planted import Plan as Planted
from drift.street import Street
from sereno.keeper.drift.plan import Plan
from sereno.store.ledger import drift_checks

REFERENCE, WINDOW = 300, 150
LENGTH = {"prompt_characters", "input_tokens", "prompt_embedding"}
ANSWER = {"response_characters", "output_tokens", "latency"}
PLANTED: dict[Planted, tuple[set[str], set[str]]] = {
    # what was planted, and what changes with it: another topic or language has other words, longer answers take longer
    "topic": ({"category", "prompt_embedding"}, LENGTH),
    "length": (LENGTH, set()),
    "answer": (ANSWER, {"time_per_output_token"}),
    "language": ({"language"}, LENGTH | {"category"}),
    "latency": ({"ttft"}, {"latency"}),
    "model": ({"model"}, set()),
    "swap": ({"time_per_output_token"}, ANSWER),
    "refusal": ({"refusal"}, ANSWER | {"time_per_output_token"}),
}


class Seen(msgspec.Struct):
    """What a check of a window made, and the events that it wrote."""

    check: drift_checks.Check
    drifted: list[str]
    events: list[tuple[str, str, str | None]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """One installation: what is normal is frozen, then every plan has a window, and a window as before follows."""
    street = Street(tmp_path_factory.mktemp("street") / "data", Plan(window=float(WINDOW)))
    begin = street.now
    street.pass_by("null", REFERENCE, 1)
    street.monitor.use(street.monitor.create("normal", begin, street.now, weekdays=False, by="").label, "")
    windows: list[tuple[str, Planted]] = [("at first", "null")]
    for plan in PLANTED:
        windows += [(plan, plan), (f"after {plan}", "null")]
    found: dict[str, Seen] = {}
    told = 0
    for number, (name, plan) in enumerate(windows):
        street.pass_by(plan, WINDOW, 100 + number)
        check = street.monitor.check()
        events = street.events()
        with street.ledger.read() as connection:
            features = drift_checks.findings(connection, check.id)[0].features
        drifted = [one.feature for one in features if one.severity not in {"none", "insufficient_data"}]
        found[name] = Seen(check, drifted, events[told:])
        told = len(events)
    yield found
    street.close()


@pytest.mark.parametrize("plan", PLANTED)
def test_the_event_names_what_was_planted(seen: dict[str, Seen], plan: Planted) -> None:
    planted, consequences = PLANTED[plan]
    made = seen[plan]
    assert (made.check.status, made.check.n_current, made.check.drift_detected) == ("ok", WINDOW, True)
    ((kind, model, feature),) = made.events
    assert (kind, model, feature in planted) == ("drift", "", True), feature
    assert set(made.drifted) <= planted | consequences


def test_traffic_as_before_is_no_event_but_the_end_of_drift(seen: dict[str, Seen]) -> None:
    quiet = {name: made for name, made in seen.items() if name not in PLANTED}
    assert len(quiet) == len(PLANTED) + 1
    for name, made in quiet.items():
        assert (made.check.severity, made.check.drift_detected) == ("none", False), (name, made.drifted)
        assert [kind for kind, _, _ in made.events] == ([] if name == "at first" else ["recovered"])


def test_times_are_those_of_the_clock_that_was_given(seen: dict[str, Seen]) -> None:
    check = seen["swap"].check
    assert check.timestamp == check.window_end == check.window_start + WINDOW
