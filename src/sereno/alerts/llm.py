"""Latency, errors, tokens and cost of LLM requests, and whether anybody answers."""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Rising, fires, silent
from sereno.alerts.rule import Group, Rule, Severity
from sereno.alerts.thresholds import Thresholds, number
from sereno.conventions import SCRAPE_JOB

AGENT_JOB = "llm-agent"
"""`job` of an instrumented agent; it exports `llm_*` only when it is not behind the gateway: none counts twice."""
JOBS = f'job=~"{SCRAPE_JOB}|{AGENT_JOB}"'
_OWN = f'job="{SCRAPE_JOB}",instance="gw:11434"'
_LLM = f'{_OWN},model="qwen3:8b",operation="chat"'
_DURATION = "llm_request_duration_seconds"


def group(limits: Thresholds) -> Group:
    """The rules."""
    return Group("llm", (*_slow(limits), _mean(limits), _errors(limits), _tokens(limits), _cost(limits), _down()))


def enough(count: str, limits: Thresholds) -> str:
    """The guard that a few requests are no measure: `count` is a counter with its conditions."""
    return f"and on () sum(increase({count}[5m])) >= {limits.minimum_requests}"


def busy(limits: Thresholds) -> float:
    """Requests a second that are enough to be a measure, for tests."""
    return max(1.0, limits.minimum_requests / 150)


def few(limits: Thresholds) -> float:
    """Requests a second that are just too few in five minutes, for tests."""
    return max(0.0, (limits.minimum_requests - 0.5) / 300)


def _slow(limits: Thresholds) -> tuple[Rule, ...]:
    """One rule that grows worse: HighLatency of the analytics guide is its critical form."""
    expr = (
        f"histogram_quantile(0.95, sum by (le) (rate({_DURATION}_bucket{{{JOBS}}}[5m]))) > {number(limits.latency)}\n"
        f"{enough(f'{_DURATION}_count{{{JOBS}}}', limits)}"
    )

    def requests(slow: float, rate: float) -> dict[str, Rising]:
        both, fast = rate, rate * (1 - slow)
        return {
            f'{_DURATION}_bucket{{{_LLM},le="{limits.latency!r}"}}': Rising(fast),
            f'{_DURATION}_bucket{{{_LLM},le="{2 * limits.latency!r}"}}': Rising(both),
            f'{_DURATION}_bucket{{{_LLM},le="+Inf"}}': Rising(both),
            f"{_DURATION}_count{{{_LLM}}}": Rising(both),
        }

    reads = readings.seconds(limits.latency * (1 + 1 / 6))  # 1 of the slowest 6 in 100, between limit and its double

    def rule(hold: int, severity: Severity, summary: str, after: int) -> Rule:
        return Rule(
            name="HighLLMLatency",
            expr=expr,
            hold=hold,
            severity=severity,
            summary=summary,
            description="One request in twenty took longer than {value} over the last 5 minutes.",
            unit="seconds",
            dashboard="llmops-overview",
            runbook="HighLLMLatency",
            cases=(
                fires("six of a hundred are slow", requests(0.06, busy(limits)), {}, reads, after=after),
                silent("four of a hundred are slow", requests(0.04, busy(limits))),
                silent("all are slow, but they are too few", requests(1, few(limits))),
                silent("nobody asks", requests(0, 0)),
            ),
        )

    # The milder form is looked at before the other one fires.
    early = rule(120, "warning", "LLM answers are slow", after=300)
    late = rule(600, "critical", "LLM answers have been slow for 10 minutes", after=300)
    return early, late


def _mean(limits: Thresholds) -> Rule:
    def requests(seconds: float, per_second: float) -> dict[str, Rising]:
        return {
            f"{_DURATION}_sum{{{_LLM}}}": Rising(seconds * per_second),
            f"{_DURATION}_count{{{_LLM}}}": Rising(per_second),
        }

    return Rule(
        name="HighResponseTime",
        title="High Response Time",
        expr=(
            f"sum(rate({_DURATION}_sum{{{JOBS}}}[5m])) / sum(rate({_DURATION}_count{{{JOBS}}}[5m]))"
            f" > {number(limits.latency)}\n{enough(f'{_DURATION}_count{{{JOBS}}}', limits)}"
        ),
        hold=60,
        severity="warning",
        summary="LLM answers are slow on average",
        description="A request took {value} on average over the last 5 minutes.",
        unit="seconds",
        dashboard="llmops-overview",
        runbook="HighLLMLatency",
        cases=(
            fires(
                "requests take a fifth longer",
                requests(1.2 * limits.latency, busy(limits)),
                {},
                readings.seconds(1.2 * limits.latency),
            ),
            silent("requests take a little less", requests(0.98 * limits.latency, busy(limits))),
            silent("slow, but too few", requests(9 * limits.latency, few(limits))),
        ),
    )


