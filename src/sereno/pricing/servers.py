"""Model servers: which of them are clouds that bill by price list, and which stand here."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

LOCAL = "local"
"""As a provider: nobody bills, whatever the address."""
_NAMES = frozenset({"localhost", "ip6-localhost"})
_ENDINGS = (
    ".localhost", ".local", ".internal", ".home.arpa", ".test",  # RFC 6761, 6762, 8375; ICANN 2024 for .internal
    ".lan", ".home", ".corp", ".intranet", ".localdomain", ".private",  # never delegated, in use everywhere
)  # fmt: skip


class Server(msgspec.Struct, frozen=True):
    """A configured model server.

    Attributes:
        url: its address.
        provider: `local`, a provider of the catalogue, or "": the address decides.
        prefix: path prefix that is removed before forwarding, "" for none.
    """

    url: str
    provider: str = ""
    prefix: str = ""

    @property
    def is_cloud(self) -> bool:
        """Whether its models may have prices of the catalogue."""
        return self.provider != LOCAL if self.provider else not is_local(self.url)


def is_local(url: str) -> bool:
    """Whether a URL's host is on this machine or in this network: no public name, no public address.

    >>> [is_local(f"http://{h}") for h in ("127.0.0.1:1", "gpu", "nas.local", "[fd00::1]", "100.64.1.2", "8.8.8.8")]
    [True, True, True, True, True, False]
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not ip_address(host.partition("%")[0]).is_global
    except ValueError:
        return host in _NAMES or "." not in host or host.endswith(_ENDINGS)
