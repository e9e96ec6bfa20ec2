"""What clients may send, read strictly: a wrong field is named, with what was expected."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar

import msgspec

from sereno.query.problems import Problem

MOST_BODY = 1024 * 1024
_FIELD = re.compile(r"`\$\.(\w{1,40})`|field `(\w{1,40})`")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]{1,256}$")]
T = TypeVar("T")


class Chat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /chat`.

    Attributes:
        message: what is asked, at most 200,000 characters.
        model: asked instead of the agent's own.
        session_id: the conversation to go on with; without one a new begins.
        user: who asks, for the record.
        stream: whether the answer comes as server-sent events while it is said.
        max_tokens: longest answer wanted; the agent's own limit holds all the same.
    """

    message: Annotated[str, msgspec.Meta(min_length=1, max_length=200_000)]
    model: Name | None = None
    session_id: Name | None = None
    user: Name | None = None
    stream: bool = False
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


class Feedback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /feedback`: thumbs, a score, or both.

    Attributes:
        message_id: of the answer that is judged. score: from 0, useless, to 1, perfect.
    """

    message_id: Name
    thumbs: Literal["up", "down"] | None = None
    score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None


CHAT_EXPECTED = (
    '{"message": "…", "model": "…", "session_id": "…", "user": "…", "stream": true, "max_tokens": 1 or more}, '
    "all but message optional"
)
FEEDBACK_EXPECTED = '{"message_id": "…", "thumbs": "up" or "down", "score": 0 to 1}, one of the two judgements at least'


def read(body: bytes, kind: type[T], expected: str) -> T:
    """The body as this kind of request.

    Raises:
        Problem: 400, naming the field that was wrong.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except RecursionError:
        raise Problem("wrong-parameter", 400, "The body is nested too deep.", expected=expected) from None
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        match = _FIELD.search(str(error))
        field = next((group for group in match.groups() if group), None) if match else None
        detail = f"The body is not what was expected: {error}."
        raise Problem("wrong-parameter", 400, detail, parameter=field, expected=expected) from None
