"""The policy: who needs a key, who is believed, and a file that is whole or not a policy."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.trust.keys import issue
from sereno.trust.policy import CLOSED, Policy, RequireKey, decode_policy, encode_policy

PLAIN, _ = issue("plain", ["use"], random=b"p" * 28, now=0.0)
ASSERTING, _ = issue("webui", ["use"], random=b"a" * 28, now=0.0, assert_user=True)


@pytest.mark.parametrize(
    ("require", "loopback", "foreign"), [("auto", False, True), ("always", True, True), ("never", False, False)]
)
def test_who_needs_a_key(require: RequireKey, loopback: bool, foreign: bool) -> None:
    policy = Policy(require_key=require)
    assert policy.needs_key("127.0.0.1") == policy.needs_key("::1") == loopback
    assert policy.needs_key("192.0.2.7") == policy.needs_key("") == policy.needs_key("localhost") == foreign


def test_who_is_believed() -> None:
    assert Policy().believes(None)
    assert not Policy(keys=(PLAIN,)).believes(None)
    assert not Policy(keys=(PLAIN,)).believes(PLAIN)
    assert Policy(keys=(PLAIN, ASSERTING)).believes(ASSERTING)
    assert not Policy(keys=(PLAIN, ASSERTING)).believes(None)


def test_closed_lets_nobody_pass() -> None:
    assert CLOSED.needs_key("127.0.0.1")
    assert CLOSED.keys == ()


@given(st.sampled_from(["auto", "always", "never"]), st.lists(st.text(max_size=20)))
def test_policy_survives_its_file_and_no_beginning_of_it_is_one(require: RequireKey, hosts: list[str]) -> None:
    policy = Policy(keys=(PLAIN, ASSERTING), require_key=require, allowed_hosts=tuple(hosts))
    data = encode_policy(policy)
    assert decode_policy(data) == policy
    for cut in range(len(data)):
        with pytest.raises(ValueError):  # noqa: PT011 - any of msgspec's
            decode_policy(data[:cut])


@given(st.binary(max_size=100))
def test_any_bytes_are_a_policy_or_a_value_error(data: bytes) -> None:
    try:
        decode_policy(data)
    except ValueError:
        return


def test_a_policy_of_a_later_version_with_more_fields_is_read() -> None:
    later = msgspec.msgpack.encode({"version": 2, "require_key": "always", "new": 1})
    assert decode_policy(later).require_key == "always"


def test_a_word_that_is_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="require_key"):
        decode_policy(msgspec.msgpack.encode({"require_key": "sometimes"}))
