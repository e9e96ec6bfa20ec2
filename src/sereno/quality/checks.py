"""Cheap checks of one call's answer: what is plainly wrong with it, without asking a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from sereno.quality.asking import names_language
from sereno.quality.language import language_of
from sereno.quality.refusal import refuses
from sereno.quality.repetition import repeats
from sereno.quality.structure import Wanted, keeps

Check = Literal["empty", "truncated", "refusal", "repetition", "language", "json"]
CHECKS: tuple[Check, ...] = get_args(Check)
_CUT = frozenset({"length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"})


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at.

    Attributes:
        prompt: the last user message. response: the text answered, whole.
        finish_reason: as the server named it.
        tool_calls: how many tools the model asked for; an answer may then have no text.
        wanted: the form that was asked for, None for any.
    """

    prompt: str
    response: str
    finish_reason: str | None = None
    tool_calls: int = 0
    wanted: Wanted | None = None


def checked(answer: Answer) -> Mapping[Check, bool]:
    """Every check that applies, True where the answer fails it.

    - `empty`: neither text nor a tool call.
    - `truncated`: it ended at a limit of tokens; applies where the server said why it ended.
    - `refusal`, `repetition`: by their modules; apply to text.
    - `language`: prompt and answer are each clearly in a language, and not in the same; does not apply where the prompt
      names a language or asks for a translation.
    - `json`: JSON or a schema was asked for and the answer does not keep to it.

    >>> checked(Answer(prompt="hi", response="", finish_reason="stop"))
    {'empty': True, 'truncated': False}
    """
    text = answer.response.strip()
    found: dict[Check, bool] = {"empty": not text and not answer.tool_calls}
    if answer.finish_reason:
        found["truncated"] = answer.finish_reason.lower() in _CUT
    if text:
        found["refusal"] = refuses(text)
        found["repetition"] = repeats(text)
        if (same := _same_language(answer)) is not None:
            found["language"] = not same
    if answer.wanted is not None and not answer.tool_calls:
        found["json"] = not keeps(text, answer.wanted)
    return found


def _same_language(answer: Answer) -> bool | None:
    if answer.wanted is not None or names_language(answer.prompt):
        return None
    asked = language_of(answer.prompt)
    told = language_of(answer.response) if asked else None
    return None if asked is None or told is None else asked == told
