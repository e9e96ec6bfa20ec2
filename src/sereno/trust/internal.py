"""The mark of calls that Sereno itself makes to a model: explanations, judgements, evaluations.

`X-Sereno-Internal: MARK TOKEN` is honoured from loopback with the token that only who can read `DATA/salt` can make.
"""

from __future__ import annotations

import hmac
from hashlib import blake2b

_LONGEST_MARK = 64


def internal_token(salt: bytes) -> bytes:
    """The token of a DATA folder: hex BLAKE2b of a fixed word, keyed with the folder's salt."""
    return blake2b(b"sereno internal call", key=salt, digest_size=16).hexdigest().encode()


def internal_value(mark: str, salt: bytes) -> bytes:
    """What to send in `X-Sereno-Internal`; `ValueError` if the mark is empty, too long or holds a space."""
    if not mark or len(mark) > _LONGEST_MARK or not mark.isascii() or not mark.isprintable() or " " in mark:
        raise ValueError(f"a mark is 1 to {_LONGEST_MARK} visible ASCII characters, got {mark!r}")
    return mark.encode() + b" " + internal_token(salt)


def internal_mark(value: bytes, salt: bytes) -> str | None:
    """The mark in a header's value, None if its token is not the folder's."""
    mark, _, token = value.partition(b" ")
    if not 0 < len(mark) <= _LONGEST_MARK or not hmac.compare_digest(token, internal_token(salt)):
        return None
    return mark.decode("latin-1")
