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
    latency=7.5, error_share=0.055, tokens_per_second=11_000, cost_per_hour=11, cpu_share=0.85, memory_share=0.86,
    gpu_celsius=95, gpu_watts=700, journal_bytes=300 * 1024**2, lag_seconds=300, transaction_seconds=60_000,
)  # fmt: skip


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


def test_other_thresholds_make_other_rules_and_other_texts(tmp_path: Path) -> None:
    """The tests follow the settings: what is computed from a limit fits it, what is fixed would fail."""
    changed = {
        rule.name
        for before, after in zip(GROUPS, groups(OTHERS), strict=True)
        for rule in after.rules
        if rule not in before.rules
    }
    assert {"HighLLMLatency", "HighLLMErrorRate", "HostHighCpu", "GpuHot", "SerenoJournalFilling"} <= changed


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
