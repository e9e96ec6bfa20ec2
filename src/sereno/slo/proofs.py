"""Tests for promtool, written with every alert: it fires, it stays silent, and where the border between both lies.

For an objective of ours the tests feed raw counters, so recording and alert rules are proven together; for queries of
the user's own they feed the recorded errors. What they show:

- a little more than a pair's threshold fires it, with the labels and the text that a person reads;
- a little less than the least threshold stays silent;
- burning that has stopped falls silent although the long windows still hold it;
- exactly the threshold is silent, a millionth more is not;
- too few events tell nobody, and neither does no data (unless that is asked for).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, ROUND_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from sereno.promql.durations import written
from sereno.promql.query import quoted
from sereno.slo import names
from sereno.slo.alerts import AlertRule, alert_rules, threshold
from sereno.slo.series import Series, has_counters, recorded, traffic
from sereno.slo.spec import Labels, Slo, decimal_text
from sereno.slo.yaml_text import mapping, scalar

ABOVE, BELOW = Fraction(105, 100), Fraction(95, 100)
"""How far from a threshold the tests with counters stay; the border itself is tested on recorded errors, exactly."""
SETTLE = 10
"""Minutes of traffic besides `for` before anybody is told: every window has samples enough."""
BURNING = 45
"""Minutes (besides `for`) and times the highest threshold that a burning lasts and burns before it stops: so much that
the long windows hold it still when the short ones are clean."""
TIMES = 10


def tests(slo: Slo) -> str:
    """The test file of an objective's rules."""
    rules = list(alert_rules(slo, "%VALUE%"))
    burning = [rule for rule in rules if rule.pairs]
    held = max((rule.hold for rule in rules), default=0) // 60
    cases = [*_fires(slo, burning, held), *_quiet(slo, burning, held), *_borders(slo, burning)]
    cases += [case for rule in rules if not rule.pairs for case in _no_data(slo, rule)]
    files = [f"../{slo.id}.recording.rules.yaml", *([f"../{slo.id}.alerts.rules.yaml"] if rules else [])]
    head = "rule_files:\n" + "".join(f"  - {scalar(file)}\n" for file in files) + "evaluation_interval: 1m\n"
    return head + ("tests:\n" + "".join(cases) if cases else "tests: []\n")


def _fires(slo: Slo, rules: Sequence[AlertRule], held: int) -> Iterator[str]:
    minutes = SETTLE + held
    for rule in rules:
        for pair in rule.pairs:
            ratio = _just_above(slo, threshold(slo, pair))
            told = [other for other in rules if any(threshold(slo, p) < ratio for p in other.pairs)]
            name = f"{rule.severity} fires above {decimal_text(threshold(slo, pair))}"
            series = traffic(slo, [(ratio, minutes)])
            if _templated(slo):
                checks = [_firing(minutes, other, [slo.id] if other in told else []) for other in rules]
            else:
                checks = [_expectation(minutes, rule.name, [_told(slo, other, ratio) for other in told])]
            yield _case(name, series, checks)


def _quiet(slo: Slo, rules: Sequence[AlertRule], held: int) -> Iterator[str]:
    if not rules:
        return
    minutes, alert = SETTLE + held, rules[0].name
    thresholds = [threshold(slo, pair) for rule in rules for pair in rule.pairs]
    least, most = _round(min(thresholds) * BELOW, ROUND_DOWN), _just_above(slo, max(thresholds))
    series = traffic(slo, [(least, minutes)])
    yield _case(f"silent below {decimal_text(min(thresholds))}", series, [_expectation(minutes, alert, [])])
    yield _case("silent without data", (), [_expectation(minutes, alert, [])])
    for rule in rules:
        clean = max(pair.short for pair in rule.pairs) // 60 + 10
        burnt = BURNING + held
        series = traffic(slo, [(_just_above(slo, TIMES * max(thresholds)), burnt), (Decimal(0), clean)])
        checks = [_firing(burnt, rule, [slo.id]), _firing(burnt + clean, rule, [])]
        yield _case(f"{rule.severity} falls silent when the burning stops", series, checks)
    if slo.alerting.minimum_events and has_counters(slo):
        few = _round(Fraction(slo.alerting.minimum_events, 2 * minutes), ROUND_DOWN)
        series = traffic(slo, [(most, minutes)], few)
        name = f"silent with fewer than {slo.alerting.minimum_events} events"
        yield _case(name, series, [_expectation(minutes, alert, [])])


