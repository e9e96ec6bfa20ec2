"""Aliases of versions: which adapter of a base model serves, which waits, which served before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from sereno.lora.document import AdapterError

Alias = Literal["champion", "candidate", "previous"]
ALIASES: tuple[Alias, ...] = get_args(Alias)
Action = Literal["import", "promote", "refuse", "rollback"]
"""What the log tells."""


def imported(aliases: Mapping[Alias, str], version: str) -> dict[Alias, str]:
    """After an import: the newest version is the candidate."""
    return {**aliases, "candidate": version}


def promoted(aliases: Mapping[Alias, str], version: str) -> dict[Alias, str]:
    """After a promotion: the version is champion, who was champion is previous.

    Raises:
        AdapterError: it is champion already.

    >>> promoted({"champion": "v1", "candidate": "v2"}, "v2")
    {'champion': 'v2', 'previous': 'v1'}
    """
    before = aliases.get("champion")
    if before == version:
        raise AdapterError(f"{version} is the champion already; there is nothing to promote")
    after: dict[Alias, str] = {"champion": version}
    if aliases.get("candidate") not in {None, version}:
        after["candidate"] = aliases["candidate"]
    if before is not None:
        after["previous"] = before
    return after


def rolled_back(aliases: Mapping[Alias, str]) -> dict[Alias, str]:
    """After a rollback: the previous version is champion again, the one that failed has no alias.

    Raises:
        AdapterError: there is no previous version.

    >>> rolled_back({"champion": "v2", "previous": "v1", "candidate": "v3"})
    {'champion': 'v1', 'candidate': 'v3'}
    """
    before = aliases.get("previous")
    if before is None:
        raise AdapterError("there is no previous version to roll back to; promote the one you want")
    after: dict[Alias, str] = {"champion": before}
    if aliases.get("candidate") is not None:
        after["candidate"] = aliases["candidate"]
    return after
