"""`[agent]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno import conventions
from sereno.config import kinds
from sereno.config.kinds import Address, Secret
from sereno.config.setting import Setting


# fmt: off
class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """The instrumented agent of `sereno agent`: [agent](agent.md)."""

    listen: Annotated[Address, Setting(kinds.address(),
        "Where it is talked to.", "--agent")] = Address("127.0.0.1", 8000)
    url: Annotated[str, Setting(kinds.url(),
        "Gateway or model server that it asks.", "--gateway")] = f"http://{conventions.DEFAULT_LISTEN}"
    key: Annotated[Secret, Setting(kinds.secret(),
        "Sereno key with scope `use` for it.")] = Secret("")
    model: Annotated[str, Setting(kinds.text(),
        "Model for messages that name none; empty: the first that the server lists.", "--model")] = ""
    model_aliases: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Names that stand for other models, as NAME=MODEL; `*` stands for any text, the model `default` for "
        "`agent.model`.")] = ("gpt-*=default",)
    system: Annotated[str, Setting(kinds.text(),
        "Instructions before every conversation.")] = ""
    history: Annotated[int, Setting(kinds.integer(0, 10_000),
        "Messages of a conversation that are sent along.")] = 40
    conversations: Annotated[int, Setting(kinds.integer(1, 1_000_000),
        "Conversations that are remembered; the one silent longest is forgotten first.")] = 1000
    forget: Annotated[float, Setting(kinds.duration(1.0),
        "How long a silent conversation is remembered.")] = 86400.0
    timeout: Annotated[float, Setting(kinds.duration(0.1),
        "How long an answer may take. A cold load takes minutes.")] = 300.0
    max_tokens: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 1_000_000)),
        "Longest answer in tokens; a message may ask for less.")] = 4096
    token: Annotated[Secret, Setting(kinds.secret(),
        "What clients on other machines must show as `Authorization: Bearer …`.")] = Secret("")
    allowed_hosts: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "`Host` names that it answers to beside loopback names.")] = ()
    llm_metrics: Annotated[str, Setting(kinds.choice("auto", "on", "off"),
        "Whether it exports `llm_*`; `auto`: only when no Sereno gateway counts its calls.")] = "auto"
# fmt: on
