"""Three formats in, objectives out; every mistake is told with file, line, field and what was expected."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.promql.catalogue import known
from sereno.promql.query import Matcher
from sereno.slo.read import read
from sereno.slo.spec import Availability, Events, Latency, Mean, Ratio, Slo
from sereno.slo.windows import DAY
from slo.specs import NATIVE, OPENSLO, SLOTH, slos

GOOD = """version: sereno/v1
service: llm
slos:
  - name: a
    objective: 99.5
    availability:
      metric: llm_requests_total
      bad: status="error"
"""


def problems(text: str, *, known_only: bool = True) -> list[str]:
    return [str(problem) for problem in read([("s.yaml", text)], known() if known_only else None)[1]]


def test_our_own_format() -> None:
    chat, token, cached = slos(NATIVE, known=True)
    assert (chat.id, chat.objective, chat.period, chat.labels) == (
        "llm-chat",
        Decimal("99.9"),
        28 * DAY,
        {"team": "platform"},
    )
    assert chat.indicator == Availability(
        metric="llm_requests_total",
        where=(Matcher("job", "=~", "sereno|proxy"), Matcher("operation", "!=", "embeddings")),
        total=(Matcher("status", "!=", "aborted"),),
        bad=(Matcher("status", "=~", "err.*"),),
    )
    assert (chat.alerting.minimum_events, chat.alerting.no_data, chat.alerting.alerts[0].hold) == (50, "alert", 0)
    assert token.indicator == Latency(
        histogram="llm_time_to_first_token_seconds", threshold=Decimal("0.75"), ours=True
    )  # fmt: skip
    assert cached.indicator == Mean(sum="llm_tokens_used_total", count="llm_requests_total", at_most=Decimal("0.3"))
    assert cached.budget == Decimal("0.333")
    assert (token.alerting.name, token.alerting.minimum_events) == ("LlmFirstTokenErrorBudgetBurn", 10)


def test_sloths_format() -> None:
    availability, latency, probe = slos(SLOTH)
    assert (availability.service, availability.objective, availability.period) == ("shop", Decimal("99.9"), 30 * DAY)
    assert isinstance(availability.indicator, Events)
    assert availability.alerting.name == "CheckoutErrors"
    page, ticket = availability.alerting.alerts
    assert (page.enabled, page.hold, page.labels) == (True, 300, {"severity": "pageteam"})
    assert not ticket.enabled
    assert availability.alerting.minimum_events == 0  # Sloth says nothing of it
    assert latency.budget == Decimal("0.01")
    assert probe.indicator == Ratio(query='1 - avg_over_time(probe_success{job="shop"}[{{.window}}])')


def test_openslo() -> None:
    usual, strict, ready = slos(OPENSLO)
    assert [slo.id for slo in (usual, strict, ready)] == ["search-answers-0", "search-answers-1", "search-ready"]
    assert [slo.objective for slo in (usual, strict, ready)] == [Decimal("99.5"), Decimal("99.95"), Decimal(90)]
    assert usual.period == 28 * DAY
    assert usual.labels == {"team": "find"}  # others are no labels of Prometheus
    assert usual.indicator == Events(
        bad=None,
        good='sum(rate(answers_total{code!~"5.."}[{{.window}}]))',
        total="sum(rate(answers_total[{{.window}}]))",
    )
    assert ready.indicator == Ratio(query="avg_over_time(ready_ratio[{{.window}}])", success=True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("99.5", "100", "s.yaml:5: slos[0].objective: 100 leaves no error budget; expected a percentage above 0 and"),
        ("99.5", "0", "s.yaml:5: slos[0].objective: 0 asks for nothing; expected a percentage above 0 and below 100"),
        ("99.5", "99,5", "s.yaml:5: slos[0].objective: '99,5' is no number; expected a percentage"),
        ("99.5", "[1]", "s.yaml:5: slos[0].objective: is a list; expected a percentage"),
        ("    objective: 99.5\n", "", "s.yaml:4: slos[0].objective: is missing; expected a percentage"),
        ("name: a", "name: a b", "s.yaml:4: slos[0].name: 'a b' is no name; expected 1 to 63 letters"),
        ("name: a", "name: ../x", "s.yaml:4: slos[0].name: '../x' is no name"),
        ("name: a", "nam: a", "s.yaml:4: slos[0].name: is missing"),
        ("service: llm", "service: llm\nperiod: 7d", "s.yaml:3: period: no alert window fits a period of 7 days"),
        ("service: llm", "service: llm\nperiod: soon", "s.yaml:3: period: 'soon' is no duration; expected a number"),
        (
            "service: llm",
            "service: llm\nlabels: {sloth_id: x}",
            "s.yaml:3: labels: sloth_id is written by the compiler",
        ),
        ("service: llm", "service: llm\nlabels: {a-b: x}", "s.yaml:3: labels.a-b: is no label name; expected letters"),
        ("sereno/v1", "sereno/v2", "s.yaml:1: version: 'sereno/v2' is not known; expected sereno/v1, prometheus/v1"),
        ("version: sereno/v1\n", "", "s.yaml:1: version: is missing; expected sereno/v1"),
        (
            "llm_requests_total",
            "llm_request_total",
            "s.yaml:7: slos[0].availability.metric: there is no metric llm_request_total; did you mean llm_req",
        ),
        ("status=", "state=", "s.yaml:8: slos[0].availability.bad: llm_requests_total has no label state; it has"),
        ('status="error"', "status=error", "s.yaml:8: slos[0].availability.bad: 'status=error': "),
        ('bad: status="error"', "bad: ''", "s.yaml:8: slos[0].availability.bad: is missing; expected conditions"),
        (
            "metric:",
            "metirc:",
            "s.yaml:7: slos[0].availability.metric: is missing, metirc stands here; expected the name of a counter",
        ),
        ("bad:", "alerting: {}\n      bad:", "s.yaml:8: slos[0].availability.alerting: is no field here; expected bad"),
        ("availability:", "avail:", "s.yaml:4: slos[0]: has none of availability, latency and mean; expected exactly"),
        ("slos:", "slos: []\nx:", "s.yaml:3: slos: is missing or empty"),
    ],
)
def test_a_mistake_is_told_where_it_stands(old: str, new: str, told: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert len(found) == 1
    assert found[0].startswith(told)


NEAREST = (
    "slos[0].latency.threshold: no bucket of llm_request_duration_seconds ends at 4s, so nobody knows how many calls"
    " were slower; expected a bucket edge, the nearest are 3s and 5s"
)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("histogram: llm_request_duration_seconds, threshold: 4s", NEAREST),
        ("histogram: llm_request_duration_seconds, threshold: 20m", "the nearest are 600s"),
        ("histogram: llm_request_duration_seconds, threshold: fast", "'fast' is no duration"),
        ("histogram: llm_requests_total, threshold: 3s", "there is no metric llm_requests_total_count"),
    ],
)
def test_a_latency_that_no_bucket_can_tell_is_refused(fields: str, told: str) -> None:
    text = GOOD[: GOOD.index("    availability")] + f"    latency: {{{fields}}}\n"
    assert told in problems(text)[0]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("at_most: 0, variance: 10%", "mean.at_most: 0; expected a limit above 0"),
        ("at_most: 1, variance: 0%", "mean.variance: 0%; expected how far the mean may exceed the limit"),
        ("at_most: 1, variance: 100%", "mean.variance: 100%; expected"),
        ("at_most: 1", "mean.variance: is missing; expected how far"),
    ],
)
def test_a_mean_needs_a_limit_and_a_variance(fields: str, told: str) -> None:
    text = (
        GOOD[: GOOD.index("    objective")]
        + f"    mean: {{sum: llm_cost_usd_total, count: llm_requests_total, {fields}}}\n"
    )
    assert told in problems(text)[0]
    assert "a mean has none" in problems(text.replace("    mean", "    objective: 99\n    mean"))[0]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "[{{.window}}]))\n        total_query",
            "[5m]))\n        total_query",
            "slos[0].sli.events.error_query: has no {{.window}}",
        ),
        ("error_query: sum(", "error_query: sum((", "slos[0].sli.events.error_query: is no PromQL: "),
        (
            "      events:",
            "      plugin: {id: x}\n      events:",
            "slos[0].sli.plugin: is code of Sloth's that Sereno does",
        ),
        ("alert_for/v1", "other/v1", "slo_plugins.chain[0].id: 'sloth.dev/contrib/other/v1' is code of Sloth's"),
        ("page_alert: {for: 5m,", "page_alert: {for: 2d,", "page_alert.for: 172800 seconds; expected at most 1d"),
        ("labels: {category", "labels: {sloth_severity: x, category", "alerting.labels: sloth_severity is written by"),
        ("objective: 99.9", "objective: 100", "slos[0].objective: 100 leaves no error budget"),
    ],
)
def test_a_mistake_in_sloths_format(old: str, new: str, told: str) -> None:
    assert old in SLOTH
    found = problems(SLOTH.replace(old, new, 1), known_only=False)
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Occurrences", "Timeslices", "spec.budgetingMethod: Timeslices counts time slices, which Sereno does not"),
        ("isRolling: true", "isRolling: false", "spec.timeWindow[0].isRolling: a calendar window is not read"),
        ("duration: 4w", "duration: 1M", "spec.timeWindow[0].duration: '1M'; expected a number and m, h, d or w"),
        ("duration: 4w", "duration: 1w", "spec.timeWindow[0].duration: no alert window fits a period of 7 days"),
        ("indicatorRef: good-answers", "indicatorRef: nobody", "spec.indicatorRef: there is no SLI 'nobody'"),
        ("target: 0.995", "target: 1.0", "spec.objectives[0].target: 100 leaves no error budget"),
        ("target: 0.995", "value: 3", "spec.objectives[0].value: is not read"),
        ("query: answers_total}", "query: answers_total + 1}", "query: has no {{.window}} and is no plain counter"),
        ("kind: Service", "kind: Servant", "kind: 'Servant' is none of the choices; expected SLO or SLI"),
    ],
)
def test_what_openslo_can_say_and_we_cannot_keep_is_refused(old: str, new: str, told: str) -> None:
    assert old in OPENSLO
    assert told in problems(OPENSLO.replace(old, new, 1), known_only=False)[0]


def test_every_mistake_is_told_not_only_the_first() -> None:
    more = "  - {name: b, objective: 100, mean: {}}\n  - {name: c, objective: 1}\n"
    found = problems(GOOD.replace("llm_requests_total", "nobody_total") + more)
    assert [problem.partition(": ")[0] for problem in found] == ["s.yaml:9", "s.yaml:10", "s.yaml:7"]


def test_two_objectives_cannot_share_a_name_across_files() -> None:
    found = read([("a.yaml", GOOD), ("b.yaml", GOOD)], known())[1]
    assert [str(one) for one in found] == ["b.yaml:4: slos[0]: llm-a is also at a.yaml:4; expected a name of its own"]


def test_unknown_metrics_pass_when_asked_for_but_bad_promql_does_not() -> None:
    assert problems(SLOTH) != []
    assert problems(SLOTH, known_only=False) == []
    broken = SLOTH.replace("http_requests_total{", "http_requests_total{{", 1)
    assert "is no PromQL" in problems(broken, known_only=False)[0]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([NATIVE, SLOTH, OPENSLO]), st.data())
def test_a_damaged_spec_is_refused_or_read_but_never_breaks(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 12))
    put = data.draw(st.text(st.characters(codec="utf-8"), max_size=6))
    found, wrong = read([("s.yaml", text[:at] + put + text[at + length :])], None)
    assert all(isinstance(slo, Slo) for slo in found)
    assert all(str(problem).startswith("s.yaml:") for problem in wrong)
    assert found or wrong
