"""The generated promtool tests hold for the shipped rules, and find out a rule that changed in a way that counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from alerts.rules import GROUPS, RULES, promtool, write
from sereno.alerts.case import STEP
from sereno.alerts.catalogue import groups
from sereno.alerts.proofs import proofs
from sereno.alerts.thresholds import Thresholds

OTHERS = Thresholds(
    latency=0.7, error_share=0.013, minimum_requests=400, tokens_per_second=123_456, cost_per_hour=0.33,
    token_seconds=1.7, poll_seconds=0.25, spilled_share=0.31, cpu_share=0.41, memory_share=0.977, disk_free_share=0.31,
    disk_full_hours=100, gpu_celsius=71.5, gpu_memory_share=0.5, gpu_power_share=0.8, gpu_watts=123,
    connection_share=0.33, transaction_seconds=77, redis_memory_share=0.61, container_memory_share=0.72,
    journal_bytes=123_456_789, lag_seconds=7300, query_seconds=0.033,
    budget_share=0.7, check_rise=0.21,
)  # fmt: skip
"""Every one of them is another."""


def test_the_proofs_hold(tmp_path: Path) -> None:
    folder = write(tmp_path)
    promtool("check", "rules", "--lint=all", "--lint-fatal", *sorted(folder.glob("prometheus/*.rules.yaml")))
    promtool("test", "rules", *sorted(folder.glob("prometheus/tests/*.yaml")))


MUTATIONS = {
    "the limit of latency is higher": ("llm", "HighLLMLatency", "[5m]))) > 5", "[5m]))) > 6"),
    "a few requests are enough": ("llm", "HighLLMErrorRate", ">= 5", ">= 1"),
    "clients that leave count as answers": ("llm", "HighLLMErrorRate", "success|error", "success|error|aborted"),
    "the share is taken of each series": ("llm", "HighLLMErrorRate", "/ sum(rate(", "/ max(rate("),
    "an hour has fewer seconds": ("llm", "HighLLMCost", "* 3600", "* 60"),
    "a short restart is told": ("llm", "LLMServiceDown", "for: 1m", "for: 15s"),
    "another severity": ("llm", "LLMServiceDown", "severity: critical", "severity: warning"),
    "no GPU is a spill": ("ollama", "ModelSpilledToCpu", " and ollama_model_vram_bytes > 0", ""),
    "one outage is told twice": ("ollama", "ModelServerDown", " unless on (job, instance, upstream) ollama_up", ""),
    "the worst core counts": ("host", "HostHighCpu", "1 - avg by", "1 - min by"),
    "file systems in memory count": ("host", "HostDiskFull", "tmpfs|", ""),
    "an old fault goes on for ever": ("gpu", "GpuXidError", " and changes(DCGM_FI_DEV_XID_ERRORS[15m]) > 0", ""),
    "no limit is a limit": ("databases", "RedisMemoryHigh", "(redis_memory_max_bytes > 0)", "redis_memory_max_bytes"),
    "the front door is not asked": ("services", "QdrantDown", 'probe_success{job="qdrant-probe"} == 0', "up == 2"),
    "old losses are told": ("sereno", "SerenoDropsRecords", "(increase(sereno_gateway_dropped_records_total[5m]))",
                            "(sereno_gateway_dropped_records_total)"),
    "chance is a rise": ("quality", "ChecksFailMoreOften", "8 - 4 * sqrt(", "8 - 0 * sqrt("),
    "a new model is a rise": ("quality", "ChecksFailMoreOften", " >= 20)", " >= 1)"),
    "chance is a loss": ("quality", "AccuracyFell", 'bound="high"} < 0', 'bound="value"} < 0'),
    "the wrong text": ("sereno", "SerenoDropsRecords", "Clients notice nothing", "Clients notice it"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_changed_rule_is_found_out(name: str, tmp_path: Path) -> None:
    group, rule, old, new = MUTATIONS[name]
    folder = write(tmp_path)
    rules = folder / f"prometheus/{group}.rules.yaml"
    text = rules.read_text()
    assert old in text
    rules.write_text(text.replace(old, new))
    promtool("check", "rules", rules)
    promtool("test", "rules", f"--run=^{rule} ", folder / f"prometheus/tests/{group}.yaml", ok=False)


def test_the_proofs_follow_the_thresholds(tmp_path: Path) -> None:
    assert all(getattr(OTHERS, name) != getattr(Thresholds(), name) for name in Thresholds.__struct_fields__)
    before = [rule for group in GROUPS for rule in group.rules]
    changed = {rule.name for group in groups(OTHERS) for rule in group.rules if rule not in before}
    assert len(changed) >= len(Thresholds.__struct_fields__)
    folder = write(tmp_path, OTHERS)
    files = [group.name for group in groups(OTHERS) if any(rule not in before for rule in group.rules)]
    promtool("test", "rules", *(folder / f"prometheus/tests/{name}.yaml" for name in files))


def test_a_case_lasts_as_long_as_its_rule_needs() -> None:
    for group in GROUPS:
        tests = proofs(group, "x", "y")["tests"]
        assert len(tests) == sum(len(rule.cases) for rule in group.rules)
        for test in tests:
            at = int(re.fullmatch(r"(\d+)s", test["alert_rule_test"][0]["eval_time"])[1])  # type: ignore[index]
            rule = next(rule for rule in RULES if rule.name == test["alert_rule_test"][0]["alertname"])
            assert at >= rule.hold
            assert at % STEP == 0


def test_files_are_read_back_as_they_were_meant(tmp_path: Path) -> None:
    folder = write(tmp_path)
    found = [
        rule
        for path in sorted(folder.glob("prometheus/*.rules.yaml"))
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
    ]
    assert sorted((rule["alert"], rule["labels"]["severity"], rule["expr"]) for rule in found) == sorted(
        (rule.name, rule.severity, rule.expr) for rule in RULES
    )
