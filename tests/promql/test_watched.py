"""What an alert rule watches, taken from its expression."""

from __future__ import annotations

import pytest

from sereno.alerts.catalogue import groups
from sereno.alerts.thresholds import Thresholds
from sereno.promql.query import read
from sereno.promql.watched import Watched, watched

RULES = [(rule.name, rule.expr) for group in groups(Thresholds()) for rule in group.rules]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("up == 0", [Watched("up", "==", 0.0)]),
        ("0.05 < rate(x[5m])", [Watched("rate(x[5m])", ">", 0.05)]),
        ("10 >= y", [Watched("y", "<=", 10.0)]),
        ("(y) <= (24 * 3600)", [Watched("y", "<=", 86400.0)]),
        ("y > -1.5", [Watched("y", ">", -1.5)]),
        ("y > 1 / 0", [Watched("y")]),
        ("a > 1 and b > 2 unless c > 3", [Watched("a", ">", 1.0)]),
        ("a > 1 or on (job) (b < 2)", [Watched("a", ">", 1.0), Watched("b", "<", 2.0)]),
        ("a > b", [Watched("a")]),
        ("absent(up)", [Watched("absent(up)")]),
        ("sum(a) / sum(b > 0) > 0.5", [Watched("sum(a) / sum(b > 0)", ">", 0.5)]),
    ],
)
def test_series_and_limit_are_taken_apart(expression: str, expected: list[Watched]) -> None:
    assert watched(expression) == expected


@pytest.mark.parametrize(("name", "expression"), RULES, ids=[name for name, _ in RULES])
def test_every_shipped_rule_watches_series_that_can_be_asked_for(name: str, expression: str) -> None:
    parts = watched(expression)

    selected = {selector for part in parts for selector in read(part.query).selectors}
    assert selected <= set(read(expression).selectors)
    if name not in {"Watchdog", "SerenoNotScraped"}:
        # These compare with another series.
        compared = {"GpuPowerLimit", "DriftCheckStale", "AccuracyLow", "ChecksFailMoreOften", "AccuracyFell"}
        assert any(part.limit is not None for part in parts) or name in compared


def test_what_is_no_promql_is_refused() -> None:
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        watched("sum by (")
