"""Kinds of header fields: which the gateway acts on, which it strips, which hold credentials.

A field's kind is looked up by its name as sent; the answer is remembered, so that the hot path pays one dictionary
access a field.
"""

from __future__ import annotations

from typing import Final

from sereno.conventions import (
    INTERNAL_HEADER,
    KEY_HEADER,
    OPEN_WEBUI_SESSION_HEADER,
    OPEN_WEBUI_USER_HEADERS,
    PEER_HEADER,
    SESSION_HEADER,
    USER_HEADER,
)
from sereno.trust.redact import is_guarded

PLAIN: Final = 0
"""Forwarded as it is."""
CREDENTIAL: Final = 1
"""Forwarded as it is, not written down as it is."""
HOST: Final = 2
LENGTH: Final = 3
CODING: Final = 4
CONNECTION: Final = 5
HOP: Final = 6
"""Concerns this connection only (RFC 9110 §7.6.1): never forwarded."""
EXPECT: Final = 7
UPGRADE: Final = 8
FORWARDED_FOR: Final = 9
FORWARDED: Final = 10
"""What the gateway says itself: a client's own is replaced."""
KEY: Final = 11
AUTHORIZATION: Final = 12
IDENTITY: Final = 13
"""User and session headers: read if believed, always stripped."""
INTERNAL: Final = 14
PROXY_KEY: Final = 16
"""A credential for this hop: neither forwarded nor written down."""
LOOKALIKE: Final = 15
"""`Content_Length` and the like: servers that map `-` and `_` to one name would take it for the framing."""

_KINDS: Final[dict[bytes, int]] = {
    b"host": HOST,
    b"content-length": LENGTH,
    b"transfer-encoding": CODING,
    b"connection": CONNECTION,
    b"keep-alive": HOP,
    b"proxy-connection": HOP,
    b"proxy-authenticate": HOP,
    b"proxy-authorization": PROXY_KEY,
    b"te": HOP,
    PEER_HEADER: HOP,
    b"expect": EXPECT,
    b"upgrade": UPGRADE,
    b"http2-settings": HOP,
    b"x-forwarded-for": FORWARDED_FOR,
    b"x-forwarded-host": FORWARDED,
    b"x-forwarded-proto": FORWARDED,
    KEY_HEADER: KEY,
    b"authorization": AUTHORIZATION,
    USER_HEADER: IDENTITY,
    SESSION_HEADER: IDENTITY,
    OPEN_WEBUI_SESSION_HEADER: IDENTITY,
    **dict.fromkeys(OPEN_WEBUI_USER_HEADERS, IDENTITY),
    INTERNAL_HEADER: INTERNAL,
}

KNOWN: Final[dict[bytes, int]] = {}
"""Kinds by name as sent; filled by `kind`, read directly on the hot path."""
_MOST_KNOWN: Final = 4096
"""Names remembered: a client that invents names gets them classified anew each time, not a growing table."""


def kind(name: bytes) -> int:
    """The kind of a field name in any case; remembered in `KNOWN`."""
    lowered = name.lower()
    found = _KINDS.get(lowered)
    if found is None:
        dashed = lowered.replace(b"_", b"-")
        if dashed != lowered and _KINDS.get(dashed, PLAIN) != PLAIN:
            found = LOOKALIKE
        else:
            found = CREDENTIAL if is_guarded(lowered) else PLAIN
    if len(KNOWN) < _MOST_KNOWN:
        KNOWN[name] = found
    return found
