"""Names and addresses: which `Host` is ours, which peer is loopback.

A browser page of a foreign site can reach 127.0.0.1 by rebinding its own name to it; its requests then carry
that name as Host. So a Host that is neither a loopback name nor configured is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


@lru_cache(maxsize=1024)  # asked for every request, of few addresses
def is_loopback(address: str) -> bool:
    """Whether a peer's address is this machine's loopback, also when IPv4 is mapped into IPv6.

    >>> is_loopback("127.8.0.1"), is_loopback("::1"), is_loopback("::ffff:127.0.0.1"), is_loopback("10.0.0.1")
    (True, True, True, False)
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def host_name(host: str) -> str:
    """The name of a Host header: lower case, without port and brackets.

    >>> host_name("LocalHost:11434"), host_name("[::1]:80"), host_name("::1")
    ('localhost', '::1', '::1')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, _, port = host.rpartition(":")
    if name and ":" not in name and port.isdigit():
        host = name
    return host.rstrip(".")


def host_allowed(host: str, allowed: Collection[str]) -> bool:
    """Whether a Host header names us: a loopback name or address, or one of the allowed names.

    `*.example.org` in `allowed` stands for every name below it, `*` for every name.
    """
    name = host_name(host)
    if name in LOOPBACK_NAMES or name.endswith(".localhost") or is_loopback(name) or name in allowed or "*" in allowed:
        return True
    return any(rule.startswith("*.") and name.endswith(rule[1:]) for rule in allowed)
