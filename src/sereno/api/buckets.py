"""Token buckets: how often one key or peer may ask. Time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

_MOST = 10_000


def bucket_name(peer: str) -> str:
    """What peers share a bucket: an IPv4 address, or the /64 of an IPv6 address (one subscriber has all of it).

    >>> bucket_name("10.0.0.7"), bucket_name("2001:db8:1:2:3:4:5:6"), bucket_name("::ffff:10.0.0.7")
    ('10.0.0.7', '2001:db8:1:2::', '10.0.0.7')
    """
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))


class Buckets:
    """Token buckets by name; the least recently used are forgotten beyond 10,000.

    Args:
        per_second: tokens that flow in, more than 0.
        burst: tokens that a full bucket holds, at least 1.
    """

    def __init__(self, per_second: float, burst: int) -> None:
        self._rate = per_second
        self._burst = float(max(1, burst))
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now: float) -> float:
        """Take one token; 0.0 if there was one, else the seconds until there will be."""
        level, at = self._levels.pop(name, (self._burst, now))
        level = min(self._burst, level + max(0.0, now - at) * self._rate)
        wait = 0.0 if level >= 1.0 else (1.0 - level) / self._rate
        self._levels[name] = (level if wait else level - 1.0, now)
        if len(self._levels) > _MOST:
            self._levels.popitem(last=False)
        return wait
