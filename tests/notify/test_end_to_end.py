"""A model server is killed, and people know: by the shipped rules, configuration and texts, with the real parts."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from notify.alarm import PATIENCE, Mail, ModelServers, Notice, alertmanager, mail_server, sereno, wait_for, webhook
from parts.built import built
from parts.running import Prometheus, prometheus
from sereno.assembly.alerts import alertmanager_files, rule_files, write
from sereno.config.kinds import Address
from sereno.config.sections.alerting import Alerting
from sereno.config.sections.contacts import Email, Webhook
from sereno.config.table import Settings

TWO_MINUTES = 120.0


class Pace(NamedTuple):
    """How fast everything goes.

    Attributes:
        scrape: interval of polls, scrapes and evaluations.
        patience: seconds until something that must come to pass counts as failed.
        rules: what of the rules is changed.
        config: what of Alertmanager's configuration is changed.
    """

    scrape: str
    patience: float
    rules: dict[str, str]
    config: dict[str, str]


SHIPPED = Pace("15s", 300.0, {}, {})
QUICK = Pace(
    "1s",
    PATIENCE,
    {"for: 30s": "for: 1s"},
    {"group_wait: 10s": "group_wait: 1s", "group_interval: 15s": "group_interval: 2s"},
)


class Alarm(NamedTuple):
    """What a test looks at."""

    servers: ModelServers
    prometheus: Prometheus
    alertmanager: str
    notices: list[Notice]
    mails: list[Mail]
    patience: float

    def told(self, status: str, **labels: str) -> Notice:
        """The first notice that speaks of such an alert."""
        found: Notice = wait_for(
            lambda: next((notice for notice in self.notices if notice.has(status, **labels)), None),
            f"{status} {labels}",
        )
        return found

    def mailed(self, words: str) -> Mail:
        """The first mail whose subject holds these words."""
        found: Mail = wait_for(
            lambda: next((mail for mail in self.mails if words in mail.message["Subject"]), None),
            f"a mail {words!r}",
            self.patience,
        )
        return found


def running(pace: Pace, folder: Path) -> Iterator[Alarm]:
    for program in ("prometheus", "alertmanager"):
        built(program)
    notices: list[Notice] = []
    mails: list[Mail] = []
    with ExitStack() as stack:
        hook = stack.enter_context(webhook(notices))
        smtp = stack.enter_context(mail_server(mails))
        host, _, port = smtp.rpartition(":")
        settings = Settings(
            alerting=Alerting(grafana_url="http://grafana.example.org:3000"),
            email=Email(to=("ops@example.org",), server=Address(host, int(port)), tls=False),
            webhook=Webhook(url=hook),
        )
        config = folder / "alertmanager.yml"
        write(
            {name: _changed(text, pace.config) for name, text in alertmanager_files(settings, config).items()}, folder
        )
        rules = {
            name: _changed(text, pace.rules) for name, text in rule_files(settings).items() if "/tests/" not in name
        }
        write(rules, folder)
        servers = ModelServers("ab", folder, stack)
        for name in "ab":
            servers.start(name)
        gateway = stack.enter_context(sereno(folder, servers, pace.scrape))
        manager = stack.enter_context(alertmanager(config))  # before Prometheus, which resends after a minute only
        scraped = f"""
global: {{scrape_interval: {pace.scrape}, evaluation_interval: {pace.scrape}}}
rule_files: ["{folder}/prometheus/*.rules.yaml"]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{manager.removeprefix("http://")}"]}}]}}]}}
scrape_configs: [{{job_name: sereno, static_configs: [{{targets: ["{gateway}"]}}]}}]
"""
        seen = stack.enter_context(prometheus(folder, scraped))
        wait_for(lambda: seen.value("sum(ollama_up)", time.time()) == 2, "both model servers up")
        yield Alarm(servers, seen, manager, notices, mails, pace.patience)


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@pytest.fixture
def alarm(tmp_path: Path) -> Iterator[Alarm]:
    yield from running(QUICK, tmp_path)


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[Alarm]:
    yield from running(SHIPPED, tmp_path)


def outages(alarm: Alarm) -> dict[str, float]:
    """Both model servers die, one after the other, and come back; returns seconds until each was told."""
    times: dict[str, float] = {}
    killed = alarm.servers.kill("a")
    times["webhook"] = alarm.told("firing", alertname="OllamaDown", upstream="a", severity="critical").at - killed
    times["mail"] = alarm.mailed("[critical] Ollama a is down").at - killed

    killed = alarm.servers.kill("b")
    second = alarm.told("firing", alertname="OllamaDown", upstream="b")
    times["second outage of the group"] = second.at - killed
    assert second.has("firing", upstream="a"), "both are one group"

    back = time.monotonic()
    alarm.servers.start("a")
    times["resolved"] = alarm.told("resolved", alertname="OllamaDown", upstream="a").at - back
    alarm.servers.start("b")
    alarm.told("resolved", alertname="OllamaDown", upstream="b")
    times["resolved by mail"] = alarm.mailed("[over] Ollama").at - back
    return times


def test_people_know_and_know_when_it_is_over(alarm: Alarm) -> None:
    outages(alarm)

    mail = alarm.mailed("[critical] Ollama a is down")
    assert mail.message["To"] == "ops@example.org"
    plain, html = mail.part("plain"), mail.part("html")
    for text in (plain, html):
        assert "Ollama a does not answer sereno on 127.0.0.1:" in text
        assert "docs/runbooks/OllamaDown.md" in text
        assert "http://grafana.example.org:3000/d/ollama-overview" in text
        assert "upstream=a" in text
    assert '<a href="http://grafana.example.org:3000/d/ollama-overview"' in html
    assert "1 firing" in plain
    assert "Since: 20" in plain
    assert not [notice for notice in alarm.notices if notice.has("firing", alertname="Watchdog")]
    assert {alert["labels"]["alertname"] for notice in alarm.notices for alert in notice.body["alerts"]} == {
        "OllamaDown"
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_within_two_minutes_as_it_is_shipped(shipped: Alarm) -> None:
    times = outages(shipped)
    logging.getLogger(__name__).info("seconds until told: %s", {name: round(took, 1) for name, took in times.items()})
    assert max(times["webhook"], times["mail"], times["second outage of the group"]) < TWO_MINUTES
