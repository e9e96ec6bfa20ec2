"""Contact points and policies for Grafana: the same people as Alertmanager tells, by Grafana's documented forms."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from notify.plans import EMAIL, FULL
from sereno.cli import main
from sereno.notify.channels import Discord, Slack, Webhook
from sereno.notify.configuration import Plan, configuration
from sereno.notify.grafana import contacts
from sereno.notify.maintenance import Window
from sereno.notify.matchers import read_matcher

ROOT = Path(__file__).parents[2]
RECORD = Webhook(url="http://sereno:8004/sereno/api/alerts/webhook", token_file="/run/secrets/sereno")
WHOLE = Plan(
    channels=FULL.channels, windows=FULL.windows, heartbeat_file=FULL.heartbeat_file, record=RECORD, repeat=FULL.repeat
)


def read(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(contacts(plan))
    return found


def takers(route: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, set[str]]]:
    """Receivers of an alert and when they are muted, by the documented walk: children in order, `continue` goes on."""
    found: list[tuple[str, set[str]]] = []
    for child in route.get("routes", ()):
        matchers = [read_matcher(text) for text in child.get("matchers", ())]
        conditions = [(m.name, ("=~" if m.equal else "!~") if m.regex else ("=" if m.equal else "!="), m.value)
                      for m in matchers] + [tuple(one) for one in child.get("object_matchers", ())]  # fmt: skip
        if all(_holds(operator, value, labels.get(name, "")) for name, operator, value in conditions):
            found += takers(child, labels)
            if not child.get("continue"):
                return found
    return found or [(route["receiver"], set(route.get("mute_time_intervals", ())))]


def _holds(operator: str, wanted: str, value: str) -> bool:
    met = re.fullmatch(wanted, value) is not None if "~" in operator else wanted == value
    return met is not operator.startswith("!")


@pytest.mark.parametrize(
    "labels",
    [
        {"alertname": "OllamaDown", "severity": "critical", "job": "sereno"},
        {"alertname": "QdrantDown", "severity": "critical", "job": "qdrant"},
        {"alertname": "HighLLMCost", "severity": "warning"},
        {"alertname": "GpuHot", "severity": "info", "instance": "gpu:9400"},
        {"alertname": "Watchdog", "severity": "none"},
    ],
)
def test_grafana_tells_whom_alertmanager_tells(labels: dict[str, str]) -> None:
    theirs = takers(yaml.safe_load(configuration(WHOLE))["route"], labels)
    assert takers(read(WHOLE)["policies"][0], labels) == theirs


def test_every_receiver_and_timing_that_is_named_exists() -> None:
    for plan in (WHOLE, Plan(record=RECORD), Plan(channels=(EMAIL,)), Plan(channels=(FULL.channels[2],))):
        found = read(plan)
        points = {point["name"] for point in found["contactPoints"]}
        timings = {timing["name"] for timing in found["muteTimes"]}

        def walk(route: dict[str, Any], points: set[str], timings: set[str]) -> None:
            assert route["receiver"] in points
            assert set(route.get("mute_time_intervals", ())) <= timings
            for child in route.get("routes", ()):
                walk(child, points, timings)

        walk(found["policies"][0], points, timings)
        uids = [receiver["uid"] for point in found["contactPoints"] for receiver in point["receivers"]]
        assert len(uids) == len(set(uids))
        assert all(len(uid) <= 40 for uid in uids)  # Grafana's limit


def test_what_nobody_wants_is_muted_not_sent_elsewhere() -> None:
    policy = read(Plan(channels=(Discord(url_file="/d", only_critical=True),)))["policies"][0]
    assert takers(policy, {"alertname": "A", "severity": "warning"}) == [("critical", {"always"})]
    assert takers(policy, {"alertname": "A", "severity": "critical"}) == [("critical", set())]
    assert takers(policy, {"alertname": "Watchdog", "severity": "none"}) == [("critical", {"always"})]


def test_no_secret_stands_in_it() -> None:
    found = {point["name"]: point["receivers"] for point in read(WHOLE)["contactPoints"]}
    settings = {receiver["type"]: receiver["settings"] for receiver in found["critical"]}
    assert settings["slack"] == {"url": "$__file{/run/secrets/slack}", "recipient": "#ops"}
    assert settings["webhook"]["authorization_credentials"] == "$__file{/run/secrets/token}"
    assert settings["email"]["addresses"] == "ops@example.org;boss@example.org"
    assert found["record"][0]["settings"]["url"] == RECORD.url
    assert found["heartbeat"][0]["disableResolveMessage"] is True


def test_a_dollar_in_an_address_is_no_variable() -> None:
    (point,) = read(Plan(record=Webhook(url="http://a/$HOME")))["contactPoints"]
    assert point["receivers"][0]["settings"]["url"] == "http://a/$$HOME"  # Grafana expands $NAME, $$ stands for $


def test_windows_are_alertmanagers() -> None:
    theirs = yaml.safe_load(configuration(WHOLE))["time_intervals"]
    ours = [{k: v for k, v in timing.items() if k != "orgId"} for timing in read(WHOLE)["muteTimes"]]
    assert [one for one in ours if one["name"] != "always"] == theirs


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(ValueError, match="nobody is told"):
        contacts(Plan())
    with pytest.raises(ValueError, match=r"maintenance\.night: start is '9:00'"):
        contacts(Plan(channels=(Slack(url_file="/s"),), windows=(Window(name="night", start="9:00"),)))


def test_the_deployed_file_is_what_the_command_writes(tmp_path: Path) -> None:
    deployed = ROOT / "deploy/contacts/contacts.yaml"
    command = f"sereno alerts contacts --config {ROOT / 'deploy/alertmanager/sereno.toml'} -o {deployed}"
    assert main([*command.split()[1:-1], str(tmp_path / "contacts.yaml")]) == 0
    assert (tmp_path / "contacts.yaml").read_text() == deployed.read_text(), f"run: {command}"
