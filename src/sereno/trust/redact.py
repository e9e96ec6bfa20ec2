"""Credentials leave the headers before anything is written down.

The value is replaced by `sereno:` and a keyed hash, so that two calls with the same credential can still be
told to be of one client, and nobody who reads DATA can use or guess it (the salt stays in DATA, 0600).
"""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import unquote_to_bytes

from sereno.conventions import CREDENTIAL_HEADERS


def redacted(value: bytes, salt: bytes) -> bytes:
    """What stands for a credential in the record."""
    return b"sereno:" + blake2b(value, key=salt, digest_size=8).hexdigest().encode()


def redact(headers: list[tuple[bytes, bytes]], salt: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The headers with every credential replaced by its keyed hash.

    Known names (`CREDENTIAL_HEADERS`) and those that say what they hold (`…-token`, `…_secret`, `x-auth-…`). Addresses
    (`Referer`, `Location`) keep all but the credentials in them.
    """
    return tuple((name, _value(name.lower(), value, salt)) for name, value in headers)


def _value(name: bytes, value: bytes, salt: bytes) -> bytes:
    if name in _ADDRESSES:
        return redact_target(value, salt)
    return redacted(value, salt) if is_credential(name) else value


_ADDRESSES = frozenset({
    b"referer", b"origin", b"location", b"content-location", b"link", b"refresh", b"forwarded", b"x-original-url",
    b"x-original-uri", b"x-rewrite-url", b"x-forwarded-uri", b"x-forwarded-url",
})  # fmt: skip
"""Fields whose values are addresses, which may hold a password or a key in their query."""
_WORDS = re.compile(
    rb"token|secret|api-?key|passw|passphrase|pwd|credential|cookie|authorization|signature|bearer|jwt"
    rb"|(?:^|-)auth(?:-|$)|(?:access|auth|subscription|private|shared|master|license)-?key|-sereno-internal$"
)
_KNOWN: dict[bytes, bool] = {}


def is_credential(name: bytes) -> bool:
    """Whether a header of this lower-case name holds a credential."""
    known = _KNOWN.get(name)
    if known is None:
        known = name in CREDENTIAL_HEADERS or _WORDS.search(name.replace(b"_", b"-")) is not None
        if len(_KNOWN) < 1000:
            _KNOWN[name] = known
    return known


def is_guarded(name: bytes) -> bool:
    """Whether the value of a header of this lower-case name is not written down as it is, or not always."""
    return name in _ADDRESSES or is_credential(name)


_NAME = re.compile(rb"[?&;#]([^=&;#?]+)=")
_VALUE = re.compile(rb"[^&;#\s>\"]*")
_USERINFO = re.compile(rb"(//)([^/?#@\s]+)@")
_SHORT_NAMES = frozenset({b"key", b"auth", b"sig", b"code", b"access"})
"""Parameters that hold a credential, though as headers they would not."""


def redact_target(target: bytes, salt: bytes) -> bytes:
    """A target or address with its password and the values of credential parameters (`?key=…`) replaced.

    The names of parameters are compared as a server reads them, percent-decoded.

    >>> redact_target(b"/v1/models?limit=5", b"salt")
    b'/v1/models?limit=5'
    """
    target = _USERINFO.sub(lambda match: match[1] + redacted(match[2], salt) + b"@", target)
    written = []
    at = 0
    while (found := _NAME.search(target, at)) is not None:
        end = found.end()
        written.append(target[at:end])
        at = end
        name = unquote_to_bytes(found[1]).strip(b" +").lower()
        if name in _SHORT_NAMES or is_credential(name):
            value = _VALUE.match(target, end)
            if value is not None and value[0]:
                written.append(redacted(value[0], salt))
                at = value.end()
    written.append(target[at:])
    return b"".join(written)
