"""Recording rules: Sloth's names, exact numbers, errors weighted by traffic; promtool evaluates what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sereno.assembly.slo import load
from sereno.promql.catalogue import known
from sereno.slo.compile import compiled
from sereno.slo.spec import Slo
from slo.specs import NATIVE, OPENSLO, SLOTH, promtool, prove, slos, write

SLOTH_NAMES = {
    # pkg/common/conventions of Sloth 0.16
    *(f"slo:sli_error:ratio_rate{window}" for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d")),
    "slo:objective:ratio",
    "slo:error_budget:ratio",
    "slo:time_period:days",
    "slo:current_burn_rate:ratio",
    "slo:period_burn_rate:ratio",
    "slo:period_error_budget_remaining:ratio",
    "sloth_slo_info",
}


def recorded(slo: Slo) -> dict[str, dict[str, Any]]:
    text = compiled([slo])[f"prometheus/{slo.id}.recording.rules.yaml"]
    return {rule["record"]: rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]}


@pytest.mark.parametrize("text", [NATIVE, SLOTH, OPENSLO])
def test_sloths_dashboards_find_their_series(text: str) -> None:
    for slo in slos(text):
        rules = recorded(slo)
        days = slo.period // 86400
        assert {*SLOTH_NAMES, f"slo:sli_error:ratio_rate{days}d"} <= set(rules)
        for name, rule in rules.items():
            labels = {"sloth_id": slo.id, "sloth_service": slo.service, "sloth_slo": slo.name, **slo.labels}
            assert labels.items() <= rule["labels"].items()
            if name.startswith("slo:sli_error:ratio_rate"):
                assert rule["labels"]["sloth_window"] == name.partition("ratio_rate")[2]


def test_a_dashboard_may_ask_for_every_recorded_series() -> None:
    """The catalogue, which stands below this room, knows the names that are written here."""
    for slo in load(()):
        for name, rule in recorded(slo).items():
            assert known()[name] is not None
            assert set(rule["labels"]) <= set(known()[name] or ())


def test_numbers_are_exact() -> None:
    rules = recorded(slos(SLOTH)[0])
    assert rules["slo:objective:ratio"]["expr"] == "vector(0.999)"
    assert rules["slo:error_budget:ratio"]["expr"] == "vector(0.001)"
    assert rules["slo:time_period:days"]["expr"] == "vector(30)"
    assert rules["sloth_slo_info"]["labels"]["sloth_objective"] == "99.9"


def test_whole_edges_of_foreign_queries_find_prometheus_3_buckets() -> None:
    assert 'le=~"5(\\\\.0)?"' in recorded(slos(SLOTH)[1])["slo:sli_error:ratio_rate5m"]["expr"]


def test_everything_passes_the_linter_of_prometheus(tmp_path: Path) -> None:
    for number, text in enumerate((NATIVE, SLOTH, OPENSLO)):
        folder = write(text, tmp_path / str(number))
        files = sorted(folder.glob("prometheus/*.rules.yaml"))
        assert len(files) == 6
        promtool("check", "rules", "--lint=all", "--lint-fatal", *files)


def evaluated(
    folder: Path, slo: str, series: dict[str, str], expectations: list[tuple[str, str, float | None]]
) -> None:
    """promtool's verdict on (time, expression, value; None for no sample), fed with raw series once a minute."""
    case = {
        "rule_files": [f"{folder}/prometheus/{slo}.recording.rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": expression,
                        "eval_time": time,
                        "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
                    }
                    for time, expression, value in expectations
                ],
            }
        ],
    }
    file = folder / "case.yaml"
    file.write_text(json.dumps(case))
    prove([file])


AVAILABILITY = """
version: sereno/v1
service: s
slos:
  - name: a
    objective: 99
    availability: {metric: llm_requests_total, bad: 'status="error"', total: 'status!="aborted"'}
"""


