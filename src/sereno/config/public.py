"""Where people and programs on this machine reach what listens."""

from __future__ import annotations

from sereno.config.kinds import Address
from sereno.config.table import Settings

_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  told, not bound


def reachable(address: Address) -> Address:
    """An address that a browser on this machine can open.

    >>> print(reachable(Address("0.0.0.0", 80)), reachable(Address("10.0.0.5", 80)))
    127.0.0.1:80 10.0.0.5:80
    """
    return Address(_LOCAL.get(address.host, address.host), address.port)


def public_url(settings: Settings, gateway: Address | None = None) -> str:
    """Where clients reach the gateway: as `gateway.public_url` says, else where it listens.

    Args:
        settings: the settings.
        gateway: where it listens by now, if its port was 0.
    """
    if settings.gateway.public_url is not None:
        return settings.gateway.public_url
    scheme = "https" if settings.gateway.tls_cert else "http"
    return f"{scheme}://{reachable(gateway or settings.gateway.listen)}"