def _errors(limits: Thresholds) -> Rule:
    name = "llm_requests_total"
    counted = f'{name}{{{JOBS},status=~"success|error"}}'

    def requests(failed: float, rate: float, left: float = 0) -> dict[str, Rising]:
        rates = {"error": failed * rate, "success": (1 - failed) * rate, "aborted": left * rate}
        return {f'{name}{{{_LLM},status="{status}"}}': Rising(rate) for status, rate in rates.items()}

    over = limits.error_share + (1 - limits.error_share) / 50
    return Rule(
        name="HighLLMErrorRate",
        expr=(
            f'sum(rate({name}{{{JOBS},status="error"}}[5m])) / sum(rate({counted}[5m]))'
            f" > {number(limits.error_share)}\n{enough(counted, limits)}"
        ),
        hold=60,
        severity="critical",
        summary="LLM requests fail",
        description="{value} of the requests of the last 5 minutes failed.",
        unit="share",
        dashboard="llmops-overview",
        runbook="HighLLMErrorRate",
        cases=(
            fires("a few more fail than may", requests(over, busy(limits)), {}, readings.share(over)),
            silent("a few less fail", requests(0.98 * limits.error_share, busy(limits))),
            fires("many clients leave besides", requests(over, busy(limits), left=5), {}, readings.share(over)),
            silent("all fail, but they are too few", requests(1, few(limits))),
            silent("nobody asks", requests(0, 0)),
        ),
    )


def _tokens(limits: Thresholds) -> Rule:
    name = "llm_tokens_used_total"

    def tokens(rate: float) -> dict[str, Rising]:
        labels = f'{_OWN},model="qwen3:8b"'
        return {
            f'{name}{{{labels},type="prompt"}}': Rising(rate * 0.75),
            f'{name}{{{labels},type="completion"}}': Rising(rate * 0.25),
        }

    reads = readings.number(1.2 * limits.tokens_per_second)
    return Rule(
        name="HighTokenUsage",
        expr=f"sum(rate({name}{{{JOBS}}}[5m])) > {number(limits.tokens_per_second)}",
        hold=300,
        severity="warning",
        summary="Many tokens are used",
        description="Models read and write {value} tokens a second.",
        unit="number",
        dashboard="llmops-overview",
        runbook="HighTokenUsage",
        cases=(
            fires("a fifth more, in both directions together", tokens(1.2 * limits.tokens_per_second), {}, reads),
            silent("a little less", tokens(0.98 * limits.tokens_per_second)),
        ),
    )


def _cost(limits: Thresholds) -> Rule:
    name = "llm_cost_usd_total"

    def dollars(an_hour: float) -> dict[str, Rising]:
        return {
            f'{name}{{{_OWN},model="gpt-5"}}': Rising(an_hour * 0.75 / 3600),
            f'{name}{{{_OWN},model="qwen3:8b"}}': Rising(an_hour * 0.25 / 3600),
        }

    dear = 1.2 * limits.cost_per_hour
    return Rule(
        name="HighLLMCost",
        expr=f"sum(rate({name}{{{JOBS}}}[5m])) * 3600 > {number(limits.cost_per_hour)}",
        hold=180,
        severity="warning",
        summary="Models cost much",
        description="At the rate of the last 5 minutes, models cost {value} an hour.",
        unit="dollars",
        dashboard="cost-estimation",
        runbook="HighLLMCost",
        cases=(
            fires("a fifth more, two models together", dollars(dear), {}, f"{dear:.2f} USD"),
            silent("a little less", dollars(0.98 * limits.cost_per_hour)),
        ),
    )


def _down() -> Rule:
    gateway = {"job": SCRAPE_JOB, "instance": "gw:11434"}
    return Rule(
        name="LLMServiceDown",
        expr=f"up{{{JOBS}}} == 0",
        hold=60,
        severity="critical",
        summary="{job} does not answer on {instance}",
        description="Prometheus has not reached {job} on {instance} for a minute.",
        unit="plain",
        dashboard="llmops-overview",
        runbook="LLMServiceDown",
        cases=(
            fires("the gateway is gone", {f"up{{{_OWN}}}": 0}, gateway),
            fires(
                "the agent is gone, the gateway answers",
                {f"up{{{_OWN}}}": 1, f'up{{job="{AGENT_JOB}",instance="agent:8000"}}': 0},
                {"job": AGENT_JOB, "instance": "agent:8000"},
            ),
            silent("both answer", {f"up{{{_OWN}}}": 1, f'up{{job="{AGENT_JOB}",instance="agent:8000"}}': 1}),
            silent("a restart of half a minute", {f"up{{{_OWN}}}": "1x8 0x1 1x60"}, after=90),
        ),
    )
