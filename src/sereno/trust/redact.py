"""Credentials leave the headers before anything is written down.

The value is replaced by `sereno:` and a keyed hash, so that two calls with the same credential can still be
told to be of one client, and nobody who reads DATA can use or guess it (the salt stays in DATA, 0600).
"""

from __future__ import annotations

import re
from hashlib import blake2b

from sereno.conventions import CREDENTIAL_HEADERS


def redacted(value: bytes, salt: bytes) -> bytes:
    """What stands for a credential in the record."""
    return b"sereno:" + blake2b(value, key=salt, digest_size=8).hexdigest().encode()


def redact(headers: list[tuple[bytes, bytes]], salt: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The headers with every credential replaced by its keyed hash.

    Known names (`CREDENTIAL_HEADERS`) and any name with `token`, `secret`, `api-key` or `password` in it.
    """
    return tuple((name, redacted(value, salt) if is_credential(name.lower()) else value) for name, value in headers)


_KNOWN: dict[bytes, bool] = {}


def is_credential(name: bytes) -> bool:
    """Whether a header of this lower-case name holds a credential."""
    known = _KNOWN.get(name)
    if known is None:
        known = name in CREDENTIAL_HEADERS or any(
            word in name for word in (b"token", b"secret", b"api-key", b"apikey", b"password", b"credential")
        )
        if len(_KNOWN) < 1000:
            _KNOWN[name] = known
    return known


_QUERY_CREDENTIAL = re.compile(
    rb"([?&;](?:key|[^=&;]*(?:token|secret|api_?-?key|password|credential)[^=&;]*)=)([^&;#]+)", re.IGNORECASE
)


def redact_target(target: bytes, salt: bytes) -> bytes:
    """A request target with the values of credential parameters (`?key=…`, `&access_token=…`) replaced.

    >>> redact_target(b"/v1/models?limit=5", b"salt")
    b'/v1/models?limit=5'
    """
    return _QUERY_CREDENTIAL.sub(lambda match: match[1] + redacted(match[2], salt), target)
