"""Ways to tell people. Secrets are files, named by the paths that Alertmanager sees."""

from __future__ import annotations

from typing import Any

import msgspec


class Email(msgspec.Struct, frozen=True, kw_only=True):
    """E-mail.

    Attributes:
        to: addresses.
        sender: where mails come from.
        server: `HOST:PORT`.
        user: "" where the server asks for none.
        password_file: of the user.
        tls: whether the server must speak TLS.
        only_critical: whether warnings are left out.
    """

    to: tuple[str, ...]
    sender: str
    server: str
    user: str = ""
    password_file: str = ""
    tls: bool = True
    only_critical: bool = False

    def receiver(self) -> dict[str, Any]:
        """The part of a receiver in Alertmanager's form."""
        config: dict[str, Any] = {
            "to": ", ".join(self.to),
            "from": self.sender,
            "smarthost": self.server,
            "require_tls": self.tls,
        }
        if self.user:
            config |= {"auth_username": self.user, "auth_password_file": self.password_file}
        texts = {"Subject": '{{ template "sereno.subject" . }}'}
        html, text = '{{ template "sereno.html" . }}', '{{ template "sereno.text" . }}'
        return {"email_configs": [{**config, "send_resolved": True, "headers": texts, "html": html, "text": text}]}


class Slack(msgspec.Struct, frozen=True, kw_only=True):
    """Slack, by an incoming webhook.

    Attributes:
        url_file: holds its address.
        channel: "" is the webhook's own.
        only_critical: whether warnings are left out.
    """

    url_file: str
    channel: str = ""
    only_critical: bool = False

    def receiver(self) -> dict[str, Any]:
        """The part of a receiver in Alertmanager's form."""
        config = {
            "api_url_file": self.url_file,
            "send_resolved": True,
            "color": '{{ template "sereno.colour" . }}',
            "title": '{{ template "sereno.slack.title" . }}',
            "title_link": "",
            "text": '{{ template "sereno.slack.text" . }}',
            "fallback": '{{ template "sereno.slack.title" . }}',
        }
        return {"slack_configs": [{**config, "channel": self.channel} if self.channel else config]}


class Discord(msgspec.Struct, frozen=True, kw_only=True):
    """Discord, by a webhook.

    Attributes:
        url_file: holds its address.
        only_critical: whether warnings are left out.
    """

    url_file: str
    only_critical: bool = False

    def receiver(self) -> dict[str, Any]:
        """The part of a receiver in Alertmanager's form."""
        config = {
            "webhook_url_file": self.url_file,
            "send_resolved": True,
            "title": '{{ template "sereno.discord.title" . }}',
            "message": '{{ template "sereno.discord.text" . }}',
        }
        return {"discord_configs": [config]}


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A program that takes Alertmanager's JSON; its address is told or in a file.

    Attributes:
        url: its address.
        url_file: holds its address, if it is a secret.
        token_file: holds a bearer token.
        only_critical: whether warnings are left out.
        resolved: whether it is told that an alert is over.
    """

    url: str = ""
    url_file: str = ""
    token_file: str = ""
    only_critical: bool = False
    resolved: bool = True

    def receiver(self) -> dict[str, Any]:
        """The part of a receiver in Alertmanager's form."""
        config: dict[str, Any] = {"send_resolved": self.resolved, "max_alerts": 0}
        config |= {"url": self.url} if self.url else {"url_file": self.url_file}
        if self.token_file:
            config["http_config"] = {"authorization": {"credentials_file": self.token_file}}
        return {"webhook_configs": [config]}


Channel = Email | Slack | Discord | Webhook
