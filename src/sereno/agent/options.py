"""What an agent is told at its start."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

DEFAULT = "default"
"""As the target of an alias: the agent's own model."""


class Alias(msgspec.Struct, frozen=True):
    """Models whose name fits `pattern` (`*` stands for any text) are asked for as `model`."""

    pattern: str
    model: str


class AgentOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an agent needs to know.

    Attributes:
        host: address to serve on. port: 0 takes a free one.
        url: gateway or model server that speaks OpenAI's API under `/v1`.
        key: Sereno key for it, "" for none.
        model: asked when a message names none; "" for the first that the server lists.
        aliases: names that stand for other models, the first that fits counts.
        system: instructions before every conversation, "" for none.
        history: messages of a conversation that are sent along at most.
        conversations: how many are remembered; the one silent longest is forgotten first.
        forget: seconds after which a silent conversation is forgotten.
        timeout: seconds that an answer may take.
        max_tokens: longest answer in tokens, None for as long as the model likes.
        token: what peers that are not on this machine must show, "" for none.
        allowed_hosts: `Host` names beside loopback names.
        llm_metrics: whether `llm_*` are exported: `auto`, only when no Sereno gateway counts the calls.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    url: str
    key: str = ""
    model: str = ""
    aliases: tuple[Alias, ...] = ()
    system: str = ""
    history: int = 40
    conversations: int = 1000
    forget: float = 86400.0
    timeout: float = 300.0
    max_tokens: int | None = 4096
    token: str = ""
    allowed_hosts: tuple[str, ...] = ()
    llm_metrics: Literal["auto", "on", "off"] = "auto"

    def longest(self, asked: int | None) -> int | None:
        """The tokens that an answer may have."""
        limits = [limit for limit in (asked, self.max_tokens) if limit is not None]
        return min(limits) if limits else None

    def resolved(self, asked: str | None) -> str:
        """The model that a name stands for; "" for the server's first."""
        if not asked:
            return self.model
        target = next((alias.model for alias in self.aliases if fnmatchcase(asked, alias.pattern)), asked)
        return self.model if target == DEFAULT else target
