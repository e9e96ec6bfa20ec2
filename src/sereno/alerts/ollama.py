"""Model servers: down, slow, failing, a model that does not fit the GPU."""

from __future__ import annotations

from sereno.alerts.case import Rising, conditions, fires, silent
from sereno.alerts.llm import enough
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

    def requests(failed: float, answered: float) -> dict[str, Rising]:
        rates = {"error": failed, "success": answered}
        labels = f'{_HERE},model="qwen3:8b"'
        return {f'{name}{{{labels},status="{status}"}}': Rising(rate) for status, rate in rates.items()}

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
            fires("one in ten fails", requests(0.1, 0.9), {}, "10%"),
            silent("four of a hundred fail", requests(0.04, 0.96)),
            silent("all fail, but fewer than five in five minutes", requests(0.015, 0)),
        ),
    )


def _polls(limits: Thresholds) -> Rule:
    name = "ollama_poll_duration_seconds"
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
            fires("3 s a poll", {f"{name}{{{_AT}}}": 3, f"ollama_up{{{_AT}}}": 1}, _SERVER, "3s"),
            silent("one slow poll", {f"{name}{{{_AT}}}": "0.1x30 9 0.1x20", f"ollama_up{{{_AT}}}": 1}),
            silent("it is down", {f"{name}{{{_AT}}}": 5, f"ollama_up{{{_AT}}}": 0}),
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
            fires("four tokens a second", answers(0.25, 0.05), {"model": "llama3:70b"}, "250ms"),
            silent("six tokens a second", answers(1 / 6, 0.05)),
            silent("slow, but fewer than five answers in ten minutes", answers(0.25, 0.007)),
        ),
    )


def _spilled(limits: Thresholds) -> Rule:
    memory, vram = "ollama_model_memory_bytes", "ollama_model_vram_bytes"
    model = f'{_AT},model="llama3:70b"'
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
                "a quarter is in main memory",
                {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 30e9},
                {**_SERVER, "model": "llama3:70b"},
                "25%",
            ),
            silent("all of it is on the GPU", {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 40e9}),
            silent("3 % are not", {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 38.8e9}),
            silent("there is no GPU", {f"{memory}{{{model}}}": 40e9, f"{vram}{{{model}}}": 0}),
        ),
    )
