"""The gate: which requests pass, and who is believed to have sent them (design §2)."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote

from sereno.conventions import (
    OPEN_WEBUI_SESSION_HEADER,
    OPEN_WEBUI_USER_HEADERS,
    SESSION_HEADER,
    USER_HEADER,
)
from sereno.gateway.refusal import Refusal
from sereno.gateway.request_head import RequestHead
from sereno.trust.hosts import host_allowed, host_name
from sereno.trust.keys import Key, hash_secret, ours, presented
from sereno.trust.policy import Policy

_USER_NAMES: Final = (USER_HEADER, *OPEN_WEBUI_USER_HEADERS)
_SESSION_NAMES: Final = (SESSION_HEADER, OPEN_WEBUI_SESSION_HEADER)
_LONGEST_NAME: Final = 256


class Caller(NamedTuple):
    """Who a request is from, as far as it is believed."""

    key: Key | None
    user: str | None
    session: str | None


ANONYMOUS: Final = Caller(None, None, None)


class Gate:
    """One policy, ready to be asked.

    Args:
        policy: what the keeper wrote.
        allowed_hosts: Host names accepted beside those of the policy.
    """

    __slots__ = ("_by_hash", "_exhausted", "_hosts", "_seen", "policy")

    def __init__(self, policy: Policy, allowed_hosts: tuple[str, ...] = ()) -> None:
        self.policy = policy
        self._hosts = frozenset(name.lower() for name in (*policy.allowed_hosts, *allowed_hosts))
        self._by_hash = {key.hash: key for key in policy.keys}
        self._exhausted = frozenset(policy.exhausted)
        self._seen: set[tuple[bytes, str]] = set()

    def check_host(self, host: bytes | None, own: str) -> None:
        """`Refusal` unless Host names us: a loopback name, the address that was connected to, or an allowed name.

        A page of a foreign site reaches 127.0.0.1 by rebinding its name; its Host then gives it away.
        """
        if host is None or (host, own) in self._seen:
            return
        text = host.decode("latin-1")
        if host_name(text) != own and not host_allowed(text, self._hosts):
            raise Refusal(
                403, "host",
                f"Host {text} is not a name of this gateway; ask for it by localhost, or add it to `allowed_hosts`.",
            )  # fmt: skip
        if len(self._seen) < 1000:
            self._seen.add((host, own))

    def key(self, head: RequestHead, *, basic: bool = False) -> Key | None:
        """The key a request shows, None without one; fields that hold one are taken out of what is forwarded.

        Args:
            head: the request's head.
            basic: whether HTTP Basic may show it; taken out it is in any case.

        Raises:
            Refusal: it shows a Sereno key that is not known.
        """
        if not head.guarded:
            return None
        if any(map(_is_ours, head.lines)):
            head.lines = [line for line in head.lines if not _is_ours(line)]
        secret = presented(head.fields, basic=basic)
        if secret is None:
            return None
        key = self._by_hash.get(hash_secret(secret))
        if key is None:
            raise Refusal(
                401, "unauthorized",
                "This Sereno key is not known: it is mistyped, was revoked, or is younger than two seconds.",
                b'WWW-Authenticate: Bearer realm="sereno"\r\n',
            )  # fmt: skip
        return key

    def admit(self, head: RequestHead, peer: str) -> Caller:
        """Who may use a model, and as whom.

        Raises:
            Refusal: the peer needs a key and shows none that allows it, or one whose budget is spent.
        """
        key = self.key(head)
        if self.policy.needs_key(peer) and (key is None or not key.allows("use")):
            if key is None:
                raise Refusal(
                    401, "unauthorized",
                    "A Sereno key is needed: send `X-Sereno-Key: sk-sereno-…` or `Authorization: Bearer sk-sereno-…`; "
                    "`sereno keys add NAME` makes one.",
                    b'WWW-Authenticate: Bearer realm="sereno"\r\n',
                )  # fmt: skip
            raise Refusal(403, "unauthorized", f"The key {key.name!r} does not have the scope `use`.")
        if key is not None and key.id in self._exhausted:
            raise Refusal(
                429, "budget",
                f"The key {key.name!r} has spent its budget of {key.budget_usd_per_month:g} USD for this month (UTC); "
                f"`sereno keys budget {key.id} USD` gives it more.",
            )  # fmt: skip
        if not head.identity and key is None:
            return ANONYMOUS
        if not head.identity or not self.policy.believes(key):
            return Caller(key, None, None)
        return Caller(key, first(head, _USER_NAMES), first(head, _SESSION_NAMES))


def first(head: RequestHead, names: tuple[bytes, ...]) -> str | None:
    """The value of the first of these fields that is there and not empty, cut to 256 characters."""
    found = {name.lower(): value for name, value in head.fields}
    for name in names:
        value = found.get(name)
        if value:
            return _plain(value.decode("utf-8", "replace"))[:_LONGEST_NAME]
    return None


def _plain(text: str) -> str:
    """A name that was written in ASCII as RFC 8187 §3.2.1 has it, as some HTTP clients must, as it is meant.

    >>> _plain("UTF-8''N%C3%BA%C3%B1ez"), _plain("100%41")
    ('Núñez', '100%41')
    """
    return unquote(text[7:], errors="replace") if text[:7].lower() == "utf-8''" else text


def _is_ours(line: bytes) -> bool:
    """Whether a header line holds a Sereno key: it is not the model server's to see."""
    name, _, value = line.partition(b": ")
    return ours(name.lower(), value) is not None
