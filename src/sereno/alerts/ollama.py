"""Model servers: down, slow, failing, a model that does not fit the GPU."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Rising, conditions, fires, silent
from sereno.alerts.llm import busy, enough, few
from sereno.alerts.rule import Group, Rule
from sereno.alerts.thresholds import Thresholds, number
from sereno.conventions import SCRAPE_JOB

DOWN_HOLD = 30
"""Seconds: with a poll, a scrape and an evaluation of 15 s each and a notification after 10 s, under two minutes."""
_OWN = {"job": SCRAPE_JOB, "instance": "gw:11434"}
_SERVER = {**_OWN, "upstream": "gpu"}
_AT = conditions(_SERVER)
_HERE = conditions(_OWN)


def group(limits: Thresholds) -> Group:
    """The rules."""
    rules = (_down(), _other_down(), _errors(limits), _polls(limits), _tokens(limits), _spilled(limits))
    return Group("ollama", rules)


def _down() -> Rule:
    exporter = {"job": "ollama-exporter", "instance": "exporter:9101", "upstream": "default"}
    return Rule(
        name="OllamaDown",
        expr="ollama_up == 0",
        hold=DOWN_HOLD,
        severity="critical",
        summary="Ollama {upstream} is down",
        description="Ollama {upstream} does not answer {job} on {instance}.",
        unit="plain",
        dashboard="ollama-overview",
        runbook="OllamaDown",
        cases=(
            fires("one of two is down", {f"ollama_up{{{_AT}}}": 0, f'ollama_up{{{_HERE},upstream="b"}}': 1}, _SERVER),
            fires(
                "the exporter sees it down",
                {'ollama_up{job="ollama-exporter",instance="exporter:9101",upstream="default"}': 0},
                exporter,
            ),
            silent("it answers", {f"ollama_up{{{_AT}}}": 1}),
            silent("one missed poll", {f"ollama_up{{{_AT}}}": "1x8 0x1 1x60"}, after=120),
        ),
    )


def _other_down() -> Rule:
    return Rule(
        name="ModelServerDown",
        expr="sereno_upstream_up == 0 unless on (job, instance, upstream) ollama_up",
        hold=DOWN_HOLD,
        severity="critical",
        summary="The model server {upstream} is down",
        description="The model server {upstream} does not answer {job} on {instance}.",
        unit="plain",
        dashboard="llmops-overview",
        runbook="OllamaDown",
        cases=(
            fires("a vLLM is down", {f"sereno_upstream_up{{{_AT}}}": 0}, _SERVER),
            silent(
                "an Ollama is down, which OllamaDown tells",
                {f"sereno_upstream_up{{{_AT}}}": 0, f"ollama_up{{{_AT}}}": 0},
            ),
            silent("it answers", {f"sereno_upstream_up{{{_AT}}}": 1}),
        ),
    )


def _errors(limits: Thresholds) -> Rule:
    name = "ollama_requests_total"
    where = f'job="{SCRAPE_JOB}"'
    counted = f'{name}{{{where},status=~"success|error"}}'

    def requests(failed: float, rate: float) -> dict[str, Rising]:
        rates = {"error": failed * rate, "success": (1 - failed) * rate}
        labels = f'{_HERE},model="qwen3:8b"'
        return {f'{name}{{{labels},status="{status}"}}': Rising(rate) for status, rate in rates.items()}

    over = limits.error_share + (1 - limits.error_share) / 50
    return Rule(
        name="HighErrorRate",
        expr=(
            f'sum(rate({name}{{{where},status="error"}}[5m])) / sum(rate({counted}[5m]))'
            f" > {number(limits.error_share)}\n{enough(counted, limits)}"
        ),
        hold=300,
        severity="warning",
        summary="Requests to Ollama fail",
        description="{value} of the requests over Ollama's API failed in the last 5 minutes.",
        unit="share",
        dashboard="ollama-overview",
        runbook="HighLLMErrorRate",
        cases=(
            fires("a few more fail than may", requests(over, busy(limits)), {}, readings.share(over)),
            silent("a few less fail", requests(0.98 * limits.error_share, busy(limits))),
            silent("all fail, but they are too few", requests(1, few(limits))),
        ),
    )


def _polls(limits: Thresholds) -> Rule:
    name = "ollama_poll_duration_seconds"
    slow = 1.5 * limits.poll_seconds
    return Rule(
        name="OllamaSlow",
        expr=(
            f"min_over_time({name}[5m]) > {number(limits.poll_seconds)}\n"
            "and on (job, instance, upstream) ollama_up == 1"
        ),
        hold=0,
        severity="warning",
        summary="Ollama {upstream} is slow to answer",
        description="Ollama {upstream} takes {value} or more to list its models.",
        unit="seconds",
        dashboard="ollama-overview",
        runbook="OllamaSlow",
        cases=(
            fires("every poll", {f"{name}{{{_AT}}}": slow, f"ollama_up{{{_AT}}}": 1}, _SERVER, readings.seconds(slow)),
            silent("one slow poll", {f"{name}{{{_AT}}}": f"0x30 {slow:g} 0x20", f"ollama_up{{{_AT}}}": 1}),
            silent("it is down", {f"{name}{{{_AT}}}": slow, f"ollama_up{{{_AT}}}": 0}),
        ),
    )


def _tokens(limits: Thresholds) -> Rule:
    name = "llm_time_per_output_token_seconds"
    where = f'job="{SCRAPE_JOB}"'
    labels = f'{_HERE},model="llama3:70b",operation="chat"'

    def answers(seconds: float, per_second: float) -> dict[str, Rising]:
        return {
            f"{name}_sum{{{labels}}}": Rising(seconds * per_second),
            f"{name}_count{{{labels}}}": Rising(per_second),
        }

    slow = 1.25 * limits.token_seconds
    return Rule(
        name="ModelSlow",
        expr=(
            f"sum by (model) (rate({name}_sum{{{where}}}[10m])) / sum by (model) (rate({name}_count{{{where}}}[10m]))"
            f" > {number(limits.token_seconds)}\n"
            f"and on (model) sum by (model) (increase({name}_count{{{where}}}[10m])) >= {limits.minimum_requests}"
        ),
        hold=300,
        severity="warning",
        summary="{model} writes slowly",
        description="{model} takes {value} for each token it writes.",
        unit="seconds",
        dashboard="ai-models-performance",
        runbook="ModelSlow",
        cases=(
            fires("a quarter slower", answers(slow, busy(limits)), {"model": "llama3:70b"}, readings.seconds(slow)),
            silent("a little faster", answers(0.95 * limits.token_seconds, busy(limits))),
            silent("slow, but too few answers", answers(slow, few(limits) / 2)),
        ),
    )


def _spilled(limits: Thresholds) -> Rule:
    memory, vram = "ollama_model_memory_bytes", "ollama_model_vram_bytes"
    model = f'{_AT},model="llama3:70b"'
    spilled, little = limits.spilled_share + (1 - limits.spilled_share) / 4, 0.9 * limits.spilled_share
    return Rule(
        name="ModelSpilledToCpu",
        expr=f"1 - {vram} / ({memory} > 0) > {number(limits.spilled_share)} and {vram} > 0",
        hold=300,
        severity="warning",
        summary="{model} does not fit the GPU",
        description="{value} of {model} on {upstream} is in main memory: it answers many times slower.",
        unit="share",
        dashboard="ollama-ai-models",
        runbook="ModelSpilledToCpu",
        cases=(
            fires(
                "part of it is in main memory",
                {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 40e9 * (1 - spilled)},
                {**_SERVER, "model": "llama3:70b"},
                readings.share(spilled),
            ),
            silent("all of it is on the GPU", {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 40e9}),
            silent("a little is not", {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 40e9 * (1 - little)}),
            silent("there is no GPU", {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 0}),
        ),
    )
