"""`[email]`, `[slack]`, `[discord]`, `[webhook]`: by which ways people are told."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.kinds import Address
from sereno.config.setting import Setting


# fmt: off
class Email(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications by e-mail."""

    to: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Addresses; without any no mail is sent.")] = ()
    sender: Annotated[str, Setting(kinds.text(),
        "Address that mails come from.")] = "sereno@localhost"
    server: Annotated[Address, Setting(kinds.address(),
        "Mail server (SMTP).")] = Address("127.0.0.1", 25)
    user: Annotated[str, Setting(kinds.text(),
        "User name at the mail server; empty if it asks for none.")] = ""
    password_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the password.")] = None
    tls: Annotated[bool, Setting(kinds.boolean(),
        "Whether the mail server must speak TLS.")] = True
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False


class Slack(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications to Slack."""

    url_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the address of an incoming webhook.")] = None
    channel: Annotated[str, Setting(kinds.text(),
        "Channel; empty: the webhook's own.")] = ""
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False


class Discord(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications to Discord."""

    url_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds the address of a webhook.")] = None
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Notifications to a program of yours, as Alertmanager's JSON."""

    url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Its address, if it holds no secret.")] = None
    url_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds its address.")] = None
    token_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that holds a bearer token.")] = None
    only_critical: Annotated[bool, Setting(kinds.boolean(),
        "Whether warnings are left out.")] = False
# fmt: on
