"""Keys: made from the random bytes given, stored as a hash only, found by their secret only."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64decode
from hashlib import blake2b

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.trust.keys import SCOPES, Key, Scope, find, hash_secret, issue, ours, presented

RANDOM = bytes(range(28))


def test_key_is_192_bits_of_the_random_bytes_and_the_secret_is_not_in_it() -> None:
    key, secret = issue("ann", ["use"], random=RANDOM, now=7.0, assert_user=True, requests_per_minute=5)
    assert key.id == "00010203"
    assert urlsafe_b64decode(secret.removeprefix("sk-sereno-")) == RANDOM[4:]
    assert key.hash == blake2b(secret.encode(), digest_size=32).hexdigest()
    assert (key.name, key.scopes, key.assert_user, key.requests_per_minute, key.created_at) == (
        "ann", ("use",), True, 5, 7.0,
    )  # fmt: skip
    assert secret.removeprefix("sk-sereno-").encode() not in msgspec.json.encode(key)


def test_too_few_random_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="28 random bytes"):
        issue("ann", ["use"], random=RANDOM[:27], now=0.0)


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (("use",), {"use"}),
        (("read",), {"read"}),
        (("alerts",), {"alerts"}),
        ((), set()),
        (("admin",), {"admin", "alerts", "read"}),
        (SCOPES, set(SCOPES)),
    ],
)
def test_admin_includes_read_and_nothing_else_includes_anything(scopes: tuple[Scope, ...], allowed: set[Scope]) -> None:
    key, _ = issue("ann", scopes, random=RANDOM, now=0.0)
    assert {scope for scope in SCOPES if key.allows(scope)} == allowed


@given(st.binary(min_size=28, max_size=28), st.text(max_size=60))
def test_only_its_secret_finds_a_key(random: bytes, other: str) -> None:
    key, secret = issue("ann", ["use"], random=random, now=0.0)
    others = [issue(str(n), ["use"], random=bytes([n]) * 28, now=0.0)[0] for n in range(3)]
    assert find(secret, [*others, key]) == key
    assert find(secret, []) is None
    if other != secret:
        assert find(other, [key]) is None
    assert find(key.hash, [key]) is None, "who reads the stored hash cannot use it"


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ([], None),
        ([(b"X-Sereno-Key", b"sk-sereno-a")], "sk-sereno-a"),
        ([(b"x-sereno-KEY", b"anything")], "anything"),
        ([(b"X-Sereno-Key", b" ")], None),
        ([(b"X-Sereno-Key", b""), (b"Authorization", b"Bearer sk-sereno-b")], "sk-sereno-b"),
        ([(b"Authorization", b"Bearer sk-sereno-a")], "sk-sereno-a"),
        ([(b"authorization", b"bearer  sk-sereno-a ")], "sk-sereno-a"),
        ([(b"Authorization", b"Bearer sk-openai")], None),
        ([(b"Authorization", b"Bearer\tsk-sereno-a")], "sk-sereno-a"),
        ([(b"Authorization", b"Bearer")], None),
        ([(b"Authorization", b"")], None),
        ([(b"Authorization", b"Basic sk-sereno-a")], None),
        ([(b"Authorization", b"Basic " + b64encode(b"me:sk-sereno-a"))], None),
        ([(b"Authorization", b"Basic " + b64encode(b"me:x")), (b"X-Sereno-Key", b"sk-sereno-b")], "sk-sereno-b"),
        ([(b"Authorization", b"sk-sereno-a")], None),
        ([(b"Authorization", b"Bearer x"), (b"Authorization", b"Bearer sk-sereno-b")], "sk-sereno-b"),
        ([(b"Authorization", b"Bearer SK-SERENO-a")], None),
        ([(b"X-Sereno-Keys", b"sk-sereno-a"), (b"Cookie", b"sk-sereno-a")], None),
    ],
)
def test_where_a_key_may_stand(headers: list[tuple[bytes, bytes]], secret: str | None) -> None:
    assert presented(headers) == secret


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        (b"Basic " + b64encode(b"me:sk-sereno-a"), "sk-sereno-a"),
        (b"bAsIc\t " + b64encode(b":sk-sereno-a").rstrip(b"="), "sk-sereno-a"),
        (b"Basic " + b64encode(b"sk-sereno-a:"), "sk-sereno-a"),
        (b"Basic " + b64encode(b"sk-sereno-a"), "sk-sereno-a"),
        (b"Basic " + b64encode(b"me:other"), None),
        (b"Basic !!!", None),
        (b"Basic A", None),
        (b"Basic", None),
    ],
)
def test_a_key_in_basic_is_ours_and_shown_only_where_basic_may_show_it(value: bytes, secret: str | None) -> None:
    assert ours(b"authorization", value) == secret
    assert presented([(b"Authorization", value)], basic=True) == secret
    assert presented([(b"Authorization", value)]) is None


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=40))))
def test_any_header_can_be_looked_at(headers: list[tuple[bytes, bytes]]) -> None:
    found = presented(headers)
    assert found is None or isinstance(found, str)


@given(st.text(max_size=50))
def test_hash_takes_any_text(secret: str) -> None:
    assert len(hash_secret(secret.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))) == 64


def test_key_survives_its_file() -> None:
    key, _ = issue("ann ☃", SCOPES, random=RANDOM, now=0.5)
    assert msgspec.json.decode(msgspec.json.encode(key), type=Key) == key