def _borders(slo: Slo, rules: Sequence[AlertRule]) -> Iterator[str]:
    """Each window of each pair stands exactly at the threshold, then a millionth above; the other one is far above."""
    for rule in rules:
        minutes = rule.hold // 60 + 5
        for pair in rule.pairs:
            limit = threshold(slo, pair)
            text, far = decimal_text(limit), decimal_text(_just_above(slo, TIMES * limit))
            over = decimal_text(_round(limit * Fraction(1_000_001, 1_000_000), ROUND_UP, 12))
            for window, other in ((pair.long, pair.short), (pair.short, pair.long)):
                end = 2 * minutes + 1
                errors = {window: f"{text}x{minutes} {over}x{minutes}", other: f"{far}x{end}"}
                series = recorded(slo, errors, end)
                checks = [_firing(minutes, rule, []), _firing(end, rule, [slo.id])]
                name = f"{rule.severity} is silent at exactly {text} over {written(window)} and fires above"
                yield _case(name, series, checks)


def _no_data(slo: Slo, rule: AlertRule) -> Iterator[str]:
    minutes = rule.hold // 60 + 5
    told = _firing(minutes, rule, [slo.id])
    if not _templated(slo):
        told = _expectation(minutes, rule.name, [_told(slo, rule, Decimal(0))])
    yield _case("told when the metric is gone", (), [told])
    series = traffic(slo, [(Decimal(0), minutes)], Decimal(0))
    if has_counters(slo):
        yield _case("silent while the metric is there", series, [_expectation(minutes, rule.name, [])])


def _just_above(slo: Slo, limit: Fraction) -> Decimal:
    """An error a little above a threshold, of few digits, and possible."""
    ratio = _round(limit * ABOVE, ROUND_UP)
    return ratio if slo.is_mean else min(ratio, Decimal(1))


@lru_cache(maxsize=4096)
def _round(value: Fraction, rounding: str, digits: int = 3) -> Decimal:
    return Context(prec=digits, rounding=rounding).divide(Decimal(value.numerator), Decimal(value.denominator))


def _case(name: str, series: Series, checks: Sequence[str]) -> str:
    fed = "".join(f"      - series: {scalar(text)}\n        values: {scalar(values)}\n" for text, values in series)
    kinds: dict[str, list[str]] = {}
    for check in checks:
        kind, _, rest = check.partition("\n")
        kinds.setdefault(kind, []).append(rest)
    asked = "".join(f"    {kind}:\n{''.join(rests)}" for kind, rests in kinds.items())
    fed = f"\n{fed}" if fed else " []\n"
    return f"  - name: {scalar(name)}\n    interval: 1m\n    input_series:{fed}{asked}"


def _expectation(minutes: int, alert: str, told: Sequence[tuple[Labels, Labels]]) -> str:
    """All alerts of a name at a time, with labels and annotations."""
    out = f"alert_rule_test\n      - eval_time: {minutes}m\n        alertname: {scalar(alert)}\n        exp_alerts:"
    if not told:
        return out + " []\n"
    return (
        out
        + "\n"
        + "".join(
            f"          - exp_labels:\n{mapping(labels, 14)}            exp_annotations:\n{mapping(annotations, 14)}"
            for labels, annotations in told
        )
    )


def _firing(minutes: int, rule: AlertRule, ids: Sequence[str]) -> str:
    """Which objectives one severity fires for at a time."""
    which = f'alertname={quoted(rule.name)},alertstate="firing",{names.SEVERITY_LABEL}="{rule.severity}"'
    asked = f"count by (sloth_id) (ALERTS{{{which}}})"
    head = f"promql_expr_test\n      - expr: {scalar(asked)}\n        eval_time: {minutes}m\n        exp_samples:"
    found = "".join(
        f"          - labels: {scalar('{sloth_id=' + quoted(one) + '}')}\n            value: 1\n" for one in ids
    )
    return f"{head}\n{found}" if found else f"{head} []\n"


def _templated(slo: Slo) -> bool:
    """Whether a user's own text is a template, so that only Prometheus knows what comes of it."""
    alerting = slo.alerting
    own = (alerting.labels, alerting.annotations, *(part.labels for part in alerting.alerts))
    return any(
        "{{" in text for texts in (*own, *(part.annotations for part in alerting.alerts)) for text in texts.values()
    )


def _told(slo: Slo, rule: AlertRule, error: Decimal) -> tuple[Labels, Labels]:
    """Labels and annotations as Alertmanager gets them."""
    shown = f"{float(error) * 100:.4g}%"  # as Prometheus's humanizePercentage

    def filled(texts: Labels) -> Labels:
        return {name: text.replace("%VALUE%", shown).replace('{{ "{{" }}', "{{") for name, text in texts.items()}

    labels = {**names.id_labels(slo), **slo.labels, **filled(rule.labels)}
    return {name: text for name, text in labels.items() if text}, filled(rule.annotations)
