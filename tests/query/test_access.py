"""Each line of the trust boundary, from loopback and from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from sereno.query.access import AccessRules, check_host, decide
from sereno.query.problems import Problem
from sereno.trust.keys import issue

READ, READ_SECRET = issue("reader", ["read"], random=bytes(range(28)), now=0)
USE, USE_SECRET = issue("user", ["use"], random=bytes(range(1, 29)), now=0)
KEYS = [READ, USE]
FOREIGN = "192.0.2.7"


def bearer(secret: Any) -> Any:
    return [(b"authorization", f"Bearer {secret}".encode())]


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", [], 200),
        ("::1", [], 200),
        ("::ffff:127.0.0.1", [], 200),
        (FOREIGN, [], 401),
        (FOREIGN, bearer("sk-sereno-wrong"), 401),
        (FOREIGN, bearer("sk-openai"), 401),
        (FOREIGN, bearer(USE_SECRET), 403),
        (FOREIGN, bearer(READ_SECRET), 200),
        (FOREIGN, [(b"X-Sereno-Key", READ_SECRET.encode())], 200),
        (FOREIGN, [(b"Authorization", b"Basic " + b64encode(b"me:" + READ_SECRET.encode()))], 200),
        (FOREIGN, [(b"Authorization", b"Basic !!!")], 401),
        (FOREIGN, [(b"x-forwarded-for", b"127.0.0.1"), (b"x-sereno-peer", b"127.0.0.1"), (b"x-real-ip", b"::1")], 401),
        ("", [], 403),
        (None, bearer(READ_SECRET), 403),
        ("not-an-address", [], 401),
    ],
)
def test_who_may_read(peer: Any, headers: Any, status: Any) -> None:
    if status == 200:
        assert decide("/analytics/messages", peer, headers, KEYS, AccessRules()).may_read
        return
    with pytest.raises(Problem) as caught:
        decide("/analytics/messages", peer, headers, KEYS, AccessRules())
    assert caught.value.status == status
    if status == 401:
        assert caught.value.headers["WWW-Authenticate"].startswith("Bearer ")


def test_loopback_may_be_made_to_show_a_key() -> None:
    with pytest.raises(Problem):
        decide("/sereno", "127.0.0.1", [], KEYS, AccessRules(loopback_reads=False))


def test_metrics_are_open_to_foreigners_only_when_public() -> None:
    with pytest.raises(Problem):
        decide("/metrics", FOREIGN, [], KEYS, AccessRules())
    assert not decide("/metrics", FOREIGN, [], KEYS, AccessRules(metrics_public=True)).may_read
    assert not decide("/healthz", FOREIGN, [], KEYS, AccessRules()).may_read


@pytest.mark.parametrize("hosts", [[], [b"evil.example"], [b"localhost", b"evil.example"], [b"localhost.evil.example"]])
def test_a_foreign_host_is_refused(hosts: Any) -> None:
    with pytest.raises(Problem) as caught:
        check_host("/sereno", hosts, ())
    assert caught.value.status == 403


@pytest.mark.parametrize("host", [b"localhost:8004", b"127.0.0.1", b"[::1]:80", b"box.lan"])
def test_our_hosts_pass(host: Any) -> None:
    check_host("/sereno", [host], ("box.lan",))
