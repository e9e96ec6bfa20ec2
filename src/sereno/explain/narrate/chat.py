"""What an explainer asks of a model's client; `sereno.models` has one for each API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec

from sereno.explain.narrate.prompt import Prompt


class ChatModel(msgspec.Struct, frozen=True):
    """A model that may narrate: its name, and whether it can see pictures."""

    name: str
    vision: bool = False


class Usage(msgspec.Struct, frozen=True):
    """Tokens that an answer took; None where the server did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None


class Chat(Protocol):
    """A model server that narrates."""

    def stream(self, prompt: Prompt, model: str, max_tokens: int) -> AsyncIterator[str | Usage]:
        """The answer in pieces as they come, its usage last. Closing the iterator closes the connection at once.

        Raises:
            ModelError: the server cannot be reached, refuses, is too slow, or answers what it must not.
        """

    async def models(self) -> Sequence[ChatModel]:
        """What the server has.

        Raises:
            ModelError: as `stream`.
        """

    async def sees(self, model: str) -> bool:
        """Whether a model takes pictures. Never fails: what cannot be found out is a no."""

    async def close(self) -> None:
        """Close all connections."""
