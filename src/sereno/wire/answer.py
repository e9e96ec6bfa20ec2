"""What an answer's body said, in the same words for every protocol; the readers of the protocols fill it."""

from __future__ import annotations

import msgspec

from sereno.calls import Message, ToolCall, Usage


class Answer(msgspec.Struct, gc=False):
    """What an answer's body said.

    Attributes:
        text: what the model wrote (the first choice, where there are several).
        thinking: what it thought, None where nothing was told apart.
        tool_calls: the tools it asked for (first choice).
        others: the further choices.
        model: model name in the answer.
        finish_reason: as the server named it.
        usage: token counts.
        load, prompt_eval, eval: the server's own durations in seconds.
        error: what the server said went wrong, None if nothing.
        done: whether the protocol's terminator came (for single documents: whether it was read whole).
        first_content: offset of the end of the first event that carries content, None without one.
        context: Ollama's context tokens as JSON text, which a next /api/generate continues from.
        link: id by which a later request may name this answer instead of repeating it (Responses).
        idle: whether the answer says that no model ran (load, unload, rendering only, nothing to embed).
        ollama: whether the answer names Ollama as its server.
        problem: why part of the body could not be read, None if all could.
    """

    text: str = ""
    thinking: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    others: tuple[Message, ...] = ()
    model: str | None = None
    finish_reason: str | None = None
    usage: Usage = Usage()
    load: float | None = None
    prompt_eval: float | None = None
    eval: float | None = None
    error: str | None = None
    done: bool = False
    first_content: int | None = None
    context: bytes | None = None
    link: str | None = None
    idle: bool = False
    ollama: bool = False
    problem: str | None = None

    @property
    def message(self) -> Message:
        """The answer as a turn of the conversation."""
        return Message("assistant", self.text, self.thinking, self.tool_calls)

    def trouble(self, problem: object) -> None:
        """Note that part of the body could not be read; the first reason stays."""
        if self.problem is None:
            self.problem = f"response: {str(problem)[:160]}"


def joined(texts: list[str]) -> str:
    """The pieces of a text as one."""
    return texts[0] if len(texts) == 1 else "".join(texts)
