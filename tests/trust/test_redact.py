"""Credentials never reach the record, wherever a client puts them; everything else does, unchanged."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.trust.redact import is_credential, redact, redact_target, redacted

SALT = b"s" * 32
SECRET = b"t0p-secret"
CREDENTIALS = [
    b"Authorization", b"authorization", b"Proxy-Authorization", b"Cookie", b"Set-Cookie", b"Set-Cookie2", b"X-Api-Key",
    b"x-api_key", b"api_key", b"ApiKey", b"Api-Key", b"X-Goog-Api-Key", b"X-Auth-Token", b"X-Auth", b"X-Auth-Key",
    b"Ocp-Apim-Subscription-Key", b"X-Access-Key", b"X-Amz-Security-Token", b"X-Amz-Signature", b"X-CSRFToken",
    b"X-Original-Authorization", b"X-Secret", b"Client_Secret", b"X-Password", b"X-Passwd", b"X-Sereno-Key",
    b"X-Sereno-Internal", b"Cf-Access-Jwt-Assertion",
]  # fmt: skip
PLAIN = [b"Content-Type", b"User-Agent", b"X-Request-Id", b"Author", b"X-Authored-By", b"Accept", b"Traceparent",
         b"Idempotency-Key", b"X-Sereno-Session", b"Keep-Alive", b"WWW-Authenticate"]  # fmt: skip
ADDRESSES = [b"Referer", b"Location", b"Link", b"Origin", b"X-Original-URL", b"Content-Location"]


def test_what_stands_for_a_credential_is_blake2b_keyed_with_the_salt() -> None:
    assert redacted(SECRET, SALT) == b"sereno:" + blake2b(SECRET, key=SALT, digest_size=8).hexdigest().encode()
    assert redacted(SECRET, SALT) != redacted(SECRET, b"o" * 32)


@pytest.mark.parametrize("name", CREDENTIALS)
def test_header_that_holds_a_credential(name: bytes) -> None:
    assert redact([(name, SECRET)], SALT) == ((name, redacted(SECRET, SALT)),)


@pytest.mark.parametrize("name", PLAIN)
def test_header_that_holds_none_is_kept(name: bytes) -> None:
    assert redact([(name, b"value")], SALT) == ((name, b"value"),)


@pytest.mark.parametrize("name", ADDRESSES)
def test_address_keeps_all_but_its_credentials(name: bytes) -> None:
    ((_, value),) = redact([(name, b"https://ann:t0p-secret@x.test/a?limit=5&api_key=t0p-secret")], SALT)
    assert SECRET not in value
    assert value.startswith(b"https://sereno:")
    assert b"@x.test/a?limit=5&api_key=sereno:" in value


@pytest.mark.parametrize(
    "name",
    [b"key", b"api_key", b"apikey", b"API-KEY", b"access_token", b"token", b"client_secret", b"password", b"passwd",
     b"auth", b"sig", b"X-Amz-Signature", b"api%5Fkey", b"%61pi_key", b"%6bey", b"+token", b"refresh_token[]"],
)  # fmt: skip
@pytest.mark.parametrize("before", [b"?", b"?a=b&", b"?a=b;", b";", b"?a=b#", b"?=&"])
def test_parameter_that_holds_a_credential(name: bytes, before: bytes) -> None:
    target = b"/v1/models" + before + name + b"="
    assert redact_target(target + SECRET, SALT) == target + redacted(SECRET, SALT)
    assert redact_target(target + SECRET + b"&limit=5", SALT) == target + redacted(SECRET, SALT) + b"&limit=5"


@pytest.mark.parametrize(
    "target", [b"/", b"/v1/models?limit=5", b"/a?monkey=1", b"/a?key", b"/a?author=x", b"/key=1", b"/a@b", b"/a?b=c@d"]
)
def test_target_without_credentials_is_kept(target: bytes) -> None:
    assert redact_target(target, SALT) == target


SAFE = st.text("abcdefgh%/.;?&=@:", max_size=30).map(str.encode)


@given(SAFE, SAFE)
def test_a_marked_key_never_survives_in_a_target(before: bytes, after: bytes) -> None:
    assert SECRET not in redact_target(b"/" + before + b"?api_key=" + SECRET + b"&" + after, SALT)


@given(st.lists(st.tuples(st.sampled_from(CREDENTIALS + PLAIN), st.binary(max_size=40))))
def test_names_and_order_are_kept_and_only_credentials_change(headers: list[tuple[bytes, bytes]]) -> None:
    after = redact(headers, SALT)
    assert [name for name, _ in after] == [name for name, _ in headers]
    for (name, value), (_, changed) in zip(headers, after, strict=True):
        assert (changed == value) == (name in PLAIN)


def test_many_invented_names_do_not_fill_memory() -> None:
    from sereno.trust import redact as module

    for number in range(2000):
        assert is_credential(b"x-%d-token" % number)
    assert len(module._KNOWN) <= 1000