def test_the_period_is_weighted_by_traffic(tmp_path: Path) -> None:
    # An hour of 100 a minute with 1 % errors, then an hour of 1 a minute with 50 %: by traffic about 1.5 % of all,
    # while the mean of 5-minute ratios, Sloth's way, says some 25 %.
    write(AVAILABILITY, tmp_path)
    series = {
        'llm_requests_total{status="success"}': "0+99x60 5940.5+0.5x59",
        'llm_requests_total{status="error"}': "0+1x60 60.5+0.5x59",
    }
    error = "slo:sli_error:ratio_rate30d"
    evaluated(
        tmp_path, "s-a", series,
        [
            ("2h", f"(sum({error}) > bool 0.013) * (sum({error}) < bool 0.016)", 1),
            ("2h", "sum(avg_over_time(slo:sli_error:ratio_rate5m[30d])) > bool 0.2", 1),
        ],
    )  # fmt: skip


def test_no_traffic_is_no_sample_and_no_errors_are_an_error_of_zero(tmp_path: Path) -> None:
    write(AVAILABILITY, tmp_path)
    error = 'sum(slo:sli_error:ratio_rate5m{sloth_id="s-a"})'
    evaluated(tmp_path, "s-a", {'llm_requests_total{status="success"}': "0+5x20 100+0x20"}, [
        ("15m", error, 0),
        ("38m", error, None),
        ("38m", "sum(slo:sli_events:rate5m)", 0),
    ])  # fmt: skip
    evaluated(tmp_path, "s-a", {}, [("15m", error, None)])
    # Aborted calls are on neither side.
    mixed = {'llm_requests_total{status="aborted"}': "0+50x20", 'llm_requests_total{status="error"}': "0+1x20"}
    evaluated(tmp_path, "s-a", mixed, [("15m", error, 1)])


def test_a_mean_errs_by_its_overshoot(tmp_path: Path) -> None:
    write(NATIVE, tmp_path)  # tokens / requests ≤ 0.3, variance 33.3 %
    burn, error = "sum(slo:current_burn_rate:ratio)", "sum(slo:sli_error:ratio_rate5m)"
    dear = {'llm_tokens_used_total{type="prompt"}': "0+6x30", "llm_requests_total": "0+10x30"}
    evaluated(tmp_path, "llm-cached", dear, [
        ("20m", f"round({error}, 0.000001)", 1),
        ("20m", f"round({burn}, 0.001)", 3.003),
    ])  # fmt: skip
    cheap = {"llm_tokens_used_total": "0+1x30", "llm_requests_total": "0+10x30"}
    evaluated(tmp_path, "llm-cached", cheap, [("20m", error, 0)])


def test_a_series_of_errors_that_never_was_counts_as_none_for_foreign_queries_too(tmp_path: Path) -> None:
    write(SLOTH, tmp_path)
    evaluated(tmp_path, "shop-checkout-availability", {'http_requests_total{job="shop",code="200"}': "0+5x20"}, [
        ("15m", "sum(slo:sli_error:ratio_rate5m)", 0),
    ])  # fmt: skip


def test_groups_of_a_query_stay_apart(tmp_path: Path) -> None:
    by_region = SLOTH.replace("sum(rate(http_requests_total", "sum by (region) (rate(http_requests_total")
    write(by_region, tmp_path)
    series = {
        'http_requests_total{job="shop",region="eu",code="200"}': "0+9x30",
        'http_requests_total{job="shop",region="eu",code="500"}': "0+1x30",
        'http_requests_total{job="shop",region="us",code="200"}': "0+5x30",
    }
    error = "slo:sli_error:ratio_rate5m"
    evaluated(
        tmp_path, "shop-checkout-availability", series,
        [
            ("20m", f'round(sum({error}{{region="eu"}}), 0.000001)', 0.1),
            ("20m", f'sum({error}{{region="us"}})', 0),
            ("20m", 'round(sum(slo:current_burn_rate:ratio{region="eu"}), 0.001)', 100),
        ],
    )  # fmt: skip
