"""The caller's trace, from `traceparent` (W3C Trace Context, level 1, §3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")


def parent(values: Iterable[bytes]) -> tuple[str | None, str | None]:
    """(trace id, span id) of the caller, (None, None) where the header is absent, repeated or invalid.

    >>> parent([b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
    ('4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7')
    """
    found = list(values)
    match = _PARENT.fullmatch(found[0].strip()) if len(found) == 1 else None
    if match is None:
        return None, None
    version, trace, span, more = match.groups()
    if version == b"ff" or (version == b"00" and more) or not trace.strip(b"0") or not span.strip(b"0"):
        return None, None
    return trace.decode(), span.decode()
