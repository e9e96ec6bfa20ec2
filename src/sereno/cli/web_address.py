"""Addresses of servers as options of a command."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import urlsplit

import typer

from sereno.errors import ConfigError

Text = TypeVar("Text", str, str | None)


def web_address(parameter: typer.CallbackParam, value: Text) -> Text:
    """Refuse what is no address, as the callback of an option that takes one.

    Raises:
        ConfigError: it is none.
    """
    if not value:
        return value
    try:
        parts = urlsplit(value)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        right = False
    if not right or any(ord(character) <= 32 for character in value):
        shown = "none" if "@" in value else repr(value[:200])  # there may be a password before the @
        raise ConfigError(f"{parameter.opts[-1]} is {shown}; expected a URL such as http://HOST:PORT")
    return value
