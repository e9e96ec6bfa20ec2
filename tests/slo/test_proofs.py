"""The generated promtool tests: they pass on what was compiled, and fail when a rule changes in a way that counts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sereno.slo.alerts import alert_rules
from sereno.slo.compile import compiled, notes
from sereno.slo.proofs import tests as proofs_of
from slo.specs import NATIVE, SLOTH, promtool, prove, slos, write


def test_the_proofs_of_our_format_hold(tmp_path: Path) -> None:
    folder = write(NATIVE, tmp_path)
    prove([folder / "prometheus/tests/llm-chat.yaml"])
    # A share of pairs that cannot burn, and a mean of odd decimals; the shipped objectives show the rest.
    quick = "--run=^(silent|told|page|ticket fires|ticket is)"
    promtool(
        "test", "rules", quick, *(folder / f"prometheus/tests/llm-{name}.yaml" for name in ("first-token", "cached"))
    )


def test_the_proofs_of_a_foreign_format_hold(tmp_path: Path) -> None:
    folder = write(SLOTH, tmp_path)
    quick = "--run=^(silent|told|page|ticket fires|ticket is)"
    promtool("test", "rules", quick, *sorted(folder.glob("prometheus/tests/*.yaml")))


@pytest.mark.parametrize("text", [NATIVE, SLOTH])
def test_every_alert_has_a_test_that_fires_one_that_stays_silent_and_one_at_the_border(text: str) -> None:
    for slo in slos(text):
        cases = [case["name"] for case in yaml.safe_load(proofs_of(slo))["tests"]]
        assert len(set(cases)) == len(cases)
        for rule in alert_rules(slo):
            if not rule.pairs:
                assert {"told when the metric is gone", "silent while the metric is there"} <= set(cases)
                continue
            for kind in ("fires above", "falls silent when the burning stops", "is silent at exactly"):
                assert any(name.startswith(rule.severity) and kind in name for name in cases)
            assert any(name.startswith("silent below") for name in cases)


HERE = '{sloth_id="llm-chat"}'
MUTATIONS = {
    "the page comes too early": (f"ratio_rate1h{HERE} > 0.01344", f"ratio_rate1h{HERE} > 0.01"),
    "the border belongs to the alert": (f"ratio_rate1h{HERE} >", f"ratio_rate1h{HERE} >="),
    "the page comes too late": (f"ratio_rate5m{HERE} > 0.01344", f"ratio_rate5m{HERE} > 0.02"),
    "the slow page never comes": (f"ratio_rate30m{HERE} > 0.0056", f"ratio_rate30m{HERE} > 0.0112"),
    "the short window is not asked": (
        f"ratio_rate6h{HERE} > 0.0009",
        f"ratio_rate6h{HERE} >= 0 and vector(1) > 0.0009",
    ),
    "few events tell": (">= 50", ">= 1"),
    "another severity": ("severity: warning", "severity: critical"),
    "a wrong text": ("of events are bad", "of events are good"),
    "it waits longer": ("for: 15m", "for: 40m"),
    "no data is not told": ("sum(absent(", "sum(absent(vector(1) or "),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_changed_alert_is_found_out(name: str, tmp_path: Path) -> None:
    old, new = MUTATIONS[name]
    folder = write(NATIVE, tmp_path)
    rules = folder / "prometheus/llm-chat.alerts.rules.yaml"
    text = rules.read_text()
    assert old in text
    rules.write_text(text.replace(old, new, 1))
    promtool("check", "rules", rules)
    # The cases that end a long burning take most of the time and are not what finds these out.
    quick = "--run=^(silent|told|page fires|page is|ticket fires|ticket is)"
    promtool("test", "rules", quick, folder / "prometheus/tests/llm-chat.yaml", ok=False)


def test_a_changed_recording_rule_is_found_out(tmp_path: Path) -> None:
    folder = write(NATIVE, tmp_path)
    rules = folder / "prometheus/llm-first-token.recording.rules.yaml"
    text = rules.read_text()
    assert 'le="0.75"' in text
    rules.write_text(text.replace('le="0.75"', 'le="+Inf"'))
    promtool("test", "rules", "--run=page fires", folder / "prometheus/tests/llm-first-token.yaml", ok=False)


def test_a_burn_that_cannot_be_is_left_out_and_said() -> None:
    first_token = slos(NATIVE)[1]  # a budget of 10 %: 14.4 times that is more than everything
    page, ticket = alert_rules(first_token)
    assert [float(pair.factor) for pair in page.pairs] == [6.0]
    assert [float(pair.factor) for pair in ticket.pairs] == [3.0, 1.0]
    assert len(notes([first_token])) == 1
    assert ": slos[1]: a page can fire only over 6h: a budget of 10% cannot burn faster, for" in notes([first_token])[0]


def test_a_template_of_the_users_own_is_left_to_prometheus(tmp_path: Path) -> None:
    text = SLOTH.replace("summary: checkout fails", 'summary: "{{ $value | humanize }} on {{ $labels.sloth_slo }}"')
    folder = write(text, tmp_path)
    prove([folder / "prometheus/tests/shop-checkout-availability.yaml"])


def test_an_objective_without_alerts_has_rules_and_no_alert_file() -> None:
    text = SLOTH.replace(
        "page_alert: {}, ticket_alert: {}", "page_alert: {disable: true}, ticket_alert: {disable: true}"
    )
    files = compiled(slos(text))
    assert "prometheus/shop-checkout-latency.recording.rules.yaml" in files
    assert "prometheus/shop-checkout-latency.alerts.rules.yaml" not in files
