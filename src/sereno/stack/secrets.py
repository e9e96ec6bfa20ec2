"""The secrets of the stack: made once from random bytes, each in a file of its own, none with a default."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable

import msgspec

from sereno.trust.keys import Key, Scope, issue

KEYS = "sereno_keys"
"""What Sereno is told of the keys: their hashes."""
SERENO_KEYS: dict[str, tuple[str, tuple[Scope, ...]]] = {
    "sereno_prometheus": ("prometheus", ("read",)),
    "sereno_agent": ("llm-agent", ("use",)),
    "sereno_client": ("client", ("use", "read")),
    "alertmanager/sereno": ("alertmanager", ("alerts",)),
}
"""File of each key, its name and what it allows."""
PASSWORDS = ("postgres_password", "grafana_admin_password", "agent_token")
FILES = (*PASSWORDS, *SERENO_KEYS, KEYS)
"""Every file of a secret, by its path in the folder of secrets."""


def secrets(there: Iterable[str], random: Callable[[int], bytes], now: float) -> dict[str, str]:
    """What is missing, by path in the folder of secrets.

    Args:
        there: files that exist; none of them is made anew.
        random: gives so many random bytes.
        now: epoch seconds.

    Raises:
        ValueError: some of Sereno's keys are there and some are not: their hashes would not fit.
    """
    found = set(there)
    made = {name: urlsafe_b64encode(random(24)).decode() for name in PASSWORDS if name not in found}
    ours = {KEYS, *SERENO_KEYS}
    if ours <= found:
        return made
    if ours & found:
        raise ValueError(
            f"{', '.join(sorted(ours - found))} is missing beside {', '.join(sorted(ours & found))}, and a key cannot "
            "be made again: remove the latter to make all anew, and /data/keys.json in Sereno's volume"
        )
    keys: list[Key] = []
    for file, (name, scopes) in SERENO_KEYS.items():
        key, secret = issue(name, scopes, random=random(28), now=now)
        keys.append(key)
        made[file] = secret
    made[KEYS] = msgspec.json.format(msgspec.json.encode(keys), indent=2).decode() + "\n"
    return made
