"""A streamed completion of OpenAI's API, put together as it arrives."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sereno.wire.errors import message_of
from sereno.wire.framing import SseParser


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = msgspec.field(default_factory=list)
    usage: _Usage | None = None
    error: object = None


_decoder = msgspec.json.Decoder(_Chunk)


class BrokenStreamError(Exception):
    """The stream holds an error of the server, or what is no completion; the text says which."""


class Streamed:
    """What has arrived of one answer.

    Attributes:
        text: all of it so far.
        finish_reason: as the server told, None until then.
        input_tokens: likewise. output_tokens: likewise.
        complete: whether its end was seen (`[DONE]`, or a reason to finish).
    """

    def __init__(self) -> None:
        self._parser = SseParser()
        self._pieces: list[str] = []
        self.finish_reason: str | None = None
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.complete = False

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self._pieces)

    def feed(self, data: bytes) -> Iterator[str]:
        """What these bytes add to the answer, piece by piece: also what was said before something breaks.

        Raises:
            BrokenStreamError: they hold an error, or what is no completion.
        """
        for _, event, _ in self._parser.feed(data):
            piece = self._event(event)
            if piece:
                self._pieces.append(piece)
                yield piece

    def _event(self, data: bytes) -> str:
        if data.strip() == b"[DONE]":
            self.complete = True
            return ""
        try:
            chunk = _decoder.decode(data)
        except (ValueError, RecursionError):
            raise BrokenStreamError("answered what is no completion") from None
        if chunk.error is not None:
            raise BrokenStreamError(f"failed in the middle of its answer: {message_of(data) or 'without a word'}")
        if chunk.usage is not None:
            self.input_tokens, self.output_tokens = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
        if not chunk.choices:
            return ""
        if chunk.choices[0].finish_reason is not None:
            self.finish_reason = chunk.choices[0].finish_reason
            self.complete = True
        return chunk.choices[0].delta.content or ""
