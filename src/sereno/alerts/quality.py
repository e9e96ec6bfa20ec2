"""Answers that became worse, and evaluations that nobody runs.

A share is up when even the lower end of Wilson's interval of the last hour (four standard deviations, for the rule is
asked all day, of every model and check) lies above the share of the day before by more than the limit.
"""

from __future__ import annotations

from sereno.alerts import readings
from sereno.alerts.case import Case, conditions, fires, silent
from sereno.alerts.rule import Group, Rule
from sereno.alerts.thresholds import Thresholds, number
from sereno.conventions import SCRAPE_JOB

_OWN = {"job": SCRAPE_JOB, "instance": "gw:11434"}
_MODEL = {**_OWN, "model": "llama3.2:latest"}
_CHECKS = "llm_quality_checks_total"
_EACH = "job, instance, model, check"
_Z = 4
_LEAST_BEFORE = 20
"""Answers of the day before with fewer of which nothing is compared."""
_OVERDUE = 6 * 3600
"""Seconds; a set of thousands of questions takes hours, and stays due while it runs."""


def group(limits: Thresholds) -> Group:
    """The rules."""
    return Group("quality", (_checks(limits), _fell(), _failing(), _overdue()))


def _checks(limits: Thresholds) -> Rule:
    def counted(window: str, result: str = "") -> str:
        chosen = '{result="fail"}' if result else ""
        return f"sum by ({_EACH}) (increase({_CHECKS}{chosen}[{window}]))"

    n, k = counted("1h"), counted("1h", "fail")
    low = f"({k} + {_Z**2 / 2:g} - {_Z} * sqrt({k} * clamp_min({n} - {k}, 0) / {n} + {_Z**2 / 4:g})) / ({n} + {_Z**2})"
    past, past_failed = (counted("1d", result).replace("[1d]", "[1d] offset 1h") for result in ("", "fail"))
    before = f"{past_failed} / ({past} >= {_LEAST_BEFORE})"
    refused = {**_MODEL, "check": "refusal"}
    worse = limits.check_rise + (1 - limits.check_rise) * 0.6
    """A share far enough above 0 for 600 answers, whatever the limit is."""
    return Rule(
        name="ChecksFailMoreOften",
        expr=f"{k} / {n} and {low} > {before} + {number(limits.check_rise)}",
        hold=0,
        severity="warning",
        summary="Answers of {model} fail a check more often: {check}",
        description="{value} of the answers of {model} failed the check {check} in the last hour, far more than the "
        "day before.",
        unit="share",
        dashboard="quality",
        runbook="ChecksFailMoreOften",
        cases=(
            fires("refusals rise", _course(0, worse), refused, readings.share(round(600 * worse) / 600),
                  after=_HOURS, step=60),
            silent("a check fails as often as it did", _course(worse, worse), after=_HOURS, step=60),
            silent("one of two answers fails", _course(0, 0.5, late=2), after=_HOURS, step=60),
            silent("there is too little to compare with", _course(0, worse, early=10), after=_HOURS, step=60),
        ),
    )  # fmt: skip


_HOURS = 3 * 3600
"""Two hours of before, one of now."""


def _course(before: float, now: float, *, early: int = 1200, late: int = 600) -> dict[str, str]:
    """Two hours with so many answers, of which that share fails, and then an hour; a sample a minute."""
    found: dict[str, str] = {}
    for result, first, last in (("fail", before, now), ("pass", 1 - before, 1 - now)):
        name = f"{_CHECKS}{{{conditions({**_MODEL, 'check': 'refusal', 'result': result})}}}"
        begun, more = round(early * first), round(late * last)
        found[name] = f"{_line(0, begun / 120, 120)} {_line(begun + more / 60, more / 60, 60)}"
    return found


def _line(start: float, step: float, steps: int) -> str:
    """A rising stretch in promtool's notation."""
    return "+".join((f"{start:.12g}", f"{step:.12g}x{steps}"))


def _fell() -> Rule:
    def moved(value: float, high: float) -> dict[str, float]:
        return {
            f'llm_quality_change{{{conditions(_MODEL)},bound="value"}}': value,
            f'llm_quality_change{{{conditions(_MODEL)},bound="high"}}': high,
        }

    each = "job, instance, model"
    return Rule(
        name="AccuracyFell",
        expr=(
            f'-sum by ({each}) (llm_quality_change{{bound="value"}}) and on ({each}) '
            'llm_quality_change{bound="high"} < 0'
        ),
        hold=0,
        severity="warning",
        summary="{model} is right less often than it was",
        description="{model} answered {value} fewer of the same questions right in the last 7 days than in the 28 "
        "before, beyond chance.",
        unit="share",
        dashboard="quality",
        runbook="AccuracyFell",
        cases=(
            fires("a fifth is lost", moved(-0.2, -0.0524), _MODEL, readings.share(0.2)),
            silent("it may be chance", moved(-0.2, 0.03)),
            silent("it is better", moved(0.2, 0.3)),
        ),
    )


def _evaluation(name: str, value: float) -> dict[str, float]:
    return {f'{name}{{{conditions(_OWN)},evaluation="nightly"}}': value}


def _failing() -> Rule:
    return Rule(
        name="EvaluationFails",
        expr="llm_evaluation_failing == 1",
        hold=1800,
        severity="warning",
        summary="A planned evaluation fails: {evaluation}",
        description="The evaluation {evaluation} on {instance} gave no score, nor when it was tried again; "
        "`sereno eval plans` says why.",
        unit="plain",
        dashboard="quality",
        runbook="EvaluationFails",
        cases=(
            fires("it fails again and again", _evaluation("llm_evaluation_failing", 1),
                  {**_OWN, "evaluation": "nightly"}),
            silent("it goes well", _evaluation("llm_evaluation_failing", 0)),
            _once(),
        ),
    )  # fmt: skip


def _once() -> Case:
    name = f'llm_evaluation_failing{{{conditions(_OWN)},evaluation="nightly"}}'
    return silent("the second try goes well", {name: "0x60 1x60 0x60"})


def _overdue() -> Rule:
    return Rule(
        name="EvaluationOverdue",
        expr=f"time() - llm_evaluation_due_timestamp_seconds > {_OVERDUE}",
        hold=0,
        severity="warning",
        summary="A planned evaluation is overdue: {evaluation}",
        description="The evaluation {evaluation} on {instance} should have run {value} ago.",
        unit="seconds",
        dashboard="quality",
        runbook="EvaluationOverdue",
        cases=(
            fires("seven hours late", _evaluation("llm_evaluation_due_timestamp_seconds", 0),
                  {**_OWN, "evaluation": "nightly"}, readings.seconds(7 * 3600), after=7 * 3600, step=60),
            silent("it has been running for an hour", _evaluation("llm_evaluation_due_timestamp_seconds", 0),
                   after=3600, step=60),
        ),
    )  # fmt: skip
