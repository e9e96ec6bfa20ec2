"""Which alerts are explained together, and which series are theirs."""

from __future__ import annotations

from sereno.alerts.episode import Report
from sereno.alerts.told import told


def report(name: str, severity: str, *, over: float | None = None, **labels: str) -> Report:
    carried = {"alertname": name, "severity": severity, **labels}
    return Report(fingerprint="f", labels=carried, annotations={}, starts_at=100.0, ends_at=over)


def test_alerts_of_a_rule_are_one_and_what_does_not_fire_is_none() -> None:
    found = told(
        [
            report("OllamaDown", "critical", upstream="a"),
            report("Watchdog", "none"),
            report("HighLatency", "warning"),
            report("OllamaDown", "critical", upstream="b"),
            report("HighLatency", "critical"),
            report("Ended", "critical", over=160.0),
            report("", "critical"),
        ]
    )

    assert [(one.name, one.severity, len(one.reports)) for one in found] == [
        ("OllamaDown", "critical", 2), ("HighLatency", "warning", 1), ("HighLatency", "critical", 1),
    ]  # fmt: skip


def test_a_series_is_an_alerts_if_it_has_its_labels() -> None:
    (one,) = told([report("OllamaDown", "critical", upstream="a", job="sereno")])

    assert one.about({"__name__": "ollama_up", "upstream": "a", "job": "sereno"})
    assert one.about({"upstream": "a"})
    assert one.about({})
    assert not one.about({"upstream": "b", "job": "sereno"})
    assert not one.about({"upstream": "a", "instance": "x"})
    assert one.summary == "OllamaDown", "without texts its name stands for it"
