"""Alert rules and Alertmanager's configuration at the edge: settings in, files out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from sereno.alerts.catalogue import groups
from sereno.alerts.files import HEADER, files
from sereno.alerts.grafana import Panel
from sereno.config.sections.maintenance import Maintenance
from sereno.config.table import Settings
from sereno.dashboards.alert_panels import ALERT_PANELS
from sereno.errors import ConfigError
from sereno.notify.channels import Channel, Discord, Email, Slack, Webhook
from sereno.notify.configuration import TEMPLATES, Plan, configuration
from sereno.notify.grafana import contacts
from sereno.notify.maintenance import Window
from sereno.notify.matchers import read_matcher
from sereno.notify.texts import Language, templates

BOTH = "both"
ALERTS_WEBHOOK = "/sereno/api/alerts/webhook"
"""Where the keeper takes reports."""
ALERTS_TOLD = "/sereno/api/alerts/told"
"""Where it hears what people are told."""


def rule_files(settings: Settings, engine: str = "") -> dict[str, str]:
    """The text of every file, by path below the output folder.

    Args:
        settings: thresholds and links.
        engine: for whom; `both` writes all, "" asks the settings.
    """
    folder = {"prometheus": "prometheus/", "grafana": "grafana/", BOTH: ""}[engine or settings.alerting.engine]
    panels = {alert: Panel(shown.dashboard, shown.panel) for alert, shown in ALERT_PANELS.items()}
    written = files(groups(settings.thresholds), settings.alerting.runbooks_url.rstrip("/"), panels)
    return {path: text for path, text in written.items() if path.startswith(folder)}


def alertmanager_files(settings: Settings, file: Path) -> dict[str, str]:
    """Alertmanager's configuration and its texts, which lie beside it.

    Raises:
        ConfigError: something in the settings is wrong; says what.
    """
    try:
        text = configuration(plan(settings))
    except ValueError as error:
        raise ConfigError(str(error)) from None
    language = cast("Language", settings.alerting.language)
    return {file.name: text, TEMPLATES: templates(language, settings.alerting.grafana_url or "")}


def contacts_file(settings: Settings, file: Path) -> dict[str, str]:
    """Grafana's contact points, policies and mute timings.

    Raises:
        ConfigError: something in the settings is wrong; says what.
    """
    try:
        return {file.name: contacts(plan(settings))}
    except ValueError as error:
        raise ConfigError(str(error)) from None


def plan(settings: Settings) -> Plan:
    """What the settings ask Alertmanager for."""
    heartbeat = settings.alerting.heartbeat_file
    return Plan(
        channels=tuple(_channels(settings)),
        windows=tuple(_window(one) for one in settings.maintenance),
        heartbeat_file="" if heartbeat is None else str(heartbeat),
        repeat=round(settings.alerting.repeat),
        record=record_of(settings),
        explain=_keeper(settings, ALERTS_TOLD) if settings.alerting.explain else None,
    )


def record_of(settings: Settings) -> Webhook | None:
    """How alerts come to the keeper's history; None where they shall not."""
    return _keeper(settings, ALERTS_WEBHOOK)


def _keeper(settings: Settings, path: str) -> Webhook | None:
    """A path of the keeper's; None where its address is off."""
    if settings.alerting.keeper_url is None:
        return None
    key = settings.alerting.keeper_key_file
    url = settings.alerting.keeper_url.rstrip("/") + path
    return Webhook(url=url, token_file="" if key is None else str(key), resolved=path == ALERTS_WEBHOOK)


def write(out: Mapping[str, str], folder: Path) -> None:
    """Write files, each whole.

    Args:
        out: text by path below the folder.
        folder: made if it is not there.

    Raises:
        ConfigError: the folder cannot hold them; names the file.
    """
    for path, text in out.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            stage = target.with_name(f".{target.name}.{os.getpid()}")
            stage.write_text(text, "utf-8")
            stage.replace(target)
        except OSError as error:
            raise ConfigError(f"{target} cannot be written: {error.strerror}; give another place with -o") from None


def left_over(out: Mapping[str, str], folder: Path) -> list[str]:
    """Rules of an earlier run, which Prometheus or Grafana would go on loading; one sentence each."""
    kinds = ("prometheus/*.rules.yaml", "prometheus/tests/*.yaml", "grafana/alerts/*.yaml")
    old = (path for kind in kinds for path in sorted(folder.glob(kind)) if str(path.relative_to(folder)) not in out)
    return [f"{path} is of an earlier run; remove it, if it is not wanted" for path in old if _ours(path)]


def _ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER.encode()


def _channels(settings: Settings) -> list[Channel]:
    email, slack, discord, webhook = settings.email, settings.slack, settings.discord, settings.webhook
    found: list[Channel] = []
    if email.to:
        if email.user and email.password_file is None:
            raise ConfigError("email.user is set without email.password_file; set both, or neither")
        found.append(
            Email(
                to=email.to,
                sender=email.sender,
                server=str(email.server),
                user=email.user,
                password_file=str(email.password_file or ""),
                tls=email.tls,
                only_critical=email.only_critical,
            )
        )
    if slack.url_file is not None:
        found.append(Slack(url_file=str(slack.url_file), channel=slack.channel, only_critical=slack.only_critical))
    if discord.url_file is not None:
        found.append(Discord(url_file=str(discord.url_file), only_critical=discord.only_critical))
    if webhook.url is not None and webhook.url_file is not None:
        raise ConfigError("webhook.url and webhook.url_file are both set; leave one of them out")
    if webhook.url is not None or webhook.url_file is not None:
        found.append(
            Webhook(
                url=webhook.url or "",
                url_file=str(webhook.url_file or ""),
                token_file=str(webhook.token_file or ""),
                only_critical=webhook.only_critical,
            )
        )
    return found


def _window(one: Maintenance) -> Window:
    try:
        ZoneInfo(one.timezone)
        alerts = tuple(read_matcher(text) for text in one.alerts)
    except (KeyError, OSError) as error:
        raise ConfigError(
            f"maintenance.{one.name}.timezone is {one.timezone!r}; expected a name such as Europe/Madrid"
        ) from error
    except ValueError as error:
        raise ConfigError(f"maintenance.{one.name}: {error}") from None
    return Window(
        name=one.name, start=one.start, end=one.end, days=one.days, days_of_month=one.days_of_month, months=one.months,
        timezone=one.timezone, alerts=alerts,
    )  # fmt: skip
