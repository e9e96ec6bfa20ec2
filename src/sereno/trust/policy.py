"""What the keeper tells the gateways: who may call, who is believed, which Host names are ours.

The keeper writes it atomically as msgpack to `DATA/policy.msgpack`; workers look every second. Without a
keeper the last one rules; a policy that is required but cannot be read means closed.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sereno.trust.hosts import is_loopback
from sereno.trust.keys import Key

RequireKey = Literal["auto", "always", "never"]
"""`auto`: peers that are not loopback need a key; `always`: everyone does; `never`: nobody does."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway enforces.

    Attributes:
        keys: the keys issued.
        require_key: who needs a key with scope `use` to reach the model server.
        allowed_hosts: `Host` names accepted beside loopback names, lower case, without port.
        version: format of this file.
        exhausted: ids of keys that have spent their month's budget.
    """

    keys: tuple[Key, ...] = ()
    require_key: RequireKey = "auto"
    allowed_hosts: tuple[str, ...] = ()
    version: int = 1
    exhausted: tuple[str, ...] = ()

    def needs_key(self, peer: str) -> bool:
        """Whether this peer must show a key to use a model."""
        if self.require_key == "auto":
            return not is_loopback(peer)
        return self.require_key == "always"

    def believes(self, key: Key | None) -> bool:
        """Whether user and session headers are believed: no keys are configured, or the key may assert."""
        if key is not None:
            return key.assert_user
        return not self.keys


CLOSED = Policy(require_key="always")
"""What rules when a policy is required and cannot be read: no key exists, so nobody passes."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Policy)


def encode_policy(policy: Policy) -> bytes:
    """The bytes of a policy file."""
    return _encoder.encode(policy)


def decode_policy(data: bytes) -> Policy:
    """The policy in a file's bytes; `msgspec.DecodeError` (a `ValueError`) if they are not one."""
    return _decoder.decode(data)
