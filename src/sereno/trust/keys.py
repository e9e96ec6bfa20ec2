"""Keys that Sereno issues: made here, stored as a hash, compared in constant time.

A key is 192 random bits, so a plain BLAKE2b-256 is enough to store it (no dictionary exists to slow down).
"""

from __future__ import annotations

import hmac
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from hashlib import blake2b
from typing import Literal, get_args

import msgspec

from sereno.conventions import KEY_HEADER, KEY_PREFIX

Scope = Literal["use", "read", "alerts", "admin"]
"""`use`: call models through the gateway; `read`: read the record; `alerts`: report alerts and acknowledge them, for
Alertmanager and for people on call; `admin`: change the record."""
SCOPES: tuple[Scope, ...] = get_args(Scope)


_PREFIX = KEY_PREFIX.encode()


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A credential that Sereno issued.

    Attributes:
        id: 8 hex digits that stand for it in records and lists.
        name: what people call it.
        hash: hex BLAKE2b-256 of the secret.
        scopes: what it allows; `admin` includes `read` and `alerts`.
        assert_user: whether user and session headers are believed beside it.
        requests_per_minute: limit at the gateway, None for none.
        budget_usd_per_month: what its calls may cost in a month (UTC), None for any.
        created_at: epoch seconds.
    """

    id: str
    name: str
    hash: str
    scopes: tuple[Scope, ...]
    assert_user: bool = False
    requests_per_minute: int | None = None
    created_at: float = 0.0
    budget_usd_per_month: float | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether the key carries the scope."""
        return scope in self.scopes or (scope != "use" and "admin" in self.scopes)


def hash_secret(secret: str) -> str:
    """Hex BLAKE2b-256 of a secret."""
    return blake2b(secret.encode("utf-8", "surrogateescape"), digest_size=32).hexdigest()


def issue(
    name: str,
    scopes: Iterable[Scope],
    *,
    random: bytes,
    now: float,
    assert_user: bool = False,
    requests_per_minute: int | None = None,
    budget_usd_per_month: float | None = None,
) -> tuple[Key, str]:
    """A new key and its secret, which is shown once and never stored.

    Args:
        name: what people call it.
        scopes: what it allows.
        random: 28 random bytes.
        now: epoch seconds.
        assert_user: whether user headers are believed beside it.
        requests_per_minute: limit at the gateway.
        budget_usd_per_month: limit at the gateway.
    """
    if len(random) < 28:
        raise ValueError("issue() needs 28 random bytes")
    secret = KEY_PREFIX + urlsafe_b64encode(random[4:28]).decode()
    key = Key(
        id=random[:4].hex(),
        name=name,
        hash=hash_secret(secret),
        scopes=tuple(scopes),
        assert_user=assert_user,
        requests_per_minute=requests_per_minute,
        created_at=now,
        budget_usd_per_month=budget_usd_per_month,
    )
    return key, secret


def find(secret: str, keys: Iterable[Key]) -> Key | None:
    """The key whose secret this is, compared without telling by time how near a guess was."""
    digest = hash_secret(secret)
    found = None
    for key in keys:
        if hmac.compare_digest(key.hash, digest):
            found = key
    return found


def presented(headers: Iterable[tuple[bytes, bytes]], *, basic: bool = False) -> str | None:
    """The Sereno key a request shows.

    It comes as `X-Sereno-Key`, or where SDKs put theirs: `Authorization: Bearer sk-sereno-…` (OpenAI),
    `x-api-key: sk-sereno-…` (Anthropic).

    Args:
        headers: (name, value) of the request.
        basic: whether it may be the password of HTTP Basic, a browser's own dialogue. Not where models are called: a
            browser sends that by itself, also for a page of another site.
    """
    for name, value in headers:
        lowered = name.lower()
        if lowered == KEY_HEADER:
            if value.strip():
                return value.decode("latin-1").strip()
            continue  # a proxy that has no key to add, such as Grafana's, sends the field empty
        if not basic and lowered == b"authorization" and value.lstrip()[:5].lower() == b"basic":
            continue
        secret = ours(lowered, value)
        if secret is not None:
            return secret
    return None


def ours(name: bytes, value: bytes) -> str | None:
    """The Sereno key in a field that may as well hold another server's credential; None if it holds none of ours.

    >>> ours(b"x-api-key", b"sk-sereno-abc"), ours(b"x-api-key", b"sk-ant-abc")
    ('sk-sereno-abc', None)

    Args:
        name: lower-case field name.
        value: the field's value.
    """
    if name == b"x-api-key":
        token = value.strip()
    elif name == b"authorization":
        scheme, *rest = value.split(None, 1) or [b""]  # any white space: a tab there must not hide a key from us
        token = rest[0].strip() if rest else b""
        if scheme.lower() == b"basic":
            return _of_basic(token)
        if scheme.lower() != b"bearer":
            return None
    else:
        return None
    return token.decode("latin-1") if token.startswith(_PREFIX) else None


def _of_basic(token: bytes) -> str | None:
    """The Sereno key among name and password of HTTP Basic (RFC 7617 §2), None without one.

    Read as leniently as any server behind might, since what is not found here is passed on to it.
    """
    try:
        user, _, password = b64decode(token + b"==").partition(b":")
    except Base64Error:
        return None
    return next((part.decode("latin-1") for part in (password, user) if part.startswith(_PREFIX)), None)
