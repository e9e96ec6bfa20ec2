"""Names and addresses: what is loopback (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3), what only looks so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.trust.hosts import host_allowed, host_name, is_loopback

LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::1%lo"]
FOREIGN = [
    "128.0.0.1",
    "126.255.255.255",
    "10.0.0.1",
    "192.168.1.5",
    "0.0.0.0",
    "::",
    "::2",
    "fe80::1",
    "fe80::1%eth0",
    "::ffff:1.2.3.4",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.0.1 ",
    "127.0.0.1.",
    "127.0.0.1.evil.test",
]


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", FOREIGN)
def test_not_loopback(address: str) -> None:
    assert not is_loopback(address)


@given(st.ip_addresses(network="127.0.0.0/8"))
def test_all_of_127_is_loopback_also_when_mapped(address: object) -> None:
    assert is_loopback(str(address))
    assert is_loopback(f"::ffff:{address}")
    assert host_allowed(f"{address}:11434", ())


@given(st.ip_addresses(v=4))
def test_only_127_is_loopback(address: object) -> None:
    expected = str(address).startswith("127.")
    assert is_loopback(str(address)) == expected
    assert is_loopback(f"::ffff:{address}") == expected


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST:80", "localhost"),
        ("localhost.", "localhost"),
        ("localhost.:80", "localhost"),
        ("[::1]", "::1"),
        ("[::1]:80", "::1"),
        ("[::FFFF:1.2.3.4]:1", "::ffff:1.2.3.4"),
        ("::1", "::1"),
        ("1.2.3.4:5", "1.2.3.4"),
        ("a.b:x", "a.b:x"),
        ("", ""),
    ],
)
def test_name_of_a_host(host: str, name: str) -> None:
    assert host_name(host) == name


OURS = [
    "localhost",
    "LOCALHOST:1",
    "localhost.",
    "app.localhost",
    "127.0.0.1",
    "127.9.9.9:80",
    "[::1]:80",
    "[::ffff:127.0.0.1]",
    "models.example.org",
    "Models.Example.Org:443",
    "a.team.test",
    "b.a.team.test",
    "ip6-localhost",
]
NOT_OURS = [
    "localhost.evil.test",
    "evil.test",
    "localhostevil",
    "evil-localhost",
    "127.0.0.1.evil.test",
    "[::ffff:1.2.3.4]",
    "[::2]",
    "0.0.0.0",
    "10.0.0.1",
    "team.test",
    "evilteam.test",
    "models.example.org.evil.test",
    "x.models.example.org",
    "localhost@evil.test",
    "evil.test:localhost",
    "",
    ".",
    "[localhost]x",
]


@pytest.mark.parametrize("host", OURS)
def test_host_that_names_us(host: str) -> None:
    assert host_allowed(host, {"models.example.org", "*.team.test"})


@pytest.mark.parametrize("host", [h for h in NOT_OURS if not h.startswith("[local")])
def test_host_that_does_not(host: str) -> None:
    assert not host_allowed(host, {"models.example.org", "*.team.test"})


@given(st.text(max_size=40))
def test_star_allows_any_and_no_text_fails(host: str) -> None:
    assert host_allowed(host, {"*"})
    host_allowed(host, ())


@given(st.from_regex(r"[a-z]{1,10}\.[a-z]{2,5}", fullmatch=True).filter(lambda n: not n.endswith(".localhost")))
def test_a_foreign_name_before_or_behind_ours_is_foreign(name: str) -> None:
    assert not host_allowed(f"localhost.{name}", ())
    assert not host_allowed(f"127.0.0.1.{name}", ())
