"""Tells the gateways what to enforce: `DATA/keys.json` and the settings become `DATA/policy.msgpack`.

Looked at every second, written only when something changed, replaced as a whole. A key file that cannot be read leaves
the last policy in force and is an error of the job; at the keeper's start it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import msgspec

from sereno.conventions import POLICY_FILE
from sereno.store.keyfile import read_keys
from sereno.store.whole_file import replace_whole
from sereno.trust.keys import Key
from sereno.trust.policy import Policy, RequireKey, decode_policy, encode_policy


def publish_keys(data: Path) -> None:
    """Put the keys as they are now into the policy that is in force, if there is one.

    For who changes keys: gateways look each second, so they need not wait for a keeper to look first. The rest of the
    policy is left to the keeper, which alone knows the settings in force.

    Raises:
        ConfigError: the key file cannot be read.
        OSError: the policy cannot be written.
    """
    path = data / POLICY_FILE
    try:
        policy = decode_policy(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return
    replace_whole(path, encode_policy(msgspec.structs.replace(policy, keys=read_keys(data))))


class PolicyWriter:
    """Keeps the gateways' policy file true.

    Args:
        data: the DATA folder.
        require_key: who needs a key.
        allowed_hosts: further `Host` names.
        exhausted: tells the ids of keys that have spent their budget.

    Attributes:
        keys: the keys as last read.
    """

    def __init__(
        self,
        data: Path,
        require_key: RequireKey,
        allowed_hosts: Sequence[str],
        exhausted: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._data = data
        self._path = data / POLICY_FILE
        self._require_key = require_key
        self._allowed_hosts = tuple(allowed_hosts)
        self._exhausted = exhausted
        self.keys: tuple[Key, ...] = ()

    def run(self, stop: Event | None = None) -> None:  # noqa: ARG002  a job is told when to stop; this one is short
        """Read the keys and write the policy if it differs from the file.

        Raises:
            ConfigError: the key file cannot be read.
            OSError: the policy cannot be written.
        """
        keys = read_keys(self._data)
        policy = Policy(
            keys=keys,
            require_key=self._require_key,
            allowed_hosts=self._allowed_hosts,
            exhausted=tuple(self._exhausted()),
        )
        content = encode_policy(policy)
        self.keys = keys
        try:
            if self._path.read_bytes() == content:
                return
        except FileNotFoundError:
            pass
        replace_whole(self._path, content)
