"""How objectives stand, from counts worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from sereno.promql.query import matchers
from sereno.slo.samples import Cell, Distribution, NotRecordedError, increase
from sereno.slo.spec import Slo
from sereno.slo.status import statuses, windows
from sereno.slo.windows import DAY, HOUR, WINDOWS
from slo.specs import SLOTH, slos

SPEC = """
version: sereno/v1
service: llm
slos:
  - name: availability
    objective: 99.5
    availability: {metric: llm_requests_total, where: 'job="sereno"', total: 'status!="aborted"', bad: 'status="error"'}
  - name: latency
    objective: 95
    latency: {histogram: llm_request_duration_seconds, where: 'operation="chat"', threshold: 3s}
  - name: cost
    mean: {sum: llm_cost_usd_total, count: ollama_model_costs_count, at_most: 0.02, variance: 10%}
"""


def cells(good: int, bad: int, *, aborted: int = 0, slow: int = 0, cost: float = 0.0) -> list[Cell]:
    def cell(status: str, calls: int, late: int) -> Cell:
        seconds = Distribution(calls, 1.0 * calls, {Decimal("1.0"): calls - late, Decimal("3.0"): calls - late})
        return Cell(
            model="a", operation="chat", status=status, calls=calls, cost_usd=cost if status == "success" else 0.0,
            cost_known=calls if status == "success" else 0, durations={"llm_request_duration_seconds": seconds},
        )  # fmt: skip

    return [cell("success", good, slow), cell("error", bad, 0), cell("aborted", aborted, 0)]


def answers(recent: Sequence[Cell], long: Sequence[Cell] | None = None) -> dict[int, Sequence[Cell]]:
    """The same calls in every window, or others from two hours on."""
    return {
        window: recent if window < 2 * HOUR or long is None else long for window in (*WINDOWS, 28 * DAY, 30 * DAY)
    }  # fmt: skip


def availability() -> Slo:
    return slos(SPEC, known=True)[0]


def test_attainment_budget_and_burn() -> None:
    # 3 errors of 1,000 that count: 99.7 % of an objective of 99.5 %, so 60 % of the budget is gone.
    (status,) = statuses([availability()], answers(cells(997, 3, aborted=500)), 1000.0)
    assert status.period is not None
    assert (status.period.events, status.period.error) == (1000, 0.003)
    assert status.attained == pytest.approx(99.7)
    assert status.budget_left == pytest.approx(0.4)
    assert [burn.rate for burn in status.burns] == pytest.approx([0.6] * 7)
    assert (status.firing, status.at) == ((), 1000.0)


def test_an_overdrawn_budget_is_below_zero() -> None:
    (status,) = statuses([availability()], answers(cells(990, 10)), 0.0)
    assert status.budget_left == pytest.approx(-1)


def test_pages_and_tickets_need_both_windows() -> None:
    burning, calm = cells(900, 100), cells(1000, 0)
    (status,) = statuses([availability()], answers(burning), 0.0)
    assert status.firing == ("page", "ticket")
    # Burning in 5m, 30m and 1h alone: 1h and 5m page, no ticket's windows burn.
    (status,) = statuses([availability()], answers(burning, calm), 0.0)
    assert status.firing == ("page",)
    # It has stopped: the long windows hold it still, the short ones are clean.
    stopped = {**answers(burning), 300: calm, 1800: calm, 2 * HOUR: calm, 6 * HOUR: calm}
    (status,) = statuses([availability()], stopped, 0.0)
    assert status.firing == ()


def test_exactly_the_threshold_does_not_fire_and_few_events_do_not() -> None:
    at, above = cells(928, 72), cells(927, 73)  # 14.4 × 0.5 % = 7.2 %
    for found, firing in ((at, ()), (above, ("page",))):
        only = {**answers(cells(1000, 0)), 300: found, HOUR: found}
        assert statuses([availability()], only, 0.0)[0].firing == firing
    assert statuses([availability()], answers(cells(5, 4)), 0.0)[0].firing == ()
    assert statuses([availability()], answers(cells(5, 5)), 0.0)[0].firing == ("page", "ticket")


def test_latency_counts_what_is_above_the_edge() -> None:
    latency = slos(SPEC, known=True)[1]
    (status,) = statuses([latency], answers(cells(90, 5, aborted=5, slow=20)), 0.0)
    assert status.attained == pytest.approx(80)


def test_a_mean_errs_by_its_overshoot_and_has_no_attainment() -> None:
    cost = slos(SPEC, known=True)[2]
    (status,) = statuses([cost], answers(cells(100, 50, cost=2.1)), 0.0)
    assert status.period is not None
    assert (status.period.mean, status.attained) == (0.021, None)
    assert status.budget_left == pytest.approx(0.5)  # 5 % above of the 10 % allowed
    (status,) = statuses([cost], answers(cells(100, 50, cost=1.0)), 0.0)
    assert status.budget_left == 1


def test_no_traffic_is_unknown_not_kept() -> None:
    (status,) = statuses([availability()], answers([]), 0.0)
    assert (status.attained, status.budget_left, status.firing, status.unknown) == (None, None, (), None)


def test_what_only_prometheus_can_tell_is_said() -> None:
    found = statuses(slos(SLOTH), answers(cells(1, 0)), 0.0)
    assert [status.unknown for status in found] == ["a query of one's own is answered by Prometheus alone"] * 3


def test_every_needed_window_is_asked_for() -> None:
    assert windows([availability()]) == (*WINDOWS, 30 * DAY)


def test_samples_are_those_of_the_metrics_page() -> None:
    found = cells(10, 2)
    assert increase(found, "llm_requests_total", matchers('status="error",instance="x"')) == 2
    assert increase(found, "llm_requests_total", matchers('model!="a"')) == 0
    assert increase(found, "llm_requests_total", matchers('nosuch=""')) == 12  # a label that is not there is ""
    assert increase(found, "llm_request_duration_seconds_sum", ()) == 12
    assert increase(found, "llm_request_duration_seconds_bucket", (), Decimal(3)) == 12
    tokens = [Cell(model="a", operation="chat", status="success", calls=1, input_tokens=7, output_tokens=5)]
    assert increase(tokens, "llm_tokens_used_total", matchers('type="prompt"')) == 7
    assert increase(tokens, "llm_tokens_used_total", ()) == 12


@pytest.mark.parametrize("metric", ["sereno_http_requests_total", "llm_load_duration_seconds_count", "node_load1"])
def test_a_metric_that_the_record_does_not_hold_is_refused(metric: str) -> None:
    with pytest.raises(NotRecordedError, match="ask Prometheus"):
        increase(cells(1, 0), metric, ())
