"""Who may read the record and who may change it (design §2): by the peer's address, the Host name and the key shown.

The peer comes from the transport alone: no header that a client can write has a say. What is not known is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from sereno.conventions import HEALTH_PATH, READY_PATH
from sereno.query.problems import Problem
from sereno.trust.hosts import host_allowed, is_loopback
from sereno.trust.keys import Key, Scope, find, presented

_STATIC = "/sereno/static/"
_ALERTS = "/sereno/api/alerts"
"""What a key with scope `alerts` reaches without scope `read`."""
_CHALLENGE = 'Bearer realm="sereno"'
_BASIC = 'Basic realm="sereno", charset="UTF-8"'
_HOW = (
    "Send a key with scope `read` as `X-Sereno-Key: sk-sereno-…` or `Authorization: Bearer sk-sereno-…`; "
    "`sereno keys add NAME --scope read` on the machine of the keeper makes one."
)


class AccessRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is configured about reading.

    Attributes:
        allowed_hosts: `Host` names accepted beside loopback names; `*.example.org` stands for names below.
        loopback_reads: whether loopback peers may read without a key.
        metrics_public: whether anyone may read `/metrics`.
    """

    allowed_hosts: tuple[str, ...] = ()
    loopback_reads: bool = True
    metrics_public: bool = False


class Reader(msgspec.Struct, frozen=True):
    """Somebody who may ask.

    Attributes:
        peer: address. key: the key that was shown and is good, None without one.
        may_read: whether the record may be told; False where only the open paths are.
    """

    peer: str
    key: Key | None
    may_read: bool

    @property
    def name(self) -> str:
        """Who asks, as logs and events tell: the key's name, or the address."""
        return self.peer if self.key is None else self.key.name

    @property
    def local(self) -> bool:
        """Whether the peer is this machine."""
        return is_loopback(self.peer)


def is_open(path: str, rules: AccessRules) -> bool:
    """Whether a path is answered to anyone: health, metrics when they are public, the style of the page that asks.

    Style and script are files of the program: they tell nothing of the record.
    """
    static = path.startswith(_STATIC) and "/" not in path[len(_STATIC) :]
    return static or path in (HEALTH_PATH, READY_PATH) or (path == "/metrics" and rules.metrics_public)


def check_host(path: str, hosts: Sequence[bytes], allowed: Collection[str]) -> None:
    """Refuse a request whose Host does not name us: a foreign page that rebound its name to our address.

    Health paths are exempt: they tell nothing, and orchestrators ask by address.

    Raises:
        Problem: 403.
    """
    if path in (HEALTH_PATH, READY_PATH):
        return
    if len(hosts) != 1 or not host_allowed(hosts[0].decode("latin-1"), allowed):
        raise Problem(
            "host-not-allowed",
            403,
            "The Host header of this request is not a name of this server. Use localhost or 127.0.0.1, or add the "
            "name to the setting `allowed_hosts`.",
        )


def decide(
    path: str, peer: str | None, headers: Iterable[tuple[bytes, bytes]], keys: Iterable[Key], rules: AccessRules
) -> Reader:
    """Who asks, if they may.

    Args:
        path: of the request.
        peer: the client's address as the transport knows it; None or empty is refused.
        headers: of the request.
        keys: the keys issued.
        rules: what is configured.

    Raises:
        Problem: 401 without a good key, 403 with one that does not allow reading or without a known peer.
    """
    if not peer:
        raise Problem("peer-unknown", 403, "The address of the client is not known, so nothing is told.")
    local = is_loopback(peer) and rules.loopback_reads
    opened = is_open(path, rules)
    secret = presented(headers, basic=True)
    key = find(secret, keys) if secret is not None else None
    if local or (key is not None and key.allows("read")):
        return Reader(peer, key, may_read=True)
    if opened or (key is not None and key.allows("alerts") and (path + "/").startswith(_ALERTS + "/")):
        return Reader(peer, key, may_read=False)
    page = path == "/sereno" or (path.startswith("/sereno/") and not path.startswith("/sereno/api"))
    if key is not None:
        raise Problem(
            "scope-missing",
            403,
            f"The key {key.id} does not allow reading the record. {_HOW}",
            headers={"WWW-Authenticate": _CHALLENGE + ', error="insufficient_scope", scope="read"'},
        )
    if secret is not None:
        error = ', error="invalid_token"'
        raise Problem(
            "key-unknown",
            401,
            f"This key is not valid, or was revoked. {_HOW}",
            headers={"WWW-Authenticate": _BASIC if page else _CHALLENGE + error},
        )
    raise Problem(
        "key-required",
        401,
        f"{'Only this machine' if rules.loopback_reads else 'Nobody'} reads the record without a key. {_HOW}",
        headers={"WWW-Authenticate": _BASIC if page else _CHALLENGE},
    )


def check_writer(reader: Reader, scope: Scope, rules: AccessRules) -> None:
    """Refuse who may read but not change: a foreign peer needs a key with this scope, as for reading.

    Raises:
        Problem: 403.
    """
    if (reader.key is not None and reader.key.allows(scope)) or (reader.local and rules.loopback_reads):
        return
    raise Problem(
        "scope-missing",
        403,
        f"Changing this needs a key with scope `{scope}`; `sereno keys add NAME --scope {scope}` on the machine of the "
        "keeper makes one.",
        headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
    )


def check_origin(headers: Mapping[str, str], *, form: bool) -> None:
    """Refuse a change that a page of another site asks a visitor's browser for.

    Browsers say so by `Sec-Fetch-Site` (Fetch Metadata), older ones by `Origin` (RFC 6454 §7.3). Other programs send
    neither, which is enough for JSON: no page can send that across sites without being asked for permission first.

    Args:
        headers: of the request, by lower-case name.
        form: whether its content is a form, which any page can send.

    Raises:
        Problem: 403.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    elif origin is not None:
        same = _host_of(origin) == headers.get("host", "").lower() != ""
    else:
        same = not form
    if not same:
        raise Problem(
            "other-site",
            403,
            "This change was asked for by a page of another site, or the browser does not say by which. Open the page "
            "of Sereno itself, or send JSON.",
        )


def _host_of(origin: str) -> str | None:
    """Host and port of an origin; None for what is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
