"""Keys that change reach the gateways at once, and nothing else of the policy does."""

from __future__ import annotations

from pathlib import Path

import pytest

from sereno.conventions import POLICY_FILE
from sereno.gateway.policy import PolicyWatch
from sereno.keeper.policy import PolicyWriter, publish_keys
from sereno.store.keyfile import change_keys
from sereno.trust.keys import issue


def add_key(data: Path, name: str = "laptop") -> None:
    key, _ = issue(name, ["use"], random=bytes(range(28)), now=0.0)
    change_keys(data, lambda keys: [*keys, key])


def test_new_keys_rule_before_a_keeper_looks_and_the_rest_stays(data: Path) -> None:
    PolicyWriter(data, "always", ("gpu.example.org",)).run()
    watch = PolicyWatch(data / POLICY_FILE, required=True, require_key="auto")
    assert watch.look()
    add_key(data)

    publish_keys(data)

    assert watch.look()
    assert [key.name for key in watch.policy.keys] == ["laptop"]
    assert (watch.policy.require_key, watch.policy.allowed_hosts) == ("always", ("gpu.example.org",))


def test_what_a_keeper_would_write_is_what_is_there(data: Path) -> None:
    writer = PolicyWriter(data, "never", ())
    writer.run()
    add_key(data)
    publish_keys(data)
    published = (data / POLICY_FILE).read_bytes()
    writer.run()
    assert (data / POLICY_FILE).read_bytes() == published


@pytest.mark.parametrize("content", [None, b"", b"\xc1 torn"])
def test_without_a_readable_policy_there_is_nothing_to_tell(data: Path, content: bytes | None) -> None:
    add_key(data)
    if content is not None:
        (data / POLICY_FILE).write_bytes(content)
    publish_keys(data)
    assert ((data / POLICY_FILE).read_bytes() if content is not None else None) == content
    assert (data / POLICY_FILE).exists() == (content is not None)
