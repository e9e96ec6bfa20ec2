"""Where requests go: a URL, taken apart."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from sereno.errors import ConfigError

EXPECTED = "expected http://HOST:PORT or https://…, for instance http://127.0.0.1:11434"


class Address(msgspec.Struct, frozen=True):
    """A server.

    Attributes:
        host: name or address, without brackets.
        port: TCP port.
        tls: whether it speaks TLS.
        path: path of the URL, "" for none.
        query: what followed `?`, "" for nothing.
    """

    host: str
    port: int
    tls: bool
    path: str = ""
    query: str = ""

    @property
    def authority(self) -> str:
        """Value of `Host` (RFC 9110 §7.2)."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.tls else 80) else f"{name}:{self.port}"

    @property
    def origin(self) -> str:
        """The URL without its path."""
        return f"{'https' if self.tls else 'http'}://{self.authority}"


def read_address(url: str) -> Address:
    """Take a URL apart.

    >>> read_address("http://[::1]:11434/api/chat")
    Address(host='::1', port=11434, tls=False, path='/api/chat', query='')

    Raises:
        ConfigError: it is no HTTP URL, or holds a name and password (they belong into a header).
    """
    shown = url[:200]
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise ConfigError(f"URL {shown!r}: {error}; {EXPECTED}") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError("the URL holds a user name or password; send them with --header instead")
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in {"http", "https"} or not host or not plain or parts.fragment or port == 0:
        raise ConfigError(f"{shown!r} is no address of a server; {EXPECTED}")
    tls = parts.scheme == "https"
    return Address(host, port or (443 if tls else 80), tls, parts.path.rstrip("/"), parts.query)
