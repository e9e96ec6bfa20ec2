"""Alertmanager's configuration: its own tool takes it and routes alerts to whom they belong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from notify.plans import EMAIL, FULL, amtool, write
from sereno.alerts.catalogue import groups
from sereno.alerts.thresholds import Thresholds
from sereno.notify.configuration import MOST_SCOPED, Plan, configuration
from sereno.notify.maintenance import Window
from sereno.notify.matchers import read_matcher


@pytest.mark.parametrize("plan", [Plan(), FULL, Plan(channels=(EMAIL,))])
@pytest.mark.parametrize("language", ["en", "es"])
def test_amtool_takes_it(plan: Plan, language: Any, tmp_path: Path) -> None:
    assert "SUCCESS" in amtool("check-config", write(tmp_path, plan, language))


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=OllamaDown", "severity=critical", "job=sereno"), "critical"),
        (("alertname=HighLLMCost", "severity=warning"), "others"),
        (("alertname=GpuPowerLimit", "severity=info", "instance=gpu:9400"), "others"),
        (("alertname=Watchdog", "severity=none"), "heartbeat"),
        (("alertname=QdrantDown", "severity=critical", "job=qdrant"), "critical"),
        (("alertname=RedisMemoryHigh", "severity=warning", "job=redis-exporter", "instance=gpu:9400"), "others"),
        (("alertname=LlmAvailabilityErrorBudgetBurn", "severity=critical", "sloth_severity=page"), "critical"),
        (("alertname=OfYourOwn",), "others"),
    ],
)
def test_an_alert_goes_to_whom_it_belongs(labels: tuple[str, ...], receiver: str, tmp_path: Path) -> None:
    file = write(tmp_path)
    amtool("config", "routes", "test", f"--config.file={file}", f"--verify.receivers={receiver}", *labels)
    other = "others" if receiver != "others" else "critical"
    amtool("config", "routes", "test", f"--config.file={file}", f"--verify.receivers={other}", *labels, ok=False)


def leaves(route: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    """The route that takes an alert, by the documented walk: the first child whose matchers hold, down to the end."""
    for child in route.get("routes", ()):
        found = [read_matcher(text) for text in child.get("matchers", ())]
        if all(_holds(matcher, labels.get(matcher.name, "")) for matcher in found):
            return leaves(child, labels)
    return route


def _holds(matcher: Any, value: str) -> bool:
    met: bool = re.fullmatch(matcher.value, value) is not None if matcher.regex else matcher.value == value
    return met is matcher.equal


@pytest.mark.parametrize(
    ("labels", "windows"),
    [
        ({"job": "qdrant", "severity": "critical"}, {"night", "patches"}),
        ({"job": "qdrant", "instance": "gpu:9400", "severity": "warning"}, {"night", "patches", "gpu"}),
        ({"instance": "gpu:9400", "severity": "critical"}, {"patches", "gpu"}),
        ({"job": "sereno", "severity": "critical"}, {"patches"}),
        ({"alertname": "Watchdog", "severity": "none"}, set()),
    ],
)
def test_an_alert_is_muted_in_every_window_it_falls_into(labels: dict[str, str], windows: set[str]) -> None:
    route = yaml.safe_load(configuration(FULL))["route"]
    assert set(leaves(route, labels).get("mute_time_intervals", ())) == windows


def test_too_many_windows_for_some_alerts_are_refused() -> None:
    windows = tuple(Window(name=f"w{n}", alerts=(read_matcher(f"job=j{n}"),)) for n in range(MOST_SCOPED + 1))
    with pytest.raises(ValueError, match="6 maintenance windows are for some alerts only; expected at most 5"):
        configuration(Plan(windows=windows))
    configuration(Plan(windows=windows[1:]))


def test_a_wrong_window_is_named() -> None:
    with pytest.raises(ValueError, match=r"maintenance\.night: start is '9:00'; expected HH:MM"):
        configuration(Plan(windows=(Window(name="night", start="9:00"),)))


def test_a_second_outage_is_told_as_fast_as_the_first() -> None:
    """Poll, scrape and evaluation of 15 s, 30 s of `for`, the group's wait or its interval: under two minutes."""
    route = leaves(yaml.safe_load(configuration(Plan()))["route"], {"severity": "critical", "alertname": "OllamaDown"})
    waits = [int(route[name].removesuffix("s")) for name in ("group_wait", "group_interval")]
    assert all(15 + 15 + 15 + 30 + wait < 120 for wait in waits)


def test_only_those_that_want_warnings_get_them() -> None:
    receivers = {one["name"]: one for one in yaml.safe_load(configuration(FULL))["receivers"]}
    assert set(receivers["critical"]) == {
        "name", "email_configs", "slack_configs", "discord_configs", "webhook_configs"
    }  # fmt: skip
    assert set(receivers["others"]) == {"name", "email_configs", "slack_configs", "webhook_configs"}
    assert receivers["heartbeat"]["webhook_configs"][0]["send_resolved"] is False


def test_no_secret_stands_in_it() -> None:
    """Every way that needs one names a file."""
    text = configuration(FULL)
    for name in ("auth_password_file", "api_url_file", "webhook_url_file", "url_file", "credentials_file"):
        assert f"{name}: /run/secrets/" in text
    assert "auth_password:" not in text


def test_inhibition_speaks_of_alerts_that_exist() -> None:
    names = {rule.name for group in groups(Thresholds()) for rule in group.rules}
    for rule in yaml.safe_load(configuration(Plan()))["inhibit_rules"]:
        for text in (*rule["source_matchers"], *rule["target_matchers"]):
            matcher = read_matcher(text)
            if matcher.name == "alertname":
                assert any(_holds(matcher, name) for name in names), text


def test_a_warning_never_holds_back_what_is_critical() -> None:
    severities: dict[str, set[str]] = {}
    for group in groups(Thresholds()):
        for one in group.rules:
            severities.setdefault(one.name, set()).add(one.severity)
    order = ["critical", "warning", "info", "none"]
    for rule in yaml.safe_load(configuration(Plan()))["inhibit_rules"]:
        sources, targets = (
            {
                severity
                for name, found in severities.items()
                for severity in found
                if all(
                    _holds(read_matcher(text), {"alertname": name, "severity": severity}[read_matcher(text).name])
                    for text in rule[side]
                )
            }
            for side in ("source_matchers", "target_matchers")
        )
        assert min(map(order.index, sources)) <= min(map(order.index, targets)), rule
